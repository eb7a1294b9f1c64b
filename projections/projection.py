"""What a projection is: a name, a version, the kinds it handles, and a pure fold from facts to the rows of a table."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData, Table

from projections.interval import Row

if TYPE_CHECKING:
    from eventstore.facts import Fact
    from eventstore.history import History

metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_name)s"})

Key = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Projection:
    """A view that is folded key by key.

    `keys` names the keys that a fact touches, `fold` gives all rows of one key. `key` are the columns of the key in `table`;
    `fixed` are values that tell its rows from those of another projection in the same table. `version` goes up with
    every change of the fold, so that a database folded by an older one is rebuilt. Kinds in `ignores` are known to mean
    nothing here; a kind in neither set stops the projection.

    The first part of a key says what the rows are of: `treaty`, x is of the subject treaty:x. Every key that has rows is
    named by `keys` for some fact of the kinds `leads` about that subject, so that a rebuild finds them subject by subject.
    """

    name: str
    version: int
    table: Table
    key: Key
    handles: frozenset[str]
    ignores: frozenset[str]
    keys: "Callable[[Fact, History], Iterable[Key]]"
    fold: "Callable[[Key, History], Iterable[Row]]"
    leads: frozenset[str]
    fixed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class EventView:
    """A view whose rows come each from one fact alone (its names apart); the rows of a fact are those with its event id.

    `denied` gives, by event id, the rows of an event that is out because a better source denies it.
    """

    name: str
    version: int
    tables: tuple[Table, ...]
    handles: frozenset[str]
    ignores: frozenset[str]
    rows: "Callable[[Fact, History], Iterable[tuple[Table, Row]]]"
    denied: "Callable[[str, History], Iterable[tuple[Table, Row]]]" = lambda event_id, history: ()
    names_others: bool = False  # whether its rows show names from the registers, and change with them


AnyView = Projection | EventView

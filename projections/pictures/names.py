"""What all pictures ask the record: names in English and Russian, and which events are disputed."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from eventstore.states import states
from projections.registers import body, office, organisation, person, treaty
from projections.timeline import timeline


class Text(NamedTuple):
    """A word or name in English and Russian."""

    en: str
    ru: str

    def in_(self, language: str) -> str:
        """The word in a language; a name without a Russian form stays English."""
        return (self.ru if language == "ru" else self.en) or self.en

    def plain(self) -> "Text":
        """The same without what does not print, or turns the direction of letters: a name from a source can hold it."""
        return Text(*("".join(char if char.isprintable() else " " for char in text or "") for text in self))


_REGISTERS = {"organisation": organisation, "body": body, "office": office, "person": person, "treaty": treaty}


def named(views: Connection, register: str, key: str, language: str) -> str:
    """The name of an entry of a register, its latest; the id if it has none."""
    table = _REGISTERS[register]
    name = "title" if register == "treaty" else "name"
    since = table.c.valid_from if "valid_from" in table.c else table.c.occurred_from
    query = select(table.c[name], table.c[f"{name}_ru"]).where(table.c[register] == key).order_by(since.desc())
    found = views.execute(query).first()
    return Text(*found).plain().in_(language) if found else key


def state_name(code: str, language: str) -> str:
    """The name of a state; its code if it has none."""
    known = states().get(code)
    return Text(known.name, known.name_ru).in_(language) if known else code


def disputed_events(views: Connection) -> frozenset[str]:
    """The ids of the events of which some source says otherwise."""
    return frozenset(views.execute(select(timeline.c.event_id).where(timeline.c.disputed)).scalars())

"""Small invented histories for the property tests: a world of a few names, facts of every kind about it, amendments of them.

The fields of a fact are drawn from the declaration of its kind, so a new kind of event is covered from its first day. Names
and days are few, so that facts meet: on the same day, of the same state, in the same office.
"""

from functools import cache, partial
from typing import Any, NamedTuple

import msgspec
from histories import TODAY, Told, cited, fact
from hypothesis import strategies as st

from eventstore import dates
from eventstore.canonical import encode
from eventstore.drafts import draft
from eventstore.errors import Refused
from eventstore.events import KINDS, Event
from eventstore.events.amendments import Amendment, Claim
from eventstore.events.fields import Field, fields_of
from eventstore.events.registers import STANDINGS
from projections import council_roster, membership, treaty_party, treaty_status

NAMES = {
    "organisation": ("cis", "eaeu"),
    "treaty": ("accord", "bond", "charter"),
    "body": ("assembly", "bureau", "council"),
    "office": ("chair", "deputy"),
    "person": ("anna", "boris", "clara", "david"),
    "state": ("AM", "BY", "GE", "RU"),
    "source": ("archive", "bulletin", "courier", "digest"),
    "meeting": ("first-meeting", "second-meeting"),
    "decision": ("first-decision", "second-decision"),
}
FEW = {"organisation": 1, "treaty": 1, "body": 1, "office": 1, "person": 2, "state": 2}  # so that most facts meet
AMENDMENTS = tuple(kind for kind, cls in KINDS.items() if issubclass(cls, Amendment))
ABOUT_THE_WORLD = tuple(kind for kind in KINDS if kind not in AMENDMENTS)
THEMES: tuple[tuple[str, ...], ...] = (
    ABOUT_THE_WORLD,
    tuple(sorted(membership.HANDLES)),
    tuple(sorted(treaty_party.HANDLES | treaty_status.HANDLES)),
    tuple(sorted(council_roster.SEATS.handles | council_roster.OFFICES.handles)),
)
_LAY_DOWN = ("source-registered", "treaty-adopted", "organisation-founded", "body-established", "office-created")
_UNTOLD = ("note", "inferred")  # they change nothing but themselves


class History(NamedTuple):
    """What is to be recorded: first the registers, then facts and amendments, each amendment after what it amends."""

    registers: tuple[Told, ...]
    facts: tuple[Told, ...]

    def __repr__(self) -> str:
        return "\n".join(("History(", *map(repr, self.everything), ")"))

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))

    @property
    def everything(self) -> tuple[Told, ...]:
        return (*self.registers, *self.facts)


def days() -> st.SearchStrategy[str]:
    """A day of 1992 or 1993: one of a few, so that things happen on the same day and at the edges of months and years."""
    return st.sampled_from(
        ["1991-12-31", "1992-01-01", "1992-01-15", "1992-01-31", "1992-06-15", "1992-12-31", "1993-01-01", "1993-07-01"]
    )


def points() -> st.SearchStrategy[str]:
    """When something happened once, more or less precisely."""
    vague = ["1992", "1992-01", "1992-06", "1993", "1992-01-XX", "1992?", "1992-21", "1992-06-15~"]
    sets = ["[1992-01-15,1992-06-15]", "[1992-01..1992-06]", "[..1992-06-15]", "[1992-06-15..]", "[1991-12,1993-01]"]
    return st.one_of(days(), days(), st.sampled_from(vague), st.sampled_from(sets))


def spans() -> st.SearchStrategy[str]:
    """When something lasted."""
    return st.sampled_from(["1992-01-15/1992-01-31", "1992/1993", "1992-06-15/..", "/1992-06"])


def _when(cls: type[Event]) -> st.SearchStrategy[str]:
    return st.one_of(points(), spans()) if cls.lasts else points()


def _value(field: Field, few: bool) -> st.SearchStrategy[Any]:
    if field.register is not None:
        names = NAMES[field.register]
        one: st.SearchStrategy[Any] = st.sampled_from(names[-FEW.get(field.register, len(names)) :] if few else names)
    elif field.choices:
        one = st.sampled_from(field.choices)
    elif field.struct is not None:
        one = _fields(field.struct, few).map(partial(_settled, field.struct))
    else:
        one = {
            "date": points(),
            "flag": st.booleans(),
            "count": st.integers(0, 12),
            "text": st.sampled_from(["as told", "ÿ and 中"]),
        }[field.form]
    if field.name == "language":
        one = st.just("ru")
    if field.name == "wikidata":
        one = st.just("Q7779")
    return st.lists(one, max_size=3, unique_by=encode) if field.many else one


def _settled(struct: type[Any], fields: dict[str, Any]) -> dict[str, Any]:
    """A value as it is stored: sets in order, nothing that says only the default."""
    in_order = {name: sorted(value) if isinstance(value, list) else value for name, value in fields.items()}
    return dict(msgspec.json.decode(msgspec.json.encode(msgspec.convert(in_order, struct))))


@cache
def _fields(cls: type[Any], few: bool) -> st.SearchStrategy[dict[str, Any]]:
    fields = [field for field in fields_of(cls) if field.name not in _UNTOLD]
    required = {field.name: _value(field, few) for field in fields if field.required}
    optional = {field.name: _value(field, few) for field in fields if not field.required}
    return st.fixed_dictionaries(required, optional=optional)


def _citations() -> st.SearchStrategy[tuple[dict[str, str], ...]]:
    sources = st.sampled_from([*NAMES["source"], "courier, page 2"])
    return st.lists(sources, min_size=1, max_size=2, unique=True).map(lambda names: cited(*names))


@st.composite
def facts(draw: st.DrawFn, kinds: tuple[str, ...] = ABOUT_THE_WORLD, few: bool = False) -> Told:
    """A fact about the world; with `few`, about few of its names."""
    cls = KINDS[draw(st.sampled_from(kinds))]
    on, fields = draw(_when(cls)), draw(_fields(cls, few))
    if cls.kind == "office-assumed" and not {"person", "state"} & fields.keys():
        fields["person"] = draw(st.sampled_from(NAMES["person"]))
    if (effective := fields.get("effective")) is not None and (dates.parse(effective).last or "9") < (
        dates.parse(on).first or ""
    ):
        del fields["effective"]  # an effect before its act is refused
    return Told(cls.kind, on, fields, draw(_citations()))


@st.composite
def registers(draw: st.DrawFn) -> tuple[Told, ...]:
    """An entry for every name, at the latest when the first things can happen; who conferred what is drawn."""
    founding = draw(st.lists(st.sampled_from(NAMES["treaty"]), max_size=2, unique=True))
    confers = st.lists(
        st.builds(
            "{}:{}:{}".format,
            st.sampled_from(NAMES["organisation"]),
            st.sampled_from(["founding-state", "member", "observer", "former"]),
            st.sampled_from(["signature", "ratification", "accession", "entry-into-force", "withdrawal"]),
        ),
        max_size=3,
        unique=True,
    )
    organisations = st.sampled_from(NAMES["organisation"])
    standings = st.sampled_from(STANDINGS)
    entries = [
        *(
            fact("source-registered", "1991", citing=name, source=name, title=name.title(), standing=draw(standings))
            for name in NAMES["source"]
        ),
        *(
            fact("organisation-founded", "1991-12", citing="archive", organisation=name, name=name.upper(), charter="charter")
            for name in NAMES["organisation"][1:]
        ),
        fact("organisation-founded", "1991-12-08", citing="archive", organisation="cis", name="CIS", founding_treaties=founding),
        *(
            fact("treaty-adopted", "1991-12-08", citing="archive", treaty=name, title=name.title(), confers=draw(confers),
                 **draw(st.sampled_from([{}, {"consent": "signature"},
                                         {"consent": "signature", "entry_into_force": {"on_signature": True}}])))
            for name in NAMES["treaty"]
        ),
        *(
            fact("body-established", "1991-12-21", citing="archive", body=name, organisation=draw(organisations), name=name.title())
            for name in NAMES["body"]
        ),
        fact("office-created", "1991-12-21", citing="archive", office="chair", body="council", name="Chair"),
        fact("office-created", "1991-12-21", citing="archive", office="deputy", body="bureau", name="Deputy", holders="several"),
        *(fact("person-registered", "1991", citing="archive", person=name, name=name.title()) for name in NAMES["person"]),
        *(fact("meeting-held", "1992-01-15", citing="archive", meeting=name) for name in NAMES["meeting"]),
        *(fact("decision-adopted", "1992-01-15", citing="archive", decision=name, title=name) for name in NAMES["decision"]),
    ]  # fmt: skip
    return tuple(entries)


@st.composite
def amendments(draw: st.DrawFn, known: dict[str, Told], among: list[Told], few: bool) -> Told | None:
    """An amendment of one `among` the known (it may be an amendment), or None where what was drawn would be refused."""
    target = draw(st.sampled_from(among))
    root = _root(target, known)
    cls = KINDS[draw(st.sampled_from(AMENDMENTS))]
    fields: dict[str, Any] = {"event": target.id, "reason": "it was misread"}
    if issubclass(cls, Claim):
        told = {"date": _when(KINDS[root.kind]), "changes": _changes(KINDS[root.kind], few)}
        if "denied" in cls.__struct_fields__:
            told["denied"] = st.booleans()
        drawn = st.fixed_dictionaries({}, optional=told).filter(bool)
        fields |= draw(drawn)
        if fields.get("denied"):  # then nothing else is claimed
            fields.pop("date", None)
            fields.pop("changes", None)
    told_at = draw(st.sampled_from(["2020", "2020-05-01", "2020-05-02", "2021"]))
    amended = Told(cls.kind, told_at, fields, draw(_citations()))
    return amended if _fits(amended, root) else None


@cache
def _changes(cls: type[Event], few: bool) -> st.SearchStrategy[dict[str, Any]]:
    # What enters a name goes on entering that name: another name would be unknown, and the old one without its entry.
    fields = [field for field in fields_of(cls) if field.name not in (*_UNTOLD, cls.introduces)]
    values = {field.name: _value(field, few) if field.required else st.none() | _value(field, few) for field in fields}
    return st.fixed_dictionaries({}, optional=values).filter(lambda changes: 0 < len(changes) < 4)


def _root(told: Told, known: dict[str, Told]) -> Told:
    while told.kind in AMENDMENTS:
        told = known[told.fields["event"]]
    return told


def _fits(amendment: Told, root: Told) -> bool:
    try:
        settled = amendment.draft.event
        changes = getattr(settled, "changes", None) or {}
        before = {name: value for name, value in root.fields.items() if name not in changes}
        changed = before | {name: value for name, value in changes.items() if value is not None}
        draft(root.kind, getattr(settled, "date", None) or root.on, changed, root.sources, today=TODAY)
    except Refused:
        return False
    return True


@st.composite
def histories(draw: st.DrawFn, most: int = 18) -> History:
    """A whole history, of all kinds or round a theme. No fact is in it twice."""
    entered = draw(registers())
    known = {told.id: told for told in entered}
    kinds, few = draw(st.sampled_from(THEMES)), draw(st.booleans())
    for _ in range(draw(st.integers(3, most))):
        own = [*known.values()][len(entered) :]
        # What facts mean hangs on some entries of the registers: who confers, belongs to, counts for what.
        among = draw(
            st.sampled_from([own, own, [told for told in entered if told.kind in _LAY_DOWN], [*known.values()]])
        )
        amends = among and draw(st.integers(0, 2)) == 0
        told = draw(amendments(known, among, few)) if amends else draw(facts(kinds, few))
        if told is not None:
            known.setdefault(told.id, told)
    return History(entered, tuple(known.values())[len(entered) :])

"""Who sat in which council: states in their seats, persons (or states in turn) in the offices."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, Connection, Index, ScalarSelect, Table, bindparam, func, select

from eventstore.driver import Prepared
from eventstore.tables import Name
from projections import membership
from projections.interval import DAY, Row, Step, Track, certainty_on, holds_on, interval_columns, steps
from projections.order import EVERYTHING
from projections.projection import Key, Projection, metadata
from projections.registers import bodies_touched, dissolutions, person, state
from projections.rules import Link, Rule, link, take_all

if TYPE_CHECKING:
    from eventstore.facts import Fact
    from eventstore.history import History

council_roster = Table(
    "council_roster",
    metadata,
    Column("body", Name, nullable=False, comment="the body"),
    Column("seat", Name, nullable=False, comment="state: a state's seat; office: an office and its holder"),
    Column("state", Name, comment="the state that sits, or that the holder acts for"),
    Column("person", Name, comment="who holds the office"),
    Column("office", Name, comment="the office"),
    Column("status", Name, comment="as what a state sits: member, associate, observer or participant"),
    Column("acting", Boolean, nullable=False, comment="whether the holder only acts in the office"),
    Column("since", Name, nullable=False, comment="date (EDTF) from which it is so"),
    *interval_columns(),
    Index(None, "body", "valid_from"),
    Index("ix_council_roster_office", "office"),
    comment="Who sat in which council and held which office.",
)

_LIVES = frozenset(("body-established", "body-dissolved", "organisation-dissolved"))
_SEATS = frozenset(("state-seated", "state-left-body"))
_OFFICES = frozenset(("office-created", "office-assumed", "office-vacated"))


def _parents_and_ends(body: str, history: "History") -> "tuple[list[str], list[Fact]]":
    """The organisations of a body (one, as a rule), and the facts that end it: its own end, and theirs."""
    facts = history.about(f"body:{body}", kinds=("body-established", "body-dissolved"))
    facts = [fact for fact in facts if _is_of(fact, body)]
    events: list[Any] = [fact.event for fact in facts if fact.kind == "body-established"]
    organisations = sorted({event.organisation for event in events})
    ends = [fact for fact in facts if fact.kind == "body-dissolved"]
    return organisations, ends + [end for name in organisations for end in dissolutions(name, history)]


def _is_of(fact: "Fact", body: str) -> bool:
    event: Any = fact.event
    return bool(event.body == body)


def seat_keys(fact: "Fact", history: "History") -> Iterator[Key]:
    """(body, state) of a seating; of a body, of every state seated in it; of a standing, of the state in every body of
    the organisation that it had to do with."""
    event: Any = fact.event
    if fact.kind in _SEATS:
        yield event.body, event.state
        return
    if fact.kind in _LIVES:
        for body in bodies_touched(fact, history):
            for seated in history.about(f"body:{body}", kinds=_SEATS):
                seat: Any = seated.event
                yield seat.body, seat.state
    if fact.kind in membership.HANDLES:
        for organisation, acting in membership.keys(fact, history):
            bodies = history.remembered(_bodies_of, organisation)
            for body in history.sharing(f"state:{acting}", bodies, _SEATS):
                yield body.removeprefix("body:"), acting


def _bodies_of(organisation: str, history: "History") -> list[str]:
    """The bodies of an organisation, as subjects."""
    facts = history.about(f"organisation:{organisation}", kinds=("body-established",))
    established: list[Any] = [fact.event for fact in facts]
    return sorted({f"body:{event.body}" for event in established})


def fold_seat(key: Key, history: "History") -> list[Row]:
    """The rows of one state in one body; leaving the body's organisation ends the seat."""
    track = _seat(key)
    take_all(_seat_links(track, key, history))
    return track.rows()


def seat_chain(key: Key, history: "History") -> list[Link]:
    """The steps from which `fold_seat` has its rows, each with the rule applied."""
    return list(_seat_links(_seat(key), key, history))


def _seat(key: Key) -> Track:
    body, seated = key
    return Track("status", body=body, seat="state", state=seated, person=None, office=None, acting=False)


def _seat_links(track: Track, key: Key, history: "History") -> Iterator[Link]:
    """The steps of a seat, put into the track one by one, with the days on which the state left the body's organisation."""
    body, seated = key
    organisations, ends = history.remembered(_parents_and_ends, body)
    facts = history.about(f"body:{body}", f"state:{seated}", kinds=_SEATS)
    exits = [row for organisation in organisations for row in history.remembered(_exits, (organisation, seated))]
    exits.sort(key=lambda row: (row["valid_from"], row["valid_from_latest"]))
    for step in steps([*facts, *ends]):
        # On one day, leaving the organisation comes after taking a seat: closings last, as in DAY_ORDER.
        while exits and (exits[0]["valid_from"], exits[0]["valid_from_latest"]) < (step.first, step.last):
            yield _leave(track, exits.pop(0))
        before, rule = track.values, "effect-later"
        if step.takes_effect:
            seat = {"status": step.event.status, "since": step.date} if step.kind == "state-seated" else None
            if track.is_sharpened_by(step.last) and _same(seat, before):
                rule = "sharpened" if seat else "sharpened-end"
            else:
                rule = step.kind
            track.set(step, seat, affirms=True)
        yield link(step, rule, before, track.values)
    for row in exits:
        yield _leave(track, row)


def _same(seat: Mapping[str, Any] | None, before: Mapping[str, Any] | None) -> bool:
    """Whether a state sits as it sat before, or sits in the body no more than before."""
    return seat["status"] == before["status"] if seat and before else seat is before


def _exits(membership_of: Key, history: "History") -> list[Row]:
    """The rows with which a state left an organisation, in order.

    Of a former member's rows that is the first, and those that tell better when that was; also those with which it left anew on
    the day on which it had come back.
    """
    left, before = list[Row](), None
    for row in membership.fold(membership_of, history):
        if row["status"] == "former" and (
            before is None or before["status"] != "former" or row["since"] != before["since"]
        ):
            left.append(row)
        before = row
    return left


def _leave(track: Track, former: Row) -> Link:
    first, last, event_id, before = former["valid_from"], former["valid_from_latest"], former["began_by"], track.values
    rule = "sharpened-end" if before is None and track.is_sharpened_by(last) else "left-organisation"
    track.change(first, last, event_id, None, affirms=True)
    return Link(event_id, former["since"], first, last, "effect", rule, before, None)


def office_keys(fact: "Fact", history: "History") -> Iterator[Key]:
    """(office,) of an act in it; of a body, of every office in it."""
    event: Any = fact.event
    if fact.kind in _OFFICES:
        yield (event.office,)
    else:
        for body in bodies_touched(fact, history):
            for created in history.about(f"body:{body}", kinds=("office-created",)):
                office: Any = created.event
                yield (office.office,)


def fold_office(key: Key, history: "History") -> list[Row]:
    """The rows of one office. Where one holds it at a time, whoever takes it ends the term of whoever held it."""
    holders, taken = _office(key, history)
    if holders is None:
        return []
    take_all(holders.links(taken))
    return holders.rows()


def office_chain(key: Key, history: "History") -> list[Link]:
    """The steps from which `fold_office` has its rows, each with the rule applied."""
    holders, taken = _office(key, history)
    return [] if holders is None else list(holders.links(taken))


def _office(key: Key, history: "History") -> "tuple[_Holders | None, list[Step]]":
    (office,) = key
    facts = history.about(f"office:{office}", kinds=_OFFICES)
    created = _created(facts)
    if created is None:
        return None, []
    body, alone = created.body, created.holders == "one"
    _, ends = history.remembered(_parents_and_ends, body)
    return _Holders(body, office, alone), steps([*facts, *ends])


Holder = tuple[str | None, str | None]  # a person, the state they act for; or a state that has its turn


def _names(left: Any, holder: Holder) -> bool:
    """Whether who left an office is this holder: the person named, the state where none is, or whoever held it."""
    person, state = holder
    return left.person == person if left.person else left.state in (None, state)


class _Holders:
    """Who holds one office while its acts are gone through; `alone`: at most one at a time."""

    def __init__(self, body: str, office: str, alone: bool) -> None:
        self.key = {"body": body, "seat": "office", "office": office, "status": None}
        self.alone = alone
        self.tracks = dict[Holder, Track]()
        self.sitting = dict[Holder, None]()

    def links(self, taken: Iterable[Step]) -> Iterator[Link]:
        """The steps in turn, each as a link."""
        waiting = deque(taken)
        while waiting:
            step = waiting.popleft()
            if step.kind == "office-vacated" and step.takes_effect and self._put_after_its_beginning(step, waiting):
                continue
            yield self._link(step)

    def _put_after_its_beginning(self, left: Step, waiting: deque[Step]) -> bool:
        """Put the leaving of an office back behind the taking of it, where it ends a term that began in its own days.

        That is so where nobody of that name holds the office yet, and one takes it within the days of the leaving.
        """
        place = self._beginning(left, waiting)
        if place is None:
            return False
        self._take(left)  # whoever of that name had held it before was out by then, too
        began = waiting[place]
        del waiting[place]
        place = 0 if (began.first, began.last) == (left.first, left.last) else place
        waiting.insert(place, left._replace(first=began.first))
        waiting.insert(place, began)
        return True

    def _beginning(self, left: Step, waiting: deque[Step]) -> int | None:
        event = left.event
        if not (event.person or event.state) or any(_names(event, holder) for holder in self.sitting):
            return None
        for place, step in enumerate(waiting):
            if step.first > left.last:
                break
            begins = step.kind == "office-assumed" and step.takes_effect and step.last <= left.last
            if begins and _names(event, (step.event.person, step.event.state)):
                return place
        return None

    def _link(self, step: Step) -> Link:
        before = self._shown()
        if not step.takes_effect:
            return link(step, "effect-later", before, before)
        rule = step.kind
        if rule == "office-assumed":
            rule = self._rule_of_taking(step)
        elif rule == "office-vacated":
            rule = self._rule_of_leaving(step)
        self._take(step)
        return link(step, rule, before, self._shown())

    def _rule_of_taking(self, step: Step) -> str:
        track = self.tracks.get((step.event.person, step.event.state))
        held = track.values if track is not None else None
        if track is not None and held and held["acting"] == step.event.acting and track.is_sharpened_by(step.last):
            return "sharpened"
        return "succeeded" if self.alone and self.sitting else step.kind

    def _rule_of_leaving(self, step: Step) -> str:
        if any(_names(step.event, holder) for holder in self.sitting):
            return step.kind
        left = [track for holder, track in self.tracks.items() if _names(step.event, holder)]
        return "sharpened-end" if any(track.is_sharpened_by(step.last) for track in left) else "not-held"

    def _shown(self) -> dict[str, str] | None:
        """Who holds the office: persons, or states where states do."""
        held = [person or state or "" for person, state in self.sitting]
        return {"holders": ", ".join(sorted(held))} if held else None

    def _take(self, step: Step) -> None:
        event = step.event
        match step.kind:
            case "office-assumed":
                self._assume(step, (event.person, event.state))
            case "office-vacated":
                for holder in self.tracks:
                    if _names(event, holder):
                        self._leave(step, holder)
            case "office-created":
                pass
            case _:
                for holder in list(self.sitting):
                    self._leave(step, holder)

    def _assume(self, step: Step, holder: Holder) -> None:
        for other in list(self.sitting):
            # The same person who goes on for another state, or the state for which another goes on, is one holder.
            if other != holder and (self.alone or (other[0] is not None and other[0] == holder[0])):
                self._leave(step, other)
        person, state = holder
        track = self.tracks.setdefault(holder, Track("acting", **self.key, person=person, state=state))
        track.set(step, {"acting": step.event.acting, "since": step.date}, affirms=True)
        self.sitting[holder] = None
        for former in self.tracks.values() if self.alone else ():
            former.bound(step.last)

    def _leave(self, step: Step, holder: Holder) -> None:
        self.tracks[holder].set(step, None, affirms=True)
        self.sitting.pop(holder, None)

    def rows(self) -> list[Row]:
        return [row for track in self.tracks.values() for row in track.rows()]


# The rules of these folds by the names they give them: as a rule, the kind of the event.
RULES = {
    "state-seated": Rule("A state sits in {body} until it leaves it, leaves {parent}, or {body} ends.", "{law}"),
    "state-left-body": Rule("Leaving {body} ends the seat.", "{law}"),
    "left-organisation": Rule("A state that left {parent} sits in its bodies no longer.", "{law}"),
    "body-established": Rule("{body} exists from here.", "{law}"),
    "body-dissolved": Rule("With the end of {body} every seat and office in it ends.", "{law}"),
    "organisation-dissolved": Rule(
        "With the end of {parent} its bodies end, and every seat and office in them.", "{law}"
    ),
    "office-created": Rule("The office exists; nobody holds it yet.", "{law}"),
    "office-assumed": Rule(
        "Who takes an office holds it until they leave it, another takes it, or {body} ends.", "{law}"
    ),
    "succeeded": Rule("One holds this office at a time: whoever takes it ends the term of whoever held it.", "{law}"),
    "office-vacated": Rule("Leaving an office ends the term of the one named, or of whoever held it.", "{law}"),
    "sharpened": Rule("It was so already, since a day that is known less well: by this act it certainly was.", "{law}"),
    "sharpened-end": Rule(
        "It was over already, since a day that is known less well: by this act it certainly was.", "{law}"
    ),
    "not-held": Rule("Whoever leaves is not recorded in the office then: no term ends.", "{law}"),
    "effect-later": Rule("The act is done; its effect comes on a later day.", "{law}"),
}
LAW = {
    "council-of-heads-of-state": "Charter of the CIS, articles 21 and 23-25; rules of procedure of the council",
    "council-of-heads-of-government": "Charter of the CIS, articles 22-25; rules of procedure of the council",
}


def rule_of(step: Link, key: Key, history: "History") -> Rule:
    """The rule of a step of `seat_chain` or `office_chain`, in words with its legal basis."""
    from projections.sentences import name_of

    body = key[0] if len(key) == 2 else body_of(key[0], history)
    organisations, _ = history.remembered(_parents_and_ends, body)
    acts: list[Any] = [
        fact.event for fact in history.about(f"body:{body}", kinds=("body-established",)) if _is_of(fact, body)
    ]
    treaties = sorted({act.established_by for act in acts if act.established_by})
    founded = " and ".join(f"{name_of(f'treaty:{name}', history)} (established it)" for name in treaties)
    words = {
        "body": name_of(f"body:{body}", history),
        "parent": " and ".join(name_of(f"organisation:{name}", history) for name in organisations)
        or "its organisation",
        "law": LAW.get(body) or founded or "practice of the body, as the sources have it",
    }
    return Rule(*(text.format(**words) for text in RULES[step.rule]))


def body_of(office: str, history: "History") -> str:
    """The body that an office belongs to; empty if none is recorded."""
    created = _created(history.about(f"office:{office}", kinds=("office-created",)))
    return str(created.body) if created is not None else ""


def _created(facts: "list[Fact]") -> Any:
    """The entry of an office; the earliest where it was entered more than once."""
    return next((step.event for step in steps(facts) if step.kind == "office-created"), None)


_SEAT_HANDLES = _SEATS | _LIVES | membership.HANDLES
_OFFICE_HANDLES = _OFFICES | _LIVES

SEATS = Projection(
    name="council_roster.states",
    version=4,
    table=council_roster,
    key=("body", "state"),
    fixed={"seat": "state"},
    handles=_SEAT_HANDLES,
    ignores=EVERYTHING - _SEAT_HANDLES,
    leads=_SEATS,
    keys=seat_keys,
    fold=fold_seat,
)
OFFICES = Projection(
    name="council_roster.offices",
    version=2,
    table=council_roster,
    key=("office",),
    fixed={"seat": "office"},
    handles=_OFFICE_HANDLES,
    ignores=EVERYTHING - _OFFICE_HANDLES,
    leads=_OFFICES,
    keys=office_keys,
    fold=fold_office,
)


def roster(connection: Connection, day: str, body: str | None = None) -> list[Row]:
    """Who sat in a body on a day (ISO): its states, then its offices; `name` is that of the holder or the state."""
    return _roster(body is not None)(connection, day=day, body=body)


@cache
def _roster(one: bool) -> Prepared:
    table = council_roster
    query = (
        select(
            table.c.body,
            table.c.seat,
            table.c.state,
            table.c.person,
            table.c.office,
            certainty_on(table, DAY),
            table.c.since,
            table.c.status,
            table.c.acting,
            func.coalesce(
                _name_of_person(), select(state.c.name).where(state.c.state == table.c.state).scalar_subquery()
            ).label("name"),
            table.c.disputed,
        )
        .where(holds_on(table, DAY))
        .order_by(table.c.body, table.c.seat.desc(), table.c.office, table.c.state, table.c.person, table.c.valid_from)
    )
    return Prepared(query.where(table.c.body == bindparam("body")) if one else query)


def _name_of_person() -> ScalarSelect[str]:
    return select(func.min(person.c.name)).where(person.c.person == council_roster.c.person).scalar_subquery()

"""What stands on our pages: each function asks the record one thing, and gives its template what to show."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection

from cli import why as words
from cli.asking import known, outside
from cli.options import today
from cli.page.database import in_sentences
from eventstore.database import Database
from eventstore.errors import Misuse, Problem, RecordError, did_you_mean
from eventstore.facts import BEGINNING, END
from eventstore.history import History
from eventstore.reading import known_ids
from eventstore.states import state_name, states
from projections import question
from projections.council_roster import roster
from projections.links import REGISTERS, rows_about
from projections.membership import members
from projections.pictures import PICTURES, draw
from projections.sentences import name_of
from projections.timeline import story
from projections.treaty_party import parties
from projections.treaty_status import treaties
from projections.why import key_of
from projections.why import why as reasons

if TYPE_CHECKING:
    from projections.pictures.picture import Picture
    from projections.report import Report

Page = dict[str, Any]

_TITLED = {"source": ("source-registered",), "decision": ("decision-adopted",)}  # what sentences do not name


class When(NamedTuple):
    """The day that is asked about (ISO), and what was known when (a position or a time; empty: now)."""

    day: str
    known_at: str = ""


class _Asked(NamedTuple):
    """A question under way: the log, the views and the history as known then, and what the answer rests on."""

    log: Connection
    views: Connection
    history: History
    rests_on: Page

    def name(self, register: str, name: str) -> str:
        """What an id stands for."""
        if register == "state":
            return state_name(name)
        if register in _TITLED:
            entered: list[Any] = [
                fact.event for fact in self.history.about(f"{register}:{name}", kinds=_TITLED[register])
            ]
            return next((str(event.title) for event in entered if getattr(event, register) == name), name)
        return name_of(f"{register}:{name}", self.history)


@contextmanager
def _asked(record: Database, when: When) -> Iterator[_Asked]:
    with record.record() as log:
        basis = question.basis(log, when.day, when.known_at or None)
        beyond = outside(log, basis) if when.day != today() else ""
        with question.views(log, basis.known_at) as views:
            yield _Asked(log, views, History(log, basis.known_at), {"basis": basis, "beyond": beyond})


def standing(record: Database) -> Page:
    """How far the record is: its newest position, the hash there, the day, and the years it tells of."""
    with record.record() as log:
        newest = question.basis(log, "")
        last = question.added_on(log, newest.known_at)
        first = question.begins_after(log, BEGINNING, newest.known_at)
    years = range(int(first[:4]), int(last[:4]) + 1) if first and last else range(0)
    return {"newest": newest, "added_on": last, "years": years}


def as_of(record: Database, when: When) -> Page:
    """The membership of every organisation, the roster of every body and the standing of every treaty on a day."""
    with _asked(record, when) as asked:
        belonging = _by_state(members(asked.views, when.day))
        seats = sorted(
            _by_state(roster(asked.views, when.day)), key=lambda row: (row["seat"] != "state", row["office"] or "")
        )
        found = {
            "organisations": sorted(_grouped(asked, "organisation", belonging)),
            "bodies": sorted(_grouped(asked, "body", seats), key=lambda body: body[1].casefold()),
            "offices": {row["office"]: asked.name("office", row["office"]) for row in seats if row["office"]},
            "treaties": sorted(
                treaties(asked.views, when.day), key=lambda row: (row["title"] or row["treaty"]).casefold()
            ),
            "states": states(),
        }
        return asked.rests_on | found | {"members": len(belonging), "seats": len(seats)}


def _by_state(rows: Sequence[Page]) -> list[Page]:
    return sorted(rows, key=lambda row: state_name(row["state"] or ""))


def _grouped(asked: _Asked, register: str, rows: Iterable[Page]) -> list[tuple[str, str, list[Page]]]:
    """Rows by what they are of: its id, its name, its rows."""
    groups = dict[str, list[Page]]()
    for row in rows:
        groups.setdefault(row[register], []).append(row)
    return [(name, asked.name(register, name), group) for name, group in groups.items()]


def about(record: Database, when: When, register: str, name: str) -> Page:
    """What the record has on an id: its rows in the views, its story, and for a treaty the states towards it on a day."""
    if register not in REGISTERS:
        advice = did_you_mean(register, REGISTERS) or f"Known: {', '.join(REGISTERS)}."
        raise Misuse(Problem(f"there is no register {register[:80]!r}", "", advice))
    with _asked(record, when) as asked:
        if register != "state" or name not in states():  # of a state that did nothing the page says so
            known(asked.log, register, name, register)
        told = story(asked.views, f"{register}:{name}", BEGINNING, END)
        return asked.rests_on | {
            "register": register,
            "id": name,
            "name": asked.name(register, name),
            "stands_in": list(rows_about(asked.views, register, name)),
            "parties": _by_state(parties(asked.views, when.day, name)) if register == "treaty" else None,
            "states": states(),
            "story": told,
            "pictures": [picture for picture, of in PICTURES.items() if told and of.register == register],
        }


def why(record: Database, when: When, view: str, key: Sequence[str]) -> Page:
    """The reasons for what a view shows of a key on a day."""
    with _asked(record, when) as asked:
        named, found = key_of(asked.history, view, key)
        told = reasons(asked.history, named, found, when.day)
        steps = words.Numbered(told.chain)
        sections = [*words.sections(told, steps), *words.next_step(told)]
        return asked.rests_on | {"told": told, "steps": steps, "sections": sections, "words": words}


def choices(record: Database, report: "Report") -> dict[str, list[tuple[str, str]]]:
    """By parameter of a report, the values there are for it, with their names: states, and ids of registers."""
    registers = {one.name: "state" if one.type == "state" else one.name for one in report.parameters}
    with _asked(record, When(today())) as asked:
        return {
            one.name: [(name, asked.name(registers[one.name], name)) for name in _ids(asked, registers[one.name])]
            for one in report.parameters
            if one.type in ("state", "id")
        }


def pictures(record: Database, when: When, chosen: str, subject: str) -> Page:
    """Every picture, with what it can be of; `chosen` is of `subject`, the others are of what they are of by default."""
    with _asked(record, when) as asked:
        shown = [_shown(asked, name, subject if name == chosen else "") for name in PICTURES]
        return asked.rests_on | {"pictures": shown, "drawable": find_spec("vl_convert")}


def _shown(asked: _Asked, name: str, subject: str) -> Page:
    """A picture in the list: what it is of, in words, and what it can be of; or why it cannot be shown."""
    of, found = PICTURES[name], dict[str, Any]()
    subject = subject or of.default or ""
    if subject or of.optional or not of.register:
        try:
            found["picture"] = _drawn(asked, name, subject)
        except RecordError as error:
            found["problem"] = in_sentences(error)
    choices = [(one, asked.name(of.register, one)) for one in _ids(asked, of.register)] if of.register else []
    return {"name": name, "of": of, "subject": subject, "choices": choices, **found}


def picture(record: Database, when: When, name: str, subject: str) -> "Picture":
    """A picture; raises `Misuse` for a name or an id that is not known, `Refused` where there would be nothing in it."""
    if name not in PICTURES:
        raise Misuse(Problem(f"there is no picture {name[:80]!r}", "", did_you_mean(name, PICTURES)))
    with _asked(record, when) as asked:
        return _drawn(asked, name, subject)


def _drawn(asked: _Asked, name: str, subject: str) -> "Picture":
    of = PICTURES[name]
    wanted = subject or of.default
    if wanted is not None:
        known(asked.log, of.register, wanted, of.register)
    elif of.register and not of.optional:
        raise Misuse(Problem(f"this picture is of one {of.register}", "", f"Ask for /pictures/{name}/ID.svg."))
    return draw(asked.views, name, wanted, basis=asked.rests_on["basis"], today=today())


def _ids(asked: _Asked, register: str) -> list[str]:
    return sorted(known_ids(asked.log, register))

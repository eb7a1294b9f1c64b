"""A tiny history, a question, the answer: the words in which the tests of the log and of the views are written.

    given(database, founded, fact("state-joined", "1993-12", organisation="cis", state="GE"))
    assert members_on(database, "1993-12-15") == {"GE": "possible member"}

A fact is one line: its kind, its date, its fields. Its source is the one called `record` (of middling standing, so that others
can be better or worse) unless it says otherwise. In an answer, `possible` stands before what is not certain, and what excludes
each other is joined by `or`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, text

from eventstore import canonical, dates, integrity, log
from eventstore.batch import Entry
from eventstore.database import Database
from eventstore.drafting import Find, drafted
from eventstore.drafts import Draft, draft
from eventstore.errors import Refused
from eventstore.facts import Fact
from eventstore.history import History
from eventstore.stored import Stored
from projections import council_roster, membership, question, runner, treaty_party, treaty_status

NOW = "2026-11-22T00:00:00.000000Z"
TODAY = "2026-11-22"
HISTORY_AS_OF = "2026-11-30T00:00:00.000000Z"  # not before the last day on which its files were added to


@dataclass(frozen=True, repr=False)
class Told:
    """One fact, before it is recorded."""

    kind: str
    on: str
    fields: dict[str, Any]
    sources: tuple[dict[str, str], ...]

    def __repr__(self) -> str:
        fields = "".join(f", {name}={value!r}" for name, value in self.fields.items())
        by = [", ".join(source.values()) for source in self.sources]
        return f"fact({self.kind!r}, {self.on!r}, citing={by}{fields})"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))  # so that Hypothesis prints a history as it is written in a test

    @cached_property
    def draft(self) -> Draft:
        return draft(self.kind, self.on, self.fields, self.sources, today=TODAY)

    @property
    def id(self) -> str:
        """The id that it has in every record."""
        return self.draft.event_id

    def citing(self, *sources: str) -> "Told":
        """The same, told by these sources."""
        return Told(self.kind, self.on, self.fields, cited(*sources))


def fact(kind: str, on: str, /, *, citing: str | Iterable[str] = "record", **fields: Any) -> Told:
    """A fact; `citing` names its sources, each `source` or `source, locator`."""
    return Told(kind, on, fields, cited(*([citing] if isinstance(citing, str) else citing)))


def cited(*sources: str) -> tuple[dict[str, str], ...]:
    return tuple(dict(zip(("source", "locator"), source.split(", ", 1), strict=False)) for source in sources)


def source(name: str, standing: str, on: str = "1991-01-01") -> Told:
    """A source and its standing."""
    return fact("source-registered", on, citing=name, source=name, title=f"The {name}", standing=standing)


def corrected(
    told: Told, on: str = "2026-01-01", *, citing: str = "record", reason: str = "misread", **other: Any
) -> Told:
    """A correction of another fact: `date`, `changes`."""
    return fact("event-corrected", on, citing=citing, event=told.id, reason=reason, **other)


def retracted(told: Told, on: str = "2026-01-01", *, citing: str = "record", reason: str = "misread") -> Told:
    return fact("event-retracted", on, citing=citing, event=told.id, reason=reason)


def disputed(told: Told, *, citing: str, on: str = "2026-01-01", reason: str = "says otherwise", **other: Any) -> Told:
    """Another source's claim about a fact: `date`, `changes`, `denied`."""
    return fact("event-disputed", on, citing=citing, event=told.id, reason=reason, **other)


def corroborated(told: Told, *, citing: str, on: str = "2026-01-01", reason: str = "says the same") -> Told:
    return fact("event-corroborated", on, citing=citing, event=told.id, reason=reason)


RECORD = source("record", "press")


def drafts_of(entries: Iterable[Entry], find: Find = lambda _: {}, today: str = TODAY) -> list[Draft]:
    """The drafts of a batch; raises `Refused` with every fault of its entries."""
    drafts, problems, _ = drafted(entries, today=today, find=find, ids=lambda _: set())
    if problems:
        raise Refused(problems)
    return drafts


def append(connection: Connection, *facts: Told, now: str = NOW, by: str = "tests", **other: Any) -> list[log.Outcome]:
    """Record facts in a transaction at hand, and let the views follow; gives what became of each."""
    outcomes = log.append(connection, [told.draft for told in facts], recorded_by=by, now=now, **other)
    runner.catch_up(connection)
    return outcomes


def given(database: Database, *facts: Told, now: str = NOW, by: str = "tests", **other: Any) -> list[log.Outcome]:
    """Record facts as one batch, the source `record` before them if it is not there yet."""
    with database.record() as connection:
        append(connection, RECORD, now=now, by=by)
        return append(connection, *facts, now=now, by=by, **other)


def written(
    database: Database, kind: str, on: str, data: str, *subjects: str, version: int = 1, by: str = "record"
) -> str:
    """Write a row as another release of the program would have: in any form, with the right hash. Gives the event's id.

    Only the tables of the first revision are touched, so this works on a database of any.
    """
    when, identity = dates.parse(on), integrity.event_id(kind, on, data)
    with database.transaction() as connection:
        newest = connection.execute(text("SELECT position, hash FROM log_head")).one()
        sources = canonical.encode(cited(by))
        envelope = (
            newest.position + 1,
            identity,
            kind,
            version,
            on,
            when.first,
            when.last,
            NOW,
            "tests",
            data,
            sources,
        )
        row = dict(zip(Stored._fields, (*envelope, integrity.chained(newest.hash, envelope)), strict=True))
        columns = ", ".join(row)
        values = ", ".join(f":{name}" for name in row)
        connection.execute(text(f"INSERT INTO event ({columns}) VALUES ({values})"), row)
        for subject in subjects:
            connection.execute(
                text("INSERT INTO event_subject (subject, position) VALUES (:subject, :position)"),
                {"subject": subject, "position": row["position"]},
            )
        connection.execute(text("UPDATE log_head SET position = :position, hash = :hash"), row)
    return identity


def position(database: Database) -> int:
    """How far the log reaches."""
    with database.record() as connection:
        return question.basis(connection, TODAY).known_at


@contextmanager
def asked(database: Database, known_at: int | None = None) -> Iterator[Connection]:
    """The views as known at a position; default: now."""
    with database.record() as connection:
        at = question.basis(connection, TODAY, None if known_at is None else str(known_at)).known_at
        with question.views(connection, at) as views:
            yield views


def facts(database: Database, *subjects: str, known_at: int | None = None) -> list[Fact]:
    """The facts about subjects as they stand, in the order of their dates."""
    with database.record() as connection:
        return sorted(History(connection, known_at).about(*subjects), key=lambda fact: (fact.first, fact.event_id))


def answer(rows: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Who: what, from rows of (who, what, certainty)."""
    found = dict[str, str]()
    for who, what, certainty in rows:
        words = what if certainty == "certain" else f"possible {what}"
        found[who] = f"{found[who]} or {words}" if who in found else words
    return found


def members_on(
    database: Database, day: str, organisation: str = "cis", known_at: int | None = None, *, former: bool = False
) -> dict[str, str]:
    """Each state's standing in an organisation on a day."""
    with asked(database, known_at) as views:
        rows = membership.members(views, day, organisation, former=former)
    return answer((row["state"], row["status"], row["certainty"]) for row in rows)


def roster_on(database: Database, day: str, body: str = "council", known_at: int | None = None) -> dict[str, str]:
    """Who sits on a day: each state as what, and each holder (a person, or a state in turn) in which office."""
    with asked(database, known_at) as views:
        rows = council_roster.roster(views, day, body)
    return answer(
        (row["person"] or row["state"], row["status"] or _office(row), row["certainty"])
        for row in sorted(rows, key=lambda row: (row["seat"], row["since"]))
    )


def _office(row: dict[str, Any]) -> str:
    return f"acting {row['office']}" if row["acting"] else str(row["office"])


def treaties_on(database: Database, day: str, known_at: int | None = None) -> dict[str, str]:
    """The status of each treaty on a day."""
    with asked(database, known_at) as views:
        rows = treaty_status.treaties(views, day)
    return answer((row["treaty"], row["status"], row["certainty"]) for row in rows)


def parties_on(database: Database, day: str, treaty: str = "charter", known_at: int | None = None) -> dict[str, str]:
    """Where each state stands towards a treaty on a day."""
    with asked(database, known_at) as views:
        rows = treaty_party.parties(views, day, treaty)
    return answer((row["state"], row["status"], row["certainty"]) for row in rows)


def party_on(database: Database, day: str, state: str, treaty: str = "charter") -> dict[str, Any]:
    """All that the view says of one state and one treaty on a day."""
    with asked(database) as views:
        rows = [row for row in treaty_party.parties(views, day, treaty) if row["state"] == state]
    assert len(rows) == 1, rows
    return rows[0]


# The smallest world in which something can happen. Its dates are early, so that a test's own dates are the only ones that count.
FOUNDED = fact(
    "organisation-founded",
    "1991-12-08",
    organisation="cis",
    name="Commonwealth of Independent States",
    founding_treaties=["belovezha"],
    charter="charter",
)
BELOVEZHA = fact(
    "treaty-adopted",
    "1991-12-08",
    treaty="belovezha",
    title="Agreement",
    confers=["cis:founding-state:signature", "cis:former:withdrawal"],
)
CHARTER = fact(
    "treaty-adopted",
    "1993-01-22",
    treaty="charter",
    title="Charter",
    confers=["cis:member:ratification", "cis:member:accession"],
)
COUNCIL = fact("body-established", "1991-12-21", body="council", organisation="cis", name="Council of Heads of State")
CHAIR = fact("office-created", "1991-12-21", office="chair", body="council", name="Chair")
BORIS = fact("person-registered", "1991-12-21", person="boris", name="Boris", state="RU")
LEONID = fact("person-registered", "1991-12-21", person="leonid", name="Leonid", state="UA")
ASKAR = fact("person-registered", "1991-12-21", person="askar", name="Askar", state="KG")
WORLD = (FOUNDED, BELOVEZHA, CHARTER, COUNCIL, CHAIR, BORIS, LEONID, ASKAR)

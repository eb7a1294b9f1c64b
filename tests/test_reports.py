"""The library of reports: over one small history each answers the same, word for word, on both databases.

The answers are kept in `golden/reports`, one CSV file for each question below. After a change that is meant to change them:
`CIS_WRITE_GOLDEN=1 pytest tests/test_reports.py`, and read the difference.
"""

import csv
import io
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path

import histories
import pytest
from conftest import DATABASES
from histories import (
    HISTORY_AS_OF,
    TODAY,
    WORLD,
    Told,
    asked,
    corroborated,
    disputed,
    fact,
    given,
    members_on,
    position,
    roster_on,
    source,
)
from postgres_server import PostgresServer
from sqlalchemy import Connection

from eventstore.database import Database
from eventstore.errors import Misuse, Refused
from projections import report
from projections.report import GROUPS, Report, library, parse, run, values

GOLDEN = Path(__file__).parent / "golden" / "reports"


def each(kind: str, on: str, *states: str, **fields: object) -> list[Told]:
    """The same act of several states."""
    return [fact(kind, on, state=state, **fields) for state in states]


GEORGIA = fact("state-joined", "1993-12", organisation="cis", state="GE", status="member", note="no day is told")
JUBILEE = fact(
    "meeting-held",
    "1993-09-23/1993-09-24",
    meeting="moscow-1993",
    bodies=["council", "ministers"],
    type="regular",
    place="Moscow",
    country="RU",
    chair="boris",
    states=["BY", "KZ", "RU"],
    absent=["TM", "UA"],
)
CONCEPT = fact(
    "decision-adopted", "1993-09-24", decision="concept", title="A concept", body="council", meeting="moscow-1993"
)
ARMENIA = fact("treaty-acceded", "1994", treaty="security", state="AM", inferred="the year: the page has none")

HISTORY = [
    *WORLD,
    source("gazette", "official-publication"),
    source("lexicon", "encyclopedia"),
    source("unused", "press"),
    # membership
    *each("treaty-signed", "1991-12-08", "BY", "RU", "UA", treaty="belovezha"),
    *each("treaty-ratified", "1991-12-10", "BY", "UA", treaty="belovezha"),
    *each("state-joined", "1991-12-21", "KG", "KZ", "TM", organisation="cis", status="founding-state"),
    GEORGIA,
    disputed(GEORGIA, citing="gazette", date="1993-12-03", reason="names the day on which the parliament agreed"),
    disputed(GEORGIA, citing="lexicon", changes={"status": "observer"}, reason="calls it an observer"),
    *each("treaty-signed", "1993-01-22", "BY", "KG", "KZ", "RU", treaty="charter"),
    fact("treaty-ratified", "1993-07-20", treaty="charter", state="RU"),
    fact("treaty-ratified", "1994-01-18?", treaty="charter", state="BY"),
    fact("treaty-ratified", "[1993-11..1994-04]", treaty="charter", state="KZ"),
    fact("state-status-changed", "2005-08-26", organisation="cis", state="TM", status="associate"),
    fact("withdrawal-notified", "2008-08-18", organisation="cis", state="GE", effective="2009-08-18"),
    fact("withdrawal-notified", "2011-02-01", organisation="cis", state="KG", effective="2012-02-01"),
    fact("withdrawal-revoked", "2011-06", organisation="cis", state="KG"),
    fact("participation-ceased", "2018-05-19", organisation="cis", state="UA"),
    fact("organisation-founded", "2000-10-10", organisation="union", name="Union"),
    *each("state-joined", "2000-10-10", "KZ", "RU", organisation="union", status="founding-state"),
    fact("participation-suspended", "2008-10", organisation="union", state="KZ"),
    fact("organisation-dissolved", "2014-10-10", organisation="union", effective="2015-01-01"),
    # bodies
    fact("body-established", "1991-12-21", body="ministers", organisation="cis", name="Council of Ministers"),
    fact("body-reorganised", "2000-01-01", body="ministers", name="Council of Heads of Government"),
    *each("state-seated", "1991-12-21", "RU", "UA", body="council"),
    fact("state-seated", "1993-12", body="council", state="GE", status="observer"),
    fact("office-assumed", "1992-01-01", office="chair", person="boris", state="RU"),
    fact("office-assumed", "1994-03", office="chair", person="leonid", acting=True),
    fact("office-assumed", "[1995-12-30,1996-03-02]", office="chair", person="askar", state="KG"),
    # meetings
    JUBILEE,
    disputed(JUBILEE, citing="lexicon", changes={"place": "Minsk"}, reason="has it in Minsk"),
    fact("meeting-held", "1993-12", meeting="ashgabat-1993", bodies=["council"], chair_state="TM", states=["RU", "UA"]),
    fact("meeting-held", "[1993-12-30..1994-01-05]", meeting="talks", type="informal", title="Talks", states=["UA"]),
    fact("meeting-held", "1994-04-15", meeting="moscow-1994", bodies=["council"], chair="leonid", states=["GE", "UA"]),
    CONCEPT,
    disputed(CONCEPT, citing="lexicon", denied=True, reason="says that it was put off"),
    fact(
        "decision-adopted", "1994-04-15", decision="fund", title="A fund", effective="1995-01-01", states=["RU", "UA"]
    ),
    # treaties
    fact(
        "treaty-adopted",
        "1992-05-15",
        treaty="security",
        title="Security Treaty",
        organisation="cis",
        consent="instrument",
    ),
    *each("treaty-signed", "1992-05-15", "KZ", "RU", "TJ", "UZ", treaty="security"),
    *each("treaty-ratified", "1993-06-01", "RU", "UZ", treaty="security", reservation="not beyond its borders"),
    fact("instrument-deposited", "1994-03-01", treaty="security", state="KZ", instrument="ratification"),
    ARMENIA,
    corroborated(ARMENIA, citing="gazette"),
    fact("treaty-entered-into-force", "1994-04-20", treaty="security", until="1999-04-20"),
    *each("treaty-in-force-for-state", "1994-04-20", "RU", "UZ", treaty="security"),
    fact("declaration-made", "1996", treaty="security", state="KZ", text="reads article 4 narrowly"),
    fact("treaty-withdrawn", "[1999-01-01..1999-04-02]", treaty="security", state="UZ"),
    fact("treaty-extended", "1999-04-02", treaty="security", until="2004-04-20"),
    fact("treaty-withdrawal-notified", "2020-05-01", treaty="security", state="AM", effective="2027-05-01"),
    fact("treaty-adopted", "1994-04-15", treaty="trade", title="Trade Agreement", consent="signature"),
    *each("treaty-signed", "1994-04-15", "GE", "RU", treaty="trade"),
    fact("treaty-entered-into-force", "1994-12", treaty="trade"),
    fact("treaty-withdrawal-notified", "2006-05-01", treaty="trade", state="RU", effective="2007-05-01"),
    fact("treaty-withdrawal-revoked", "2006-09-01", treaty="trade", state="RU"),
    fact("treaty-withdrawal-notified", "2008-08-18", treaty="trade", state="GE", effective="2009-08-18"),
    fact("treaty-adopted", "1995-02-10", treaty="air", title="Air Defence Agreement", organisation="cis"),
    fact("treaty-entered-into-force", "[1995-12-01..1996-01-31]", treaty="air"),
    fact("treaty-provisionally-applied", "1995-06-01", treaty="air", state="KZ"),
    fact("treaty-terminated", "2003-01-01", treaty="air"),
    # notices that name no day of effect, and what was only told long after
    fact("withdrawal-notified", "2024-03-05", organisation="cis", state="TM"),
    fact("treaty-withdrawal-notified", "2025-01", treaty="trade", state="RU"),
    fact(
        "source-registered",
        "2020-01-01",
        citing="memoirs",
        source="memoirs",
        title="Memoirs",
        standing="press",
        published="2015",
    ),
    fact(
        "statement-made", "1994-05-09", text="Minsk is proposed as the seat.", states=["BY"], citing="memoirs, page 7"
    ),
]

QUESTIONS: Mapping[str, tuple[str, dict[str, str]]] = {  # the golden file, the report, what it is given
    "members-1991": ("members", {"as_of": "1991-12-10"}),
    "members-1993": ("members", {"as-of": "1993-12"}),
    "members-2010-former": ("members", {"as_of": "2010", "former": "yes"}),
    "state-memberships-kazakhstan": ("state-memberships", {"state": "Kazakhstan"}),
    "state-memberships-georgia": ("state-memberships", {"state": "GEO", "organisation": "cis"}),
    "contested-standing": ("contested-standing", {"as_of": "1993-12-15"}),
    "contested-standing-2011": ("contested-standing", {"as_of": "2011-06"}),
    "contested-standing-today": ("contested-standing", {}),
    "members-by-year": ("members-by-year", {"to": "2012-03"}),
    "members-by-year-union": ("members-by-year", {"organisation": "union", "from": "1999", "to": "2015"}),
    "joined-and-left": ("joined-and-left", {"to": "2018"}),
    "roster": ("roster", {"body": "council", "as_of": "1994-03-10"}),
    "office-holders": ("office-holders", {"office": "chair", "as_of": "1998-02-28"}),
    "office-holders-1994": ("office-holders", {"office": "chair", "as_of": "1994-03-10"}),
    "decisions": ("decisions", {}),
    "meeting-chairs": ("meeting-chairs", {}),
    "meetings-by-year": ("meetings-by-year", {}),
    "attendance": ("attendance", {"state": "UA"}),
    "attendance-in-council": ("attendance", {"state": "UA", "body": "council"}),
    "absences": ("absences", {}),
    "treaties-in-force-1995": ("treaties-in-force", {"as_of": "1994-12-15"}),
    "treaties-in-force-1996": ("treaties-in-force", {"as_of": "1996-06-30"}),
    "treaties-in-force-1999": ("treaties-in-force", {"as_of": "1999-02", "organisation": "cis"}),
    "signed-not-ratified": ("signed-not-ratified", {"as_of": "1993-12"}),
    "signed-not-ratified-today": ("signed-not-ratified", {"state": "TJ"}),
    "withdrawals": ("withdrawals", {}),
    "withdrawals-2009": ("withdrawals", {"as_of": "2009-01", "state": "GE"}),
    "ratification-times": ("ratification-times", {}),
    "ratification-by-state": ("ratification-by-state", {}),
    "participation": ("participation", {"as_of": "1996-06-30"}),
    "participation-in-cis": ("participation", {"as_of": "1999-02", "organisation": "cis"}),
    "treaties-in-force-by-year": ("treaties-in-force-by-year", {"to": "2004-06"}),
    "not-in-force": ("not-in-force", {"as_of": "1994-04-19"}),
    "reservations": ("reservations", {"as_of": "1996"}),
    "provisional-application": ("provisional-application", {"as_of": "1995-07"}),
    "provisional-application-today": ("provisional-application", {}),
    "shared-treaties": ("shared-treaties", {"as_of": "1999-02"}),
    "signatures-at-meetings": ("signatures-at-meetings", {}),
    "attendance-by-state": ("attendance-by-state", {"body": "council"}),
    "meeting-places": ("meeting-places", {}),
    "terms-of-office": ("terms-of-office", {"as_of": "1998-02-28"}),
    "career": ("career", {"person": "leonid"}),
    "offices": ("offices", {"as_of": "1996-01-15"}),
    "seats-without-membership": ("seats-without-membership", {"as_of": "1993-12-02"}),
    "memberships": ("memberships", {"as_of": "2010"}),
    "events-on-a-day": ("events-on-a-day", {"from": "1993-12-15", "to": "1993-12-31"}),
    "anniversaries": ("anniversaries", {"day": "2013-12-08"}),
    "standings-of-sources": ("standings-of-sources", {}),
    "disputes-by-source": ("disputes-by-source", {}),
    "late-sources": ("late-sources", {"years": "20"}),
    "late-records": ("late-records", {"years": "33"}),
    "facts-by-year": ("facts-by-year", {"to": "1996"}),
    "treaties-of-a-state": ("treaties-of-a-state", {"state": "UZ", "as_of": "1999-02-15"}),
    "treaties-of-a-state-today": ("treaties-of-a-state", {"state": "KZ"}),
    "entries-into-force": ("entries-into-force", {"to": "1997"}),
    "disputed-facts": ("disputed-facts", {}),
    "disputed-facts-of-a-source": ("disputed-facts", {"source": "gazette"}),
    "single-source-facts": ("single-source-facts", {"from": "1994", "to": "1995"}),
    "sources": ("sources", {}),
    "inferred-facts": ("inferred-facts", {}),
    "imprecise-dates": ("imprecise-dates", {}),
}


LIBRARY = library()


def answer(
    connection: Connection, name: str, asked_for: Mapping[str, str], today: str = TODAY
) -> list[dict[str, object]]:
    chosen = LIBRARY[name]
    names, rows = run(connection, chosen, values(chosen, asked_for, today))
    return [dict(zip(names, row, strict=True)) for row in rows]


def as_csv(rows: list[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.fixture(scope="module", params=DATABASES)
def record(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The history above, told once to each database: no test here adds to it."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("reports") / "cis.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        told = Database(f"sqlite:///{path}", write=True)
        given(told, *HISTORY)
        yield Database(told.url)
        return
    postgres: PostgresServer = request.getfixturevalue("postgres")
    url = postgres.create_database("reports", template=request.getfixturevalue("postgres_template"))
    given(Database(url, write=True), *HISTORY)
    yield Database(url)
    postgres.drop_database("reports")


# --- what the reports answer ---------------------------------------------------------------------------------------------


def test_every_report_answers_as_it_is_kept_on_both_databases(record: Database) -> None:
    found = dict[str, str]()
    with record.record() as connection:
        for file, (name, asked_for) in QUESTIONS.items():
            rows = answer(connection, name, asked_for)
            assert rows, f"{file} has no rows: it would show nothing"
            found[file] = as_csv(rows)
    if os.environ.get("CIS_WRITE_GOLDEN"):
        for file, text in found.items():
            (GOLDEN / f"{file}.csv").write_text(text, "utf-8")
    kept = {path.stem: path.read_text("utf-8") for path in GOLDEN.glob("*.csv")}
    assert sorted(found) == sorted(kept), "there is a kept answer for each question, and none besides"
    for file, text in found.items():
        assert text == kept[file], file


def test_every_report_is_asked_something() -> None:
    assert {name for name, _ in QUESTIONS.values()} == set(LIBRARY)


def test_every_report_orders_its_rows_and_says_what_it_answers() -> None:
    assert len(LIBRARY) >= 30
    for name, chosen in LIBRARY.items():
        assert chosen.group in GROUPS, name
        assert chosen.help.endswith("."), name
        assert all(parameter.help.endswith(".") for parameter in chosen.parameters), name
        last = chosen.sql.rpartition("ORDER BY")
        assert last[1], f"{name} has no ORDER BY"
        assert ")" not in last[2], f"{name} orders a part, not the whole"


def test_the_library_is_listed_group_by_group() -> None:
    groups = [chosen.group for chosen in LIBRARY.values()]
    assert groups == sorted(groups, key=list(GROUPS).index)
    assert set(groups) == set(GROUPS)


@pytest.mark.parametrize("day", ["1991-12-10", "1993-12-15", "1994-01-31", "2009-08-17", "2009-08-18"])
def test_reports_agree_with_the_commands(record: Database, day: str) -> None:
    with record.record() as connection:
        members = answer(connection, "members", {"as_of": day})
        seats = answer(connection, "roster", {"body": "council", "as_of": day})
    assert histories.answer((row["state"], row["status"], row["certainty"]) for row in members) == members_on(
        record, day
    )
    holders = roster_on(record, day)
    assert {row["person"] or row["state"] for row in seats} == set(holders)
    sitting = [(row["state"], row["status"], row["certainty"]) for row in seats if row["seat"] == "state"]
    assert histories.answer(sitting) == {state: standing for state, standing in holders.items() if state.isupper()}


def test_a_change_whose_day_is_not_known_takes_nothing_from_what_is_certain(record: Database) -> None:
    """Kazakhstan became a member at some time from November 1993 to April 1994; it belonged all the while."""
    assert members_on(record, "1993-12-31")["KZ"] == "possible founding-state or possible member"
    with record.record() as connection:
        counted = {row["year"]: row for row in answer(connection, "members-by-year", {"to": "1994"})}
        moved = [row for row in answer(connection, "joined-and-left", {"to": "1994"}) if row["left_at_most"]]
    assert (counted[1993]["members_certain"], counted[1993]["members_at_most"]) == (7, 7)
    assert moved == []


def test_what_a_better_source_denies_is_among_what_is_disputed_and_nowhere_else(database: Database) -> None:
    joined = fact("state-joined", "1993-12", organisation="cis", state="GE")
    claims = [
        disputed(joined, citing="gazette", denied=True, reason="It only asked to join."),
        disputed(joined, citing="lexicon", date="1994", reason="Has another year."),
    ]
    sources = source("gazette", "official-publication"), source("lexicon", "encyclopedia")
    given(database, *WORLD, *sources, joined, *claims)
    with database.record() as connection:
        rows = answer(connection, "disputed-facts", {"from": "2000"})
        assert answer(connection, "disputed-facts", {"source": "record"}) == []
    told = ("occurred", "sentence", "shown", "claimed_by", "claimed_date", "denied", "event_id")
    assert sorted([*map(row.get, told)] for row in rows) == [
        ["", "Not shown: better sources deny it.", "another claim", "lexicon", "1994", "", joined.id],
        ["", "Not shown: better sources deny it.", "this claim", "gazette", None, "yes", joined.id],
    ]


def test_a_report_is_answered_as_the_record_once_knew_it(database: Database) -> None:
    given(database, *WORLD, *each("treaty-signed", "1991-12-08", "UA", treaty="belovezha"))
    before = position(database)
    given(database, fact("treaty-ratified", "1999-01-01", treaty="charter", state="UA"))
    for known_at, status in ((before, "founding-state"), (None, "member")):
        with asked(database, known_at) as views:
            rows = answer(views, "members", {})
        assert [row["status"] for row in rows if row["state"] == "UA"] == [status]


def test_an_id_that_is_not_registered_is_refused_with_the_nearest(record: Database) -> None:
    with record.record() as connection:
        with pytest.raises(Misuse) as caught:
            answer(connection, "roster", {"body": "counsel"})
        assert str(caught.value) == "report roster: there is no body 'counsel'\n  Did you mean council?"
        with pytest.raises(Misuse) as caught:
            answer(connection, "members", {"organisation": "nato"})
        assert str(caught.value) == "report members: there is no organisation 'nato'"
        assert answer(connection, "members", {"as_of": "1990"}) == []


def test_on_an_empty_record_every_report_answers_or_says_that_it_is_empty(database: Database) -> None:
    """Counts by year are all naught; what is asked about an organisation, a body or a person cannot be there."""
    some = {"state": "AM", "body": "council", "office": "chair", "person": "boris"}
    refused, counted = list[str](), list[str]()
    with database.record() as connection:
        for name, chosen in LIBRARY.items():
            needed = {p.name: some[p.name] for p in chosen.parameters if p.default is None}
            if any(p.type == "id" and p.default != "any" for p in chosen.parameters):
                with pytest.raises(Misuse, match="yet: cis init loads the history"):
                    answer(connection, name, needed)
                refused.append(name)
            elif rows := answer(connection, name, needed):
                counted.append(name)
                assert all(isinstance(value, int) for row in rows for key, value in row.items() if key != "day"), name
    assert refused == [
        "contested-standing", "joined-and-left", "members", "members-by-year", "career", "office-holders", "roster",
    ]  # fmt: skip
    assert counted == ["entries-into-force", "treaties-in-force-by-year"]


def test_the_example_of_every_report_answers_on_the_history(history: Database) -> None:
    with history.record() as connection:
        for name, chosen in LIBRARY.items():
            assert chosen.example, f"{name} has no example"
            words = shlex.split(chosen.example)
            given_values = {
                flag.removeprefix("--"): value for flag, value in pairwise([*words, ""]) if flag[:2] == "--"
            }
            assert answer(connection, name, given_values, HISTORY_AS_OF[:10]), (
                f"cis report {name} {chosen.example} finds nothing"
            )


def test_a_notice_that_names_no_day_of_effect_is_pending(record: Database) -> None:
    with record.record() as connection:
        rows = answer(connection, "withdrawals", {})
        (contested,) = [
            row
            for row in answer(connection, "contested-standing", {})
            if row["state"] == "TM" and "notice" in str(row["contested"])
        ]
    pending = [
        (row["state"], row["left_what"], row["notified"], row["takes_effect"])
        for row in rows
        if row["outcome"] == "pending"
    ]
    assert pending == [
        ("AM", "security", "2020-05-01", "2027-05-01"),
        ("RU", "trade", "2025-01", None),
        ("TM", "cis", "2024-03-05", None),
    ]
    assert contested["contested"] == "has given notice of leaving"


def test_days_are_counted_as_the_calendar_has_them(record: Database) -> None:
    with record.record() as connection:
        rows = answer(connection, "ratification-times", {})
    counted = 0
    for row in rows:
        for what in ("ratification", "deposit", "force"):
            done = row[{"ratification": "ratified", "deposit": "deposited", "force": "in_force"}[what]]
            if row[f"days_to_{what}"] is not None:
                days = date.fromisoformat(str(done)) - date.fromisoformat(str(row["signed"]))
                assert row[f"days_to_{what}"] == days.days
                counted += 1
    assert counted >= 5


# --- parameters ----------------------------------------------------------------------------------------------------------

EVERY_TYPE = parse(
    """-- group: trials
-- help: One parameter of each type.
-- param: day date = today  A day.
-- param: begin first-day = 1991  A first day.
-- param: state state = any  A state.
-- param: treaty id = any  A treaty.
-- param: word text = a b  A word.
-- param: number integer = 3  A number.
-- param: sure flag = no  Whether.
SELECT :day AS day, :begin AS begin, :state AS state, :treaty AS treaty, :word AS word, :number AS number,
    CASE WHEN :sure THEN 'yes' ELSE 'no' END AS sure ORDER BY 1
""",
    "every-type",
    "every-type.sql",
)


def test_parameters_have_defaults() -> None:
    assert values(EVERY_TYPE, {}, TODAY) == {
        "day": TODAY,
        "begin": "1991-01-01",
        "state": "any",
        "treaty": "any",
        "word": "a b",
        "number": 3,
        "sure": False,
    }


def test_parameters_are_read_by_their_type() -> None:
    texts = {
        "day": "1993-02",
        "begin": "1993-02",
        "state": "Россия",
        "treaty": "cis-charter",
        "word": "it's",
        "number": "-7",
        "sure": "Yes",
    }
    assert values(EVERY_TYPE, texts, TODAY) == {
        "day": "1993-02-28",
        "begin": "1993-02-01",
        "state": "RU",
        "treaty": "cis-charter",
        "word": "it's",
        "number": -7,
        "sure": True,
    }


def test_values_reach_the_sql_as_they_are(record: Database) -> None:
    texts = {"word": "it's :day; --", "number": "-7", "sure": "yes", "state": "MDA"}
    with record.record() as connection:
        names, rows = run(connection, EVERY_TYPE, values(EVERY_TYPE, texts, TODAY))
        assert [dict(zip(names, row, strict=True)) for row in rows] == [
            {
                "day": TODAY,
                "begin": "1991-01-01",
                "state": "MD",
                "treaty": "any",
                "word": "it's :day; --",
                "number": -7,
                "sure": "yes",
            }
        ]


WRONG_VALUES = {
    ("day", "21.12.1991"): "day: '21.12.1991' is not a date",
    ("day", "1993-02-30"): "day: '1993-02-30' is not a date: February 1993 has 28 days",
    ("begin", "1991/1993"): "begin: '1991/1993' is not one day, month or year",
    ("state", "Rusia"): "state: no state is called 'Rusia'. Did you mean RU (Russia)",
    ("treaty", "CIS Charter"): "treaty: 'CIS Charter' is not an id: ids are small letters and digits joined by hyphens",
    ("number", "seven"): "number: 'seven' is not a whole number of at most nine digits",
    ("number", "12345678901"): "number: '12345678901' is not a whole number of at most nine digits",
    ("sure", "perhaps"): "sure: 'perhaps' is neither yes nor no",
    ("word", "x" * 1001): "word: this is 1001 characters long; 1000 are read",
    ("dya", "1993"): "there is no parameter 'dya'\n  Did you mean day?",
    ("xyzzy", "1993"): "there is no parameter 'xyzzy'\n  It takes day, begin, state, treaty, word, number, sure.",
}


def test_values_that_do_not_fit_are_told() -> None:
    for (name, text), said in WRONG_VALUES.items():
        with pytest.raises(Misuse) as caught:
            values(EVERY_TYPE, {name: text}, TODAY)
        assert str(caught.value).startswith(f"report every-type: {said}"), said
        assert len(caught.value.problems) == 1


def test_all_faults_of_the_values_are_told_together() -> None:
    with pytest.raises(Misuse) as caught:
        values(LIBRARY["attendance"], {"stat": "RU", "to": "soon"}, TODAY)
    what = [problem.what for problem in caught.value.problems]
    assert what[:2] == ["the parameter state is missing", "there is no parameter 'stat'"]
    assert what[2].startswith("to: 'soon' is not a date")
    assert caught.value.problems[0].advice == (
        "The state. For example: cis report attendance --state GE --body council-of-heads-of-state"
    )


@pytest.mark.parametrize("given", [{"from": "1995", "to": "1993"}, {"from": "1995", "to": "1994-12-31"}])
def test_a_period_that_ends_before_it_begins_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(Misuse) as caught:
        values(LIBRARY["decisions"], given, TODAY)
    last = {"1993": "1993-12-31"}.get(given["to"], given["to"])
    assert str(caught.value) == f"report decisions: the period ends ({last}) before it begins (1995-01-01)"
    day = values(LIBRARY["decisions"], {"from": "1995-01-01", "to": "1995-01-01"}, TODAY)
    assert (day["from"], day["to"]) == ("1995-01-01", "1995-01-01")


def test_only_what_may_be_left_open_is_any() -> None:
    with pytest.raises(Misuse, match="state: no state is called 'any'"):
        values(LIBRARY["attendance"], {"state": "any"}, TODAY)


# --- files ---------------------------------------------------------------------------------------------------------------

HEAD = "-- group: trials\n-- help: A trial.\n"


def test_a_report_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "mine.sql").write_text(
        f"{HEAD}-- A remark.\n-- param: n integer  A number.\nSELECT :n AS n ORDER BY 1;\n"
    )
    found = library([tmp_path])
    assert list(found)[-1] == "mine", "groups of other folders come last"
    assert found["mine"] == Report(
        "mine",
        "trials",
        "A trial.",
        (report.Parameter("n", "integer", None, "A number."),),
        f"{HEAD}-- A remark.\n-- param: n integer  A number.\nSELECT :n AS n ORDER BY 1;\n",
    )


MALFORMED = {
    "": ["x.sql: the line `-- group:` is missing", "x.sql: the line `-- help:` is missing", "x.sql: there is no SQL"],
    "SELECT 1": ["x.sql: the line `-- group:` is missing", "x.sql: the line `-- help:` is missing"],
    "-- group: trials\n-- help:\nSELECT 1": [
        "x.sql:2: `-- help:` is not filled in",
        "x.sql: the line `-- help:` is missing",
    ],
    "-- group: My Trials\n-- help: A trial.\nSELECT 1": [
        "x.sql:1: `-- group:` is not filled in",
        "x.sql: the line `-- group:` is missing",
    ],
    f"{HEAD}-- help: Again.\nSELECT 1": ["x.sql:3: `-- help:` stands twice"],
    f"{HEAD}-- parm: n integer  A number.\nSELECT 1": [
        "x.sql:3: `-- parm:` says nothing here\n  Did you mean param?",
    ],
    f"{HEAD}-- param: n number  A number.\nSELECT :n": [
        "x.sql:3: there is no type 'number'\n  The types are date, first-day, state, id, text, integer, flag.",
    ],
    f"{HEAD}-- param: n intger  A number.\nSELECT :n": ["x.sql:3: there is no type 'intger'\n  Did you mean integer?"],
    f"{HEAD}-- param: n integer\nSELECT :n": [
        "x.sql:3: this is not a parameter with its type and its help\n"
        "  Write, for example: -- param: as_of date = today  The day asked about.",
        "x.sql:4: the parameter :n is not declared\n  Write at the top: -- param: n text  What it is.",
    ],
    f"{HEAD}-- param: n integer = many  A number.\nSELECT :n": [
        "x.sql:3: the default of n: 'many' is not a whole number of at most nine digits\n  Correct it, or take it out.",
    ],
    f"{HEAD}-- param: council id  A council.\nSELECT :council": [
        "x.sql:3: a parameter of type id is named for its register\n"
        "  The registers are organisation, body, office, person, treaty, meeting, decision, source.",
    ],
    f"{HEAD}-- param: known_at date  A day.\nSELECT :known_at": [
        "x.sql:3: every report has an option known_at already\n  Give the parameter another name.",
    ],
    f"{HEAD}-- param: n integer  A number.\n-- param: n text  A text.\nSELECT :n": [
        "x.sql:4: the parameter n stands twice",
    ],
    f"{HEAD}-- param: as_of date  A day.\nSELECT\n  :asof": [
        "x.sql:5: the parameter :asof is not declared\n  Did you mean as_of?",
        "x.sql:3: the parameter as_of is used nowhere\n  Use it as :as_of, or take the line out.",
    ],
    f"{HEAD}-- param: n integer  A number.\n-- example: --m 3\nSELECT :n": [
        "x.sql:4: the example gives --m, which is no parameter",
    ],
    f"{HEAD}-- example:\nSELECT 1": [
        "x.sql:3: `-- example:` is not filled in\n  Write, for example: -- example: --as-of 1994"
    ],
    f"{HEAD}SELECT 1; SELECT 2": ["x.sql, line 3, character 11: there is more than one statement"],
    f"{HEAD}DELETE FROM event": ["x.sql, line 3, character 1: DELETE is no question: this SQL only reads"],
    f"{HEAD}SELECT 'x": ["x.sql, line 3, character 8: a text is not closed\n  It ends with '."],
}


def test_a_file_that_is_no_report_is_told_with_its_lines() -> None:
    for text, said in MALFORMED.items():
        with pytest.raises(Refused) as caught:
            parse(text, "x", "x.sql")
        found = [str(problem) for problem in caught.value.problems]
        assert len(found) == len(said), found
        for one, beginning in zip(found, said, strict=True):
            assert one.startswith(beginning)


def test_all_files_that_are_no_reports_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "Mine.sql").write_text(f"{HEAD}SELECT 1")
    (tmp_path / "binary.sql").write_bytes(b"-- group: x\n\xff\xfe")
    (tmp_path / "members.sql").write_text(f"{HEAD}SELECT 1")
    (tmp_path / "writes.sql").write_text(f"{HEAD}DROP TABLE event")
    with pytest.raises(Refused) as caught:
        library([tmp_path, tmp_path / "nowhere"])
    assert [str(problem).splitlines()[0] for problem in caught.value.problems] == [
        f"{tmp_path}/Mine.sql: a report is called by small letters and digits joined by hyphens",
        f"{tmp_path}/binary.sql:2: this is not UTF-8 text",
        f"{tmp_path}/members.sql: there is a report 'members' already, in projections/reports/members.sql",
        f"{tmp_path}/writes.sql, line 3, character 1: DROP is no question: this SQL only reads",
        f"{tmp_path}/nowhere: there is no such folder of reports",
    ]


def test_a_report_that_writes_after_all_is_refused_when_it_runs(record: Database) -> None:
    sly = parse(
        f"{HEAD}WITH x AS (DELETE FROM membership RETURNING state) SELECT state FROM x ORDER BY state", "sly", "sly.sql"
    )
    with record.record() as connection, pytest.raises(Refused, match="report sly"):
        run(connection, sly, {})
    assert members_on(record, "1991-12-10")


def test_a_mistake_in_the_sql_of_a_report_is_told_with_its_line(record: Database) -> None:
    wrong = parse(f"{HEAD}SELECT state\nFROM membership\nWHERE sttus = 'member'\nORDER BY state", "wrong", "wrong.sql")
    with record.record() as connection, pytest.raises(Refused) as caught:
        run(connection, wrong, {})
    what = "no such column: sttus\n  Did you mean status, state?"
    assert str(caught.value) == f"report wrong, line 5, character 7: {what}"

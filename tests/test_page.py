"""The page: what stands on it, where it leads, what it refuses, and what it says to a mistyped question."""

import asyncio
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from cli_runs import HISTORY, cis, told

from cli.page import answers
from cli.page.application import application
from eventstore.database import Database
from projections import report as reports
from projections.read_only import QUESTIONS
from projections.views import TABLES

HOSTILE = """
defaults: {source: nti, locator: "<b>1</b>"}
events:
  - {kind: person-registered, on: 1991-12-30, person: mallory, name: "<script>alert(1)</script>", state: RU}
  - {kind: office-assumed, on: 1993-12-30, office: chair-of-council-of-heads-of-state, person: mallory, state: RU}
"""
SAMPLES = {  # for a parameter that must be given
    "state": "Belarus",
    "organisation": "cis",
    "body": "council-of-heads-of-state",
    "office": "chair-of-council-of-heads-of-state",
    "person": "boris-yeltsin",
    "treaty": "cis-charter",
    "meeting": "chs-1991-12-30-minsk",
    "decision": "none",
    "source": "nti",
}
PAGES = (
    *(
        "/",
        "/as-of?date=1993-12-15",
        "/as-of?date=nonsense",
        "/about/treaty/cis-charter",
        "/about/state/GE",
        "/pictures",
    ),
    *("/why/membership/cis/GE?date=1993-12-15", "/record/members", "/record/roster", "/nowhere"),
)


APART = re.compile(r"[?&]_|\.(json|csv)|sql=")  # other orders and other forms of what is shown


class Page:
    """A page at hand: a path, and what is answered."""

    def __init__(self, database: Database, note: str = "", folders: Iterable[str] = ()) -> None:
        self.served = application(database.url, note, folders)
        self.database = database

    def ask(self, path: str, method: str = "get", **headers: str) -> Any:
        async def asked() -> Any:
            await self.served.invoke_startup()
            return await getattr(self.served.client, method)(path, headers=headers)

        return asyncio.run(asked())

    def read(self, path: str, status: int = 200) -> "Read":
        answer = self.ask(path)
        assert answer.status_code == status, answer.text
        return Read(answer.text)


class Read(HTMLParser):
    """A page as a person has it: its text, its rows, its links, its alerts, its boxes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.html, self.rows, self.links = text, list[list[str]](), list[str]()
        self.tags = list[tuple[str, dict[str, str | None]]]()
        self._open, self._cells = list[str](), list[str]()
        self._words = list[tuple[tuple[str, ...], str]]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "a":
            self.links.append(dict(attrs).get("href") or "")
        if tag not in ("input", "link", "meta", "img", "br"):
            self._open.append(f"{tag}.{dict(attrs).get('class')}.{dict(attrs).get('role')}")
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().split(".")[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self._words.append((tuple(self._open), data))
        if self.rows and any(tag.startswith(("td.", "th.")) for tag in self._open):
            self.rows[-1][-1] = " ".join(f"{self.rows[-1][-1]} {data}".split())

    def text(self, within: str = "main") -> str:
        found = (words for tags, words in self._words if any(within in tag for tag in tags))
        return " ".join(" ".join(found).split())

    @property
    def alert(self) -> str:
        return self.text(".alert")


@pytest.fixture(scope="module")
def page(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page on the small history; nothing may change it."""
    path = tmp_path_factory.mktemp("page") / "the record # 1.db"  # a name that an address would not carry
    path.write_bytes(sqlite_template.read_bytes())
    return Page(told(Database(f"sqlite:///{path}", write=True)))


# --- what stands there ----------------------------------------------------------------------------------------------------


def test_the_front_page_lists_the_reports_and_the_tables_with_what_each_is(page: Page) -> None:
    front = page.read("/")
    for report in reports.library().values():
        assert f"/record/{report.name}" in front.links
        assert report.help in front.text()
    for table in TABLES:
        assert f"/record/{table.name}" in front.links
        assert " ".join(str(table.comment).split()) in front.text()
    assert {"/as-of?date=1991", "/as-of?date=2026", "/as-of", "/pictures", "/record"} <= set(front.links)
    assert "alembic_version" not in front.text()


def test_every_page_says_on_what_it_rests(page: Page) -> None:
    position, found = cis(page.database, "status", "--format", "json").json, page.read("/record/membership")
    assert f"The record at position {position['position']}, hash {position['hash'][:16]}" in found.text("footer")


def test_membership_rosters_and_treaties_on_a_day(page: Page) -> None:
    found = page.read("/as-of?date=1993-12-25")
    assert ["Georgia", "member", "1993-12", "possible disputed", "why"] in found.rows
    assert ["Belarus", "founding-state", "1991-12-08", "certain", "why"] in found.rows
    chair = ["Boris Yeltsin", "Chair of the Council of Heads of State", "Russia", "1993-12-24", "certain", "why"]
    assert chair in found.rows
    assert [
        "Charter of the Commonwealth of Independent States",
        "adopted",
        "1993-01-22",
        "0",
        "2",
        "certain",
        "why",
    ] in found.rows
    assert "This answer stands as of 1993-12-25, known at position 25, hash" in found.text()


def test_a_year_means_its_last_day_and_nothing_means_today(page: Page) -> None:
    assert page.read("/as-of?date=1993").text("h1") == "As of 1993-12-31"
    assert re.fullmatch(r"As of 20\d\d-\d\d-\d\d", page.read("/as-of?date=+").text("h1"))


def test_a_day_of_which_the_record_cannot_tell(page: Page) -> None:
    before, after, today = (page.read(f"/as-of?date={day}").text() for day in ("1980", "2999", ""))
    assert "The record begins on 1991-12-08: of 1980-12-31 it tells nothing for certain." in before
    assert "Nobody is known to have belonged to any organisation." in before
    assert re.search(
        r"The record was last added to on [-\d]+: what happened between then and 2999-12-31 is not in it\.", after
    )
    assert "The record was last added to" not in today


def test_what_was_known_then(page: Page) -> None:
    assert "Georgia" not in page.read("/as-of?date=1993-12-31&known_at=10").text()
    assert "Georgia" in page.read("/as-of?date=1993-12-31&known_at=2999-01-01").text()


WRITE = "Write a day (1993-12-15), a month (1993-12) or a year (1993); a month or a year means its last day."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("yesterday", f"'yesterday' is not a date. {WRITE}"),
        ("1993-13", f"'1993-13' is not a date: there is no month 13. {WRITE}"),
        ("1993-02-30", f"'1993-02-30' is not a date: February 1993 has 28 days. {WRITE}"),
        ("1993?", f"'1993?' is not one day, month or year. {WRITE}"),
    ],
)
def test_a_mistyped_day_is_told_beside_the_box_that_keeps_it(page: Page, typed: str, said: str) -> None:
    found = page.read(f"/as-of?date={typed.replace('?', '%3F')}", 400)
    assert found.alert == said
    (box,) = [box for tag, box in found.tags if tag == "input" and box.get("aria-invalid")]
    assert (box["name"], box["value"]) == ("date", typed)
    assert found.rows == []
    assert page.read(f"/about/state/GE?date={typed.replace('?', '%3F')}", 400).alert == said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("x", "Neither a position nor a time. Write a position such as 120, or a time such as 2026-11-22T10:00Z."),
        ("999", "The log ends at position 25."),
    ],
)
def test_a_mistyped_time_of_knowledge(page: Page, typed: str, said: str) -> None:
    found = page.read(f"/as-of?date=1993&known_at={typed}", 400)
    assert found.alert == said
    assert [box["name"] for tag, box in found.tags if tag == "input" and box.get("aria-invalid")] == ["known_at"]


def test_the_reasons_for_a_row(page: Page) -> None:
    found = page.read("/why/membership/cis/GE?date=1993-12-15")
    explained = cis(page.database, "why", "membership", "GE", "--as-of", "1993-12-15", "--format", "json").json
    assert found.text("h1") == explained["answer"]
    for used in explained["chain"]:
        assert used["sentence"] in found.text()
        assert used["rule"] in found.text()
    assert "The newspaper has October." in found.text()
    assert "/about/source/nti" in found.links
    assert "/about/state/GE?date=1993-12-15" in found.links


def test_what_the_record_has_on_a_treaty(page: Page) -> None:
    found = page.read("/about/treaty/cis-charter?date=1993-07-20")
    assert [
        "Russia",
        "consent-given",
        "1993-01-22",
        "1993-04-15",
        "1993-07-20",
        "",
        "",
        "",
        "certain",
        "why",
    ] in found.rows
    assert ["1994-01-22", "Charter of the Commonwealth of Independent States enters into force.", "nti"] in found.rows
    assert "/record/treaty_party?treaty=cis-charter" in found.links


def test_what_the_record_has_on_others(page: Page) -> None:
    assert page.read("/about/state/BY").text("h1") == "Belarus"
    assert page.read("/about/state/FR").text("h1") == "France"  # known, and nothing told
    assert "No event tells of it." in page.read("/about/state/FR").text()
    assert page.read("/about/person/boris-yeltsin").text("h1") == "Boris Yeltsin"
    assert page.read("/about/source/nti").text("h1") == "The NTI page"
    assert "/record/meeting?chair=boris-yeltsin" in page.read("/about/person/boris-yeltsin").links


def test_a_picture_and_the_page_of_all(page: Page) -> None:
    found = page.read("/pictures")
    files = [image["src"] for tag, image in found.tags if tag == "img"]
    assert "/pictures/membership/cis.svg" in files
    drawn = page.ask("/pictures/membership/cis.svg?date=1993")
    assert drawn.headers["content-type"] == "image/svg+xml; charset=utf-8"
    assert "known at position 25" in drawn.text


def test_without_the_package_that_draws_the_page_says_so(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "find_spec", lambda _: None)
    found = page.read("/pictures")
    assert (
        "Pictures need the package vl-convert-python, which is not installed. Install it: pip install"
        ' "cis-record[plot]" , and start cis serve again.'
    ) in found.text()
    assert not [tag for tag, _ in found.tags if tag == "img"]


def test_what_is_appended_meanwhile_is_seen(empty_sqlite: Database) -> None:
    page = Page(told(empty_sqlite))
    assert "Ukraine" in page.read("/as-of?date=1995").text()
    assert page.ask("/record/event.json?_shape=array&_size=max").json()[-1]["position"] == 25
    cis(
        empty_sqlite,
        "append",
        "state-withdrew",
        "--organisation",
        "cis",
        "--state",
        "UA",
        "--on",
        "1994",
        "--source",
        "nti",
    )
    assert ["Ukraine", "founding-state", "1991-12-08", "certain", "why"] not in page.read("/as-of?date=1995").rows
    assert page.ask("/record/event.json?_shape=array&_size=max").json()[-1]["position"] == 26


def test_a_copy_says_so_on_every_page(empty_sqlite: Database) -> None:
    page = Page(told(empty_sqlite), "This page shows a copy.")
    for path in ("/", "/as-of", "/record/membership", "/nowhere"):
        assert "This page shows a copy." in Read(page.ask(path).text).text()


def test_an_empty_record_has_its_page(empty_sqlite: Database) -> None:
    page = Page(empty_sqlite)
    assert "Nobody is known to have sat in any body." in page.read("/as-of").text()
    assert "The record at position 0" in page.read("/").text("footer")


# --- tables and links -----------------------------------------------------------------------------------------------------


def test_a_table_is_described_column_by_column(page: Page) -> None:
    for table in TABLES:
        found = page.read(f"/record/{table.name}")
        for column in table.c:
            assert " ".join(str(column.comment).split()) in found.text()


def test_ids_lead_to_what_they_stand_for(page: Page) -> None:
    assert {"/about/state/GE", "/about/organisation/cis"} <= set(page.read("/record/membership").links)
    assert {"/about/body/council-of-heads-of-state", "/about/state/UA"} <= set(page.read("/record/meeting").links)
    timeline = page.read("/record/timeline")
    assert {"/about/treaty/cis-charter", "/about/source/nti"} <= set(timeline.links)
    assert any(link.startswith("/why/timeline/") for link in page.read("/record/membership").links)
    assert "/about/treaty/cis-charter" in page.read("/record?sql=select+treaty+from+treaty").links
    counted = page.read("/record?sql=select+3+as+states,+'Some+title'+as+treaty")
    assert not [link for link in counted.links if link.startswith("/about/")]


def test_every_link_leads_somewhere(page: Page) -> None:
    """From the front page, as far as one gets; of each sort of address the first few."""
    seen, waiting, sorts = set[str](), ["/"], Counter[str]()
    while waiting:
        path = waiting.pop(0)
        sort = "/".join(path.partition("?")[0].split("/")[:3])
        if path in seen or sorts[sort] == 4:
            continue
        seen.add(path)
        sorts[sort] += 1
        answer = page.ask(path)
        # A report that must be asked something, and an example from the real history.
        asks = answer.status_code == 400 and ("Fill in:" in answer.text or "There is no" in Read(answer.text).alert)
        assert answer.status_code == 200 or asks, path
        if answer.headers["content-type"].startswith("text/html"):
            found = [link.partition("#")[0] for link in Read(answer.text).links]
            waiting += [link for link in found if link.startswith("/") and not APART.search(link)]
    assert {sort.split("/")[1] for sort in sorts} == {"", "as-of", "about", "why", "record", "pictures"}
    assert len(seen) > 100


# --- reports --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", reports.library())
def test_a_report_answers_as_the_command_does(page: Page, name: str) -> None:
    report = reports.library()[name]
    needed = {one.name: SAMPLES[one.name] for one in report.parameters if one.default is None}
    options = [word for key, value in needed.items() for word in (f"--{key.replace('_', '-')}", value)]
    rows = cis(page.database, "report", name, *options, "--format", "json").json
    query = "&".join(f"{key}={value}" for key, value in needed.items())
    assert page.ask(f"/record/{name}.json?_shape=array&{query}").json() == rows
    found = page.read(f"/record/{name}?{query}")
    assert found.text("p.lead") == report.help
    for parameter in report.parameters:
        assert parameter.help in found.text("form")


def test_no_report_hides_a_table() -> None:
    """Datasette looks for a query of that name first."""
    assert not reports.library().keys() & {table.name for table in TABLES}


def test_a_report_takes_what_people_write(page: Page) -> None:
    def states(query: str) -> list[str]:
        return [row["state"] for row in page.ask(f"/record/members.json?_shape=array&{query}").json()]

    assert states("as_of=1993-11") == states("as_of=1993-11-30") == ["BY", "RU", "UA"]
    assert states("as_of=1993-12-31&former=no") == states("as_of=1993-12-31&former=") == ["BY", "GE", "RU", "UA"]
    edited = page.read("/record/members?as_of=1993-11")
    (link,) = [link for link in edited.links if link.startswith("/record?sql=")]
    assert "RU" in page.read(link).text()  # the same SQL, typed by a person, has the same values


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("organisation=ciss", "There is no organisation 'ciss'. Did you mean cis?"),
        ("as_of=1993-13", "As_of: '1993-13' is not a date: there is no month 13."),
        ("former=maybe", "Former: 'maybe' is neither yes nor no."),
        ("organisation=CIS;", "Organisation: 'CIS;' is not an id: ids are small letters and digits joined by hyphens."),
    ],
)
def test_a_value_that_does_not_fit_is_told_in_the_form(page: Page, query: str, said: str) -> None:
    assert page.read(f"/record/members?{query}", 400).alert == said
    assert page.ask(f"/record/members.json?{query}").json()["error"] == said


def test_a_report_that_must_be_asked_something_asks_for_it(page: Page) -> None:
    found = page.read("/record/roster", 400)
    assert "Fill in: body." in found.text()
    assert ("option", {"value": "council-of-heads-of-state"}) in found.tags
    assert "/record/roster?body=council-of-heads-of-state&as_of=2000-01-25" in found.links  # its example
    assert page.ask("/record/roster.json").json()["error"].startswith("The parameter body is missing. The body.")


# --- what it refuses ------------------------------------------------------------------------------------------------------

SQL = [
    *(
        "DELETE FROM event",
        "WITH x AS (SELECT 1) DELETE FROM event",
        "WITH x AS (SELECT 1) INSERT INTO person SELECT * FROM person",
    ),
    *("UPDATE membership SET status = 'x'", "CREATE TABLE x (y)", "DROP TABLE person", "PRAGMA journal_mode = DELETE"),
    *("ATTACH DATABASE '{folder}/other.db' AS other", "VACUUM INTO '{folder}/other.db'", "SELECT load_extension('x')"),
    *("SELECT writefile('{folder}/other.db', 'x')", "SELECT readfile('/etc/passwd')", "SELECT edit('x')"),
    *("SELECT * FROM pragma_journal_mode", "SELECT 1; DELETE FROM event", "EXPLAIN DELETE FROM event"),
]


@pytest.mark.parametrize("sql", SQL)
def test_sql_that_does_more_than_ask_is_refused(page: Page, sql: str, tmp_path: Path) -> None:
    before = cis(page.database, "status").out
    text = sql.format(folder=tmp_path)
    assert page.ask(f"/record.json?sql={text.replace(';', '%3B')}").status_code == 400
    assert list(tmp_path.iterdir()) == []
    assert cis(page.database, "status").out == before


@pytest.mark.parametrize("sql", [*SQL, "PRAGMA query_only = OFF", "PRAGMA schema_version = 1", "BEGIN IMMEDIATE"])
def test_so_it_is_where_datasette_reads_the_text_wrongly(page: Page, sql: str, tmp_path: Path) -> None:
    """What stands behind its reading of the text: the connection itself."""
    connection = page.served.get_database("record").connect()
    first, *rest = sql.format(folder=tmp_path).removeprefix("EXPLAIN ").split(";")
    with pytest.raises(sqlite3.Error):
        connection.execute(rest[-1] if rest else first)
    assert list(tmp_path.iterdir()) == []


def test_the_page_says_why_in_words(page: Page) -> None:
    found = page.ask("/record.json?sql=WITH x AS (SELECT 1) DELETE FROM event").json()
    assert found["error"] == "This page only reads: what happened is recorded with cis append."


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8001", "[::1", "", "10.0.0.1"])
def test_a_name_that_somebody_else_gave_this_machine_is_refused(page: Page, host: str) -> None:
    refused = page.ask("/", host=host)
    assert (refused.status_code, refused.text) == (421, "This page goes by the name of localhost only.\n")


@pytest.mark.parametrize("host", ["localhost", "localhost:8001", "127.0.0.1:8001", "[::1]:8001"])
def test_this_machine_goes_by_its_own_names(page: Page, host: str) -> None:
    assert page.ask("/", host=host).status_code == 200


def test_nothing_else_writes_or_gives_files(page: Page) -> None:
    assert page.ask("/record.db").status_code == 403
    for path in ("/record/membership", "/record/members", "/record", "/as-of"):
        refused = page.ask(path, "post")
        assert (refused.status_code, refused.text) == (405, "This page only reads.\n")
    with pytest.raises(Exception, match="This page only reads"):
        asyncio.run(page.served.get_database("record").execute_write("DELETE FROM event"))


def test_a_question_that_asks_as_all_do_is_answered(page: Page) -> None:
    assert "with" in QUESTIONS
    assert page.ask("/record.json?_shape=array&sql=WITH x AS (SELECT 1 AS one) SELECT * FROM x").json() == [{"one": 1}]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/nowhere", "There is no such page."),
        ("/record/nothing", "Table not found"),
        ("/about/treaty/cis-chart", "There is no treaty 'cis-chart'. Did you mean cis-charter?"),
        (
            "/about/planet/mars",
            "There is no register 'planet'. Known: state, organisation, body, office, person, treaty, meeting, decision, source.",
        ),
        (
            "/why/membership/cis/XX",
            "No state is called 'XX'. Give an ISO 3166-1 code, such as BY, or the state's usual name.",
        ),
        ("/why/member/cis", "There is no view 'member' to explain. Did you mean membership?"),
        ("/pictures/portrait.svg", "There is no picture 'portrait'."),
        ("/pictures/membership/ciss.svg", "There is no organisation 'ciss'. Did you mean cis?"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(page: Page, path: str, said: str) -> None:
    assert page.read(path, 404).alert == said


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
TOO_LONG = "The question took too long and was stopped. Ask for less at a time: one state, one treaty, fewer years."


def test_a_question_that_takes_too_long_is_told_so_in_a_sentence(
    page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    # The page showed the tags and the script of Datasette's own message, and of a table of CSV that it was a fault.
    asked = urlencode({"sql": ENDLESS, "_timelimit": 100})
    for form in ("", ".csv"):
        assert page.read(f"/record{form}?{asked}", 400).alert == TOO_LONG
    assert page.ask(f"/record.json?{asked}").json() == {"ok": False, "error": TOO_LONG, "status": 400}
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("_sort=nope", "Cannot sort table by nope"),
        ("_sort_desc=nope", "Cannot sort table by nope"),
        ("_sort=state&_sort_desc=state", "Cannot use _sort and _sort_desc at the same time"),
    ],
)
def test_an_order_that_there_is_not_is_no_fault_of_the_program(
    page: Page, query: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert page.read(f"/record/membership?{query}", 400).alert == said
    assert page.ask(f"/record/membership.json?{query}").status_code == 400
    assert capsys.readouterr().err == ""


def test_a_fault_of_the_program_shows_none_of_it(
    page: Page, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(answers, "as_of", lambda *_: SimpleNamespace().lost)
    assert (
        page.read("/as-of", 500).alert == "This is a fault of the program. The terminal where cis serve runs says more."
    )
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == (
        "",
        "/as-of: AttributeError: 'types.SimpleNamespace' object has no attribute 'lost'\n",
    )


def test_a_record_that_went_away_is_told(empty_sqlite: Database, capsys: pytest.CaptureFixture[str]) -> None:
    # Some pages showed what was still open, and some a fault of the program.
    page = Page(told(empty_sqlite))
    assert page.ask("/as-of").status_code == page.ask("/record/membership").status_code == 200
    assert empty_sqlite.file is not None
    empty_sqlite.file.rename(empty_sqlite.file.with_name("elsewhere.db"))
    for path in ("/as-of", "/", "/record", "/record/membership", "/record/members", "/record?sql=select+1"):
        found = page.read(path, 503)
        assert (found.text("h1"), found.alert) == ("Not now", "There is no database. Create it: cis init")
    assert capsys.readouterr().err == ""
    empty_sqlite.file.with_name("elsewhere.db").rename(empty_sqlite.file)
    assert page.ask("/").status_code == 200


def test_text_of_sources_stays_text(empty_sqlite: Database) -> None:
    page = Page(told(told(empty_sqlite, HISTORY), HOSTILE))
    for path in (
        "/as-of?date=1994",
        "/about/person/mallory",
        "/record/person",
        "/why/timeline/",
        "/record/office-holders?office=chair-of-council-of-heads-of-state",
    ):
        found = page.ask(path.removesuffix("/why/timeline/") or "/record/timeline").text
        assert "<script>alert" not in found
        assert "&lt;script&gt;alert" in found


# --- how it is made -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_heard_as_well_as_seen(page: Page, path: str) -> None:
    """One heading of the first order, a language, a title, a label for every box, a scope for every heading of a table."""
    found = Read(page.ask(path).text)
    tags = found.tags
    assert [attributes["lang"] for tag, attributes in tags if tag == "html"] == ["en"]
    assert [tag for tag, _ in tags].count("h1") == 1
    assert found.text("title.")
    labels = {attributes["for"] for tag, attributes in tags if tag == "label"}
    boxes = [box for tag, box in tags if tag in ("input", "select") and box.get("type") != "hidden"]
    assert {box["id"] for box in boxes} == labels
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {name for box in boxes for name in (box.get("aria-describedby") or "").split()} <= set(ids)
    assert all(attributes.get("scope") for tag, attributes in tags if tag == "th")
    assert all(attributes.get("alt") for tag, attributes in tags if tag == "img")
    assert "main" in [tag for tag, _ in tags]


@pytest.mark.parametrize("path", [*PAGES, "/record", "/record/membership", "/record?sql=select+1"])
def test_a_page_fetches_nothing_from_elsewhere(page: Page, path: str) -> None:
    for tag, attributes in Read(page.ask(path).text).tags:
        if tag != "a":
            fetched = attributes.get("src") or attributes.get("href") or attributes.get("action") or ""
            assert not re.match("(https?:)?//", fetched)
    assert "url(" not in page.ask("/page/page.css").text


def test_the_date_box_is_on_every_page(page: Page) -> None:
    for path in (*PAGES, "/record", "/record/membership", "/record?sql=select+1"):
        assert any(box.get("name") == "date" for tag, box in Read(page.ask(path).text).tags if tag == "input"), path


def test_reports_of_ones_own_are_on_the_page_too(empty_sqlite: Database, tmp_path: Path) -> None:
    record = told(empty_sqlite)
    (tmp_path / "how-many.sql").write_text(
        "-- group: mine\n-- help: How many treaties there are.\nSELECT count(*) AS treaties FROM treaty\n"
    )
    page = Page(record, folders=[str(tmp_path)])
    assert "How many treaties there are." in page.ask("/").text
    (row,) = page.ask("/record/how-many.json?_shape=array").json()
    assert row["treaties"] > 0

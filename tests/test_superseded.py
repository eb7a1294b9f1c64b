"""A record that was loaded from an earlier release of the history: what this release no longer tells is named, and retracted if asked."""

from pathlib import Path

import pytest
from cli_runs import HISTORY, Ran, cis
from sqlalchemy import select

import seed_events
from eventstore.database import Database
from eventstore.reading import check_chain
from projections.views import TABLES

OLDER = HISTORY
NEWER = (  # Georgia's day was found, the newspaper's statement taken out, a second source entered for a signature
    OLDER.replace("    on: 1993-12\n", "    on: 1993-12-09\n")
    .replace("  - {kind: statement-made", "  # - {kind: statement-made")
    .replace(
        "state: [BY, RU], place: Minsk}",
        "state: [BY, RU], place: Minsk, sources: [{source: nti, locator: paragraph 1}, {source: press}]}",
    )
)
ASSERTED = """
assertions:
  - says: On 5 December 1993 Georgia was not in
    as_of: 1993-12-05
    view: membership
    where: {state: GE}
    count: 0
    certainty: any
    sources: [nti]
"""


class Releases:
    """Releases of the history, put one after the other in the place of the program's own."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch = folder, patch

    def init(self, database: Database, history: str, asserted: str, *words: str) -> Ran:
        folder = self.folder / f"release-{len(list(self.folder.glob('release-*')))}"
        (folder / "assertions").mkdir(parents=True)
        (folder / "history.yaml").write_text(history, encoding="utf-8")
        (folder / "assertions" / "all.yaml").write_text(asserted, encoding="utf-8")
        self.patch.setattr(seed_events, "FOLDER", folder)
        return cis(database, "init", *words)


@pytest.fixture
def releases(tmp_path, monkeypatch):
    return Releases(tmp_path, monkeypatch)


def members(database: Database, *words: str) -> set[str]:
    return {row["state"] for row in cis(database, "members", "--as-of", "1993-12-05", "--format", "json", *words).json}


def views(database: Database) -> dict[str, list[str]]:
    """Every row of every view; that a source was added later by a corroboration is left out."""
    with database.record() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(*(c for c in table.c if c.name != "amended")))))
            for table in TABLES
        }


def test_an_upgrade_names_what_the_history_no_longer_tells_and_what_to_do(blank, releases):
    assert releases.init(blank, OLDER, "assertions: []").status == 0
    ran = releases.init(blank, NEWER, ASSERTED)
    assert ran.status == 1
    assert ran.err.splitlines() == [
        f"Found {blank.place}",
        "The history: 26 events, 4 of them new.",
        "14  state-joined  1993-12  organisation: cis; state: GE",
        "24  statement-made  1993-10-08  text: Georgia announces that it will join; states: GE; organisation: cis",
        "25  event-disputed  2020-01-01  event: 2411bb81; reason: The newspaper has October.; date: 1993-10-23",
        "Of the history of an earlier release 3 events are not in this one's, and still count (above).",
        "  Take them out: cis init --retract-superseded. Or judge each: cis show, then cis retract or cis correct.",
        "0 of 1 assertions about it hold.",
        "release-1/assertions/all.yaml:3: On 5 December 1993 Georgia was not in: expected count 0; found 1",
    ]
    assert "GE" in members(blank)


def test_what_is_superseded_is_retracted_if_asked_and_the_answers_are_those_of_a_new_record(
    blank, releases, empty_sqlite
):
    releases.init(blank, OLDER, "assertions: []")
    before = cis(blank, "status", "--format", "json").json["position"]
    ran = releases.init(blank, NEWER, ASSERTED, "--retract-superseded")
    assert ran.status == 0
    assert ran.err.splitlines()[2:] == [
        "Of the history of an earlier release 3 events are not in this one's: retracted.",
        "1 of 1 assertions about it hold.",
    ]
    assert "GE" not in members(blank)
    assert "GE" in members(blank, "--known-at", str(before))
    told = cis(blank, "show", "14").out
    assert "No longer in the history that comes with cis-record" in " ".join(told.split())
    releases.init(empty_sqlite, NEWER, ASSERTED)
    ours, fresh = views(blank), views(empty_sqlite)
    assert {name for name in fresh if ours[name] != fresh[name]} == set()
    with blank.record() as connection:
        assert check_chain(connection).problems == []


@pytest.mark.parametrize("words", [(), ("--retract-superseded",)])
def test_once_retracted_it_is_not_named_again(blank, releases, words):
    releases.init(blank, OLDER, "assertions: []")
    releases.init(blank, NEWER, ASSERTED, "--retract-superseded")
    ran = releases.init(blank, NEWER, ASSERTED, *words)
    assert (ran.status, ran.err.splitlines()[1:]) == (
        0,
        ["The history: 24 events, none of them new.", "1 of 1 assertions about it hold."],
    )


def test_an_entry_that_comes_back_counts_again(blank, releases):
    releases.init(blank, OLDER, "assertions: []")
    releases.init(blank, NEWER, ASSERTED, "--retract-superseded")
    ran = releases.init(blank, OLDER, "assertions: []", "--retract-superseded")
    # The new entry and its dispute go, and so do the three retractions.
    assert "Of the history of an earlier release 5 events are not in this one's: retracted." in ran.err
    assert "GE" in members(blank)
    assert "not in this one's" not in releases.init(blank, OLDER, "assertions: []").err


def test_what_a_desk_recorded_is_never_named(blank, releases):
    releases.init(blank, OLDER, "assertions: []")
    own = "- {kind: statement-made, on: 1994, text: ours, states: [AM], source: nti}"
    assert cis(blank, "append", "--file", "-", given=own).status == 0
    assert cis(blank, "retract", "24", "--reason", "Not in the paper.", "--source", "press").status == 0
    ran = releases.init(blank, NEWER, "assertions: []")
    assert "Of the history of an earlier release 2 events are not in this one's, and still count" in ran.err
    assert "24  " not in ran.err


def test_there_is_nothing_to_retract_where_no_history_is_loaded(blank):
    ran = cis(blank, "init", "--empty", "--retract-superseded")
    assert ran.status == 2
    assert ran.err.endswith("Error: --retract-superseded has no effect with --empty.\n")

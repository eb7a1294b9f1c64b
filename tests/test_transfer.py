"""Carrying a log from one database to another: the same head hash, the same views, and nothing damaged gets in."""

import json

import pytest
from histories import BORIS, NOW, RECORD, WORLD, append, corrected, fact, given, members_on, retracted, treaties_on

from eventstore import dates, driver, log, reading
from eventstore.audit import audit
from eventstore.drafts import of_event
from eventstore.errors import Refused
from eventstore.events import Citation
from eventstore.events.treaties import TreatyAdopted
from eventstore.reading import head
from eventstore.transfer import export, import_lines
from projections import runner
from projections.views import TABLES


def lines_of(database):
    with database.record() as connection:
        return list(export(connection))


def bring(database, lines):
    with database.record() as connection:
        added = import_lines(connection, lines, "log.jsonl")
        runner.catch_up(connection)
        return added


def everything(database):
    with database.record() as connection:
        rows = {t.name: sorted(map(repr, connection.execute(t.select()))) for t in TABLES}
        return rows, head(connection)


GEORGIA = fact("state-joined", "1993-12", organisation="cis", state="GE")


def test_a_log_goes_from_sqlite_to_postgres_and_back_with_the_same_hash_and_views(
    empty_sqlite, empty_postgres, tmp_path
):
    named = corrected(
        BORIS, changes={"name": "Boris N."}
    )  # and an amendment of an amendment: what they are about is found
    given(empty_sqlite, *WORLD, GEORGIA, named, retracted(named))
    assert bring(empty_postgres, lines_of(empty_sqlite)) == 12
    assert everything(empty_postgres) == everything(empty_sqlite)
    from conftest import migrated

    back = migrated(f"sqlite:///{tmp_path / 'back.db'}")
    bring(back, lines_of(empty_postgres))
    assert everything(back) == everything(empty_sqlite)


def test_blank_texts_that_an_older_release_recorded_stay_readable(empty_sqlite, empty_postgres):
    """They are refused where they are written, and nowhere else."""
    blank = TreatyAdopted(treaty="blank", title="   ", note=" ")
    with empty_sqlite.record() as connection:
        append(connection, RECORD)
        old = of_event(blank, dates.parse("1993-01-22"), (Citation(source="record", locator="  "),))
        log.append(connection, [old], recorded_by="tests", now=NOW)
        runner.catch_up(connection)
    assert bring(empty_postgres, lines_of(empty_sqlite)) == 2
    for database in (empty_sqlite, empty_postgres):
        with database.record() as connection:
            assert audit(connection).problems == []
        assert treaties_on(database, "1994-01-01") == {"blank": "adopted"}


def test_a_log_that_holds_the_beginning_is_continued_and_one_that_holds_all_stays(database, tmp_path):
    from conftest import migrated

    given(database, *WORLD)
    copy = migrated(f"sqlite:///{tmp_path / 'copy.db'}")
    assert bring(copy, lines_of(database)) == 9
    given(database, GEORGIA)
    assert bring(copy, lines_of(database)) == 1
    assert members_on(copy, "1994-01-01") == {"GE": "member"}
    assert bring(copy, lines_of(database)) == 0


def test_a_log_that_parted_is_refused_where_it_parts(database, tmp_path):
    from conftest import migrated

    given(database, *WORLD)
    other = migrated(f"sqlite:///{tmp_path / 'other.db'}")
    bring(other, lines_of(database))
    given(database, GEORGIA)
    given(other, fact("state-joined", "1993-12-03", organisation="cis", state="GE"))
    before = everything(other)
    with pytest.raises(Refused) as refused:
        bring(other, lines_of(database))
    assert str(refused.value) == (
        "log.jsonl:10: the two logs part at position 10: this database holds another event there\n"
        "  Import into an empty database, and compare with: cis log."
    )
    assert everything(other) == before


def changed(line, **columns):
    return json.dumps(json.loads(line) | columns)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            lambda lines: [lines[0], changed(lines[1], occurred="1990"), *lines[2:]],
            "log.jsonl:2: position 2 is damaged",
        ),
        (
            lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
            "log.jsonl:2: position 3 is damaged or does not follow",
        ),
        (lambda lines: lines[1:], "log.jsonl:1: position 2 is damaged or does not follow position 0"),
        (
            lambda lines: [lines[0], lines[1][:-9]],
            "log.jsonl:2: not a line of an exported log: Input data was truncated",
        ),
        (
            lambda lines: [changed(lines[0], more=1)],
            "log.jsonl:1: not a line of an exported log: Object contains unknown",
        ),
        (lambda lines: ["x" * 5_000_000], "log.jsonl:1: this line is too long for an event"),
        (lambda lines: [], "log.jsonl: the export is empty"),
    ],
)
def test_a_damaged_export_is_refused_with_line_and_position_and_nothing_is_written(damage, said, database, tmp_path):
    from conftest import migrated

    given(database, *WORLD)
    copy = migrated(f"sqlite:///{tmp_path / 'copy.db'}")
    with pytest.raises(Refused) as refused:
        bring(copy, damage(lines_of(database)))
    assert str(refused.value).startswith(said)
    with copy.record() as connection:
        assert head(connection).position == 0


def test_the_export_of_a_long_log_asks_twice_and_not_once_for_every_few_events(database, monkeypatch):
    # It went through all of event_subject again for every five hundred events.
    given(
        database,
        *WORLD,
        *(fact("statement-made", "1992", text=f"No. {number}.", states=["AM"]) for number in range(1200)),
    )
    asked = list[str]()

    def stream(connection, sql, values=()):
        asked.append(sql)
        return driver.stream(connection, sql, values)

    monkeypatch.setattr(reading, "stream", stream)
    with database.record() as connection:
        lines = list(export(connection))
    assert len(asked) == 2
    assert all('"subjects":["state:AM"]' in line for line in lines[-1200:])

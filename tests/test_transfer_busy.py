"""An export while writers are at work is one consistent log; it restores, continues, and is refused where logs parted."""

import pytest
from children import PARTS, Child, batch, write
from conftest import migrated
from histories import NOW, given

from eventstore.database import Database
from eventstore.errors import Refused
from eventstore.preparing import prepare_file
from eventstore.reading import check_chain, head
from eventstore.transfer import export, import_lines
from projections import runner
from projections.record import record
from projections.views import TABLES

WRITERS, BATCHES = 4, 6


def exported(database: Database) -> tuple[list[str], object]:
    """The lines, and the head seen in the same transaction after all of them were read."""
    with Database(database.url).record() as connection:
        lines = list(export(connection))
        return lines, head(connection)


def restored(lines: list[str], into: Database) -> tuple[int, object]:
    with into.record() as connection:
        added = import_lines(connection, lines, "log.jsonl")
        runner.catch_up(connection)
        return added, head(connection)


def views(database: Database) -> dict[str, list[str]]:
    with database.record() as connection:
        return {table.name: sorted(map(repr, connection.execute(table.select()))) for table in TABLES}


def test_exports_under_way_while_writers_are_busy_are_beginnings_of_one_log(database, tmp_path):
    prepare_file(database)
    given(database)
    writers = [Child(write, database.url, f"writer-{number}", BATCHES) for number in range(WRITERS)]
    for writer in writers:
        writer.told()
    taken = [exported(database) for _ in range(6)]
    assert [len(writer.rest()) for writer in writers] == [BATCHES - 1] * WRITERS
    taken.append(exported(database))

    whole, newest = taken[-1]
    assert len(whole) == 1 + PARTS * WRITERS * BATCHES
    copy = migrated(f"sqlite:///{tmp_path / 'copy.db'}")
    so_far = 0
    for lines, at_the_end in taken:
        assert lines == whole[: len(lines)]
        assert (len(lines) - 1) % PARTS == 0  # whole batches only
        assert restored(lines, copy) == (len(lines) - so_far, at_the_end)  # continues what was restored before
        so_far = len(lines)
    assert restored(whole, copy) == (0, newest)
    assert views(copy) == views(database)
    with copy.record() as connection:
        assert check_chain(connection).problems == []


def test_a_copy_that_went_its_own_way_is_refused_where_it_parts(database, tmp_path):
    given(database)
    record(database, batch("common"), recorded_by="tests", now=NOW)
    copy = migrated(f"sqlite:///{tmp_path / 'copy.db'}")
    restored(exported(database)[0], copy)
    record(database, batch("here"), recorded_by="tests", now=NOW)
    record(copy, batch("there"), recorded_by="tests", now=NOW)
    before = exported(copy), views(copy)
    with pytest.raises(Refused, match=f"the two logs part at position {2 + PARTS}: this database holds another"):
        restored(exported(database)[0], copy)
    assert (exported(copy), views(copy)) == before


def test_who_appends_during_an_import_waits_and_then_goes_on_behind_it(database, tmp_path):
    prepare_file(database)
    other = migrated(f"sqlite:///{tmp_path / 'other.db'}")
    given(other)
    record(other, [entry for n in range(60) for entry in batch(f"b-{n}")], recorded_by="tests", now=NOW)
    lines, newest = exported(other)
    with database.record() as connection:
        import_lines(connection, lines, "log.jsonl")
        late = Child(write, database.url, "late", 1)
        runner.catch_up(connection)
        assert head(connection) == newest
    assert late.rest() == ["late-0"]
    with database.record() as connection:
        assert head(connection).position == len(lines) + PARTS == runner.projections_position(connection)
        assert check_chain(connection).problems == []

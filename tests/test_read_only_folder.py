"""A record in a folder where nothing may be written (an archive's disk, another's folder) is read, or it is said why not."""

import shutil

import pytest
from cli_runs import cis
from disks import sealed
from histories import RECORD, WORLD, append, fact, given

from eventstore.database import Database
from eventstore.errors import DatabaseError
from eventstore.preparing import prepare_file
from eventstore.reading import head

GEORGIA = fact("state-joined", "1993-12", organisation="cis", state="GE")


@pytest.fixture
def folder(tmp_path):
    found = tmp_path / "archive"
    found.mkdir()
    return found


@pytest.fixture
def kept(folder, sqlite_template):
    """A record in its folder, closed in good order: its file is in write-ahead mode, and alone."""
    shutil.copy(sqlite_template, folder / "cis.db")
    database = Database(f"sqlite:///{folder / 'cis.db'}", write=True)
    prepare_file(database)
    given(database, *WORLD, GEORGIA)
    assert [path.name for path in folder.iterdir()] == ["cis.db"]
    return database


def answers(database):
    asked = (["members", "--as-of", "1993-12-15"], ["verify"], ["sql", "SELECT count(*) FROM event"], ["status"])
    return [(ran.status, ran.out) for ran in (cis(database, *words) for words in asked)]


def test_a_record_in_a_read_only_folder_answers(kept, folder):
    with sealed(folder) as archive:
        there = Database(f"sqlite:///{archive / 'cis.db'}")
        found = answers(there)
        assert [path.name for path in archive.iterdir()] == ["cis.db"]
        assert {status for status, _ in found} == {0}
        assert found == answers(kept)
        assert (archive / "cis.db-shm").exists()  # who only reads leaves it
        assert found == answers(there)


@pytest.mark.parametrize(
    "words", [["init"], ["rebuild"], ["append", "statement-made", "--on", "1992", "--text", "x", "--source", "record"]]
)
def test_what_writes_says_that_nothing_may_be_written_there(kept, folder, words):
    with sealed(folder) as archive:
        ran = cis(Database(f"sqlite:///{archive / 'cis.db'}"), *words)
    assert ran.status == 1
    assert ran.err.endswith(
        f"{archive / 'cis.db'}: nothing may be written in its folder\n"
        "  Ask its owner for permission to write, or name another file with --database.\n"
    )


def test_a_record_is_not_made_where_nothing_may_be_written(folder):
    with sealed(folder) as archive:
        ran = cis(Database(f"sqlite:///{archive / 'new.db'}"), "init")
    assert ran.status == 1
    assert "new.db: nothing may be written in its folder\n" in ran.err


def test_a_record_that_is_written_to_elsewhere_is_read_with_its_newest_events(kept, folder):
    with (
        sealed(folder) as archive,
        kept.engine.connect() as busy,
    ):  # the log ahead stays as long as somebody has the file open
        assert head(busy).position == 10
        given(kept, fact("statement-made", "1994", text="newest", states=["AM"]))
        assert (archive / "cis.db-wal").stat().st_size
        with Database(f"sqlite:///{archive / 'cis.db'}").record() as connection:
            assert head(connection).position == 11


def test_a_copy_that_lacks_a_part_is_not_read_without_its_newest_events(kept, folder, tmp_path):
    copied = tmp_path / "copied"
    copied.mkdir()
    with Database(kept.url).record() as busy:
        assert head(busy).position == 10
        given(kept, fact("statement-made", "1994", text="newest", states=["AM"]))
        for name in ("cis.db", "cis.db-wal"):
            shutil.copy(folder / name, copied / name)
    with sealed(copied) as archive:
        ran = cis(Database(f"sqlite:///{archive / 'cis.db'}"), "status")
        assert ran.status == 1
        assert ran.err == (
            f"{archive / 'cis.db'}: its newest changes are still in cis.db-wal, and cannot be read where nothing may be"
            " written\n  Copy both files to a folder of yours and name the copy with --database.\n"
        )
    ran = cis(Database(f"sqlite:///{copied / 'cis.db'}"), "sql", "SELECT count(*) AS n FROM event", "--format", "csv")
    assert ran.out == "n\n11\n"


def test_an_answer_is_taken_back_if_the_file_was_changed_meanwhile(kept, folder):
    with sealed(folder) as archive:
        there = Database(f"sqlite:///{archive / 'cis.db'}")
        with pytest.raises(DatabaseError) as refused, there.record() as connection:  # noqa: PT012 - the change is in the middle
            assert head(connection).position == 10
            with kept.record() as other:
                append(other, RECORD.citing("record, page 2"))
        assert str(refused.value) == f"{archive / 'cis.db'}: the file was changed while it was read\n  Ask again."
        with there.record() as connection:
            assert head(connection).position == 11

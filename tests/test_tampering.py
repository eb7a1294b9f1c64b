"""Behind the triggers' back: a superuser, or somebody with the file, changes the record, and `verify` names where it begins.

Every column of every table of the log is changed; rows are taken out, slipped in and swapped; tables are cut off and emptied;
bytes of the file are flipped. The triggers are taken away before and put back after, as one would who wants it to go unnoticed.
"""

import random
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import DATABASES, migrated
from histories import BORIS, NOW, RECORD, WORLD, append, corrected, disputed, fact
from sqlalchemy import Connection, Table, Text

from eventstore import log
from eventstore.audit import Held, audit
from eventstore.database import Database
from eventstore.errors import DatabaseError
from eventstore.integrity import chained, event_id
from eventstore.merkle import Frontier, leaf_hash, root
from eventstore.tables import event, event_definition, event_subject, log_head, merkle_tile
from projections.audit import check_views
from projections.views import TABLES

LOG = (event, event_subject, event_definition, log_head, merkle_tile)
GEORGIA = fact("state-joined", "1993-12", organisation="cis", state="GE")
MET = fact("meeting-held", "1994-04-15", meeting="moscow", bodies=["council"], states=["RU"], chair="boris")
HISTORY = (
    RECORD,
    *WORLD,
    fact("treaty-signed", "1991-12-08", treaty="belovezha", state="BY"),
    fact("treaty-ratified", "1993-05-01", treaty="charter", state="AM"),
    fact("treaty-entered-into-force", "1994-01-22", treaty="charter"),
    fact("office-assumed", "1992", office="chair", person="boris"),
    fact("decision-adopted", "1994-04-15", decision="border", title="Border", body="council", meeting="moscow"),
    MET,
    GEORGIA,
    disputed(GEORGIA, citing="record", date="1993-12-03"),
    corrected(BORIS, changes={"name": "Boris N."}),
)
CROWD = tuple(fact("person-registered", "1991", person=f"p{i:03}", name=f"P{i:03}") for i in range(582))
SIZE = 600


@dataclass
class Record:
    """A record to be damaged, and what its examination says then; every damage begins with a sound one."""

    database: Database
    path: Path | None

    def problems(self, *statements: str, held: tuple[Held, ...] = ()) -> list[str]:
        """What the examination of the log says after these statements."""
        return self._after(statements, lambda connection: audit(connection, held).problems)

    def differences(self, *statements: str) -> list[str]:
        """What the examination of the views says after these statements."""
        return self._after(statements, check_views)

    def _after(self, statements: tuple[str, ...], ask: Callable[[Connection], list[str]]) -> list[str]:
        if self.path is None:
            with self.database.engine.connect() as connection, connection.begin() as transaction:
                run_on_postgres(connection, statements)
                found = ask(connection)
                transaction.rollback()
            return found
        copy = self.path.with_name("damaged.db")
        shutil.copy(self.path, copy)
        run_on_sqlite(copy, statements)
        with Database(f"sqlite:///{copy}").record() as connection:
            return ask(connection)


def run_on_sqlite(path: Path, statements: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)


def run_on_postgres(connection: Connection, statements: tuple[str, ...]) -> None:
    triggers = connection.exec_driver_sql(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
    ).all()
    for table in LOG:
        connection.exec_driver_sql(f"ALTER TABLE {table.name} DISABLE TRIGGER ALL")
    for statement in statements:
        connection.exec_driver_sql(statement)
    for table in LOG:
        connection.exec_driver_sql(f"ALTER TABLE {table.name} ENABLE TRIGGER ALL")
    for name, trigger in triggers:
        connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER {trigger}")


@pytest.fixture(scope="module", params=DATABASES)
def record(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Record]:
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("tampering") / "cis.db"
        database = migrated(f"sqlite:///{path}")
    else:
        path = None
        database = migrated(request.getfixturevalue("postgres").create_database("tampering"))
    with database.record() as connection:
        append(connection, *HISTORY, *CROWD)
        assert connection.exec_driver_sql("SELECT position FROM log_head").scalar() == SIZE
    yield Record(database, path)
    if path is None:
        request.getfixturevalue("postgres").drop_database("tampering")


def first(problems: list[str]) -> int:
    """The first position that is named."""
    named = [int(match[1]) for problem in problems if (match := re.match(r"position (\d+): ", problem))]
    assert named, problems
    return min(named)


def test_a_record_that_nobody_touched_has_no_problem(record):
    assert record.problems() == []
    assert record.differences() == []


# --- one column of one row -------------------------------------------------------------------------------------------

AT = 300  # the row that is changed; event_subject and event_definition have one row there
CHANGED = {  # what is put into a column, and the first position that must be named
    "event.position": [("position + 1000", AT), ("-position", 1), ("0", 0)],
    "event.event_id": [("'00000000-0000-5000-8000-000000000000'", AT), ("''", AT), ("upper(event_id)", AT)],
    "event.kind": [("'person-praised'", AT), ("'state-joined'", AT), ("kind || ' '", AT), ("''", AT)],
    "event.version": [("2", AT), ("0", AT), ("-1", AT), ("2147483647", AT)],
    "event.occurred": [("'1992'", AT), ("'1991?'", AT), ("'1991-13'", AT), ("''", AT)],
    "event.occurred_from": [("'1991-01-02'", AT), ("NULL", AT), ("''", AT)],
    "event.occurred_to": [("'1991-12-30'", AT), ("NULL", AT), ("''", AT)],
    "event.recorded_at": [("'2026-11-21T00:00:00.000000Z'", AT), ("'2026-11-23T00:00:00.000000Z'", AT), ("''", AT)],
    "event.recorded_by": [("'somebody'", AT), ("''", AT)],
    "event.data": [("replace(data, 'P', 'Q')", AT), ("'{}'", AT), ("''", AT), ("'[' || data", AT), ("' ' || data", AT)],
    "event.sources": [("""'[{"source":"another"}]'""", AT), ("'[]'", AT), ("''", AT), ("sources || ' '", AT)],
    "event.hash": [
        ("upper(hash)", AT),
        ("''", AT),
        ("substr(hash, 2)", AT),
        ("replace(hash, 'a', 'b')", AT),
        ("'é'", AT),
    ],
    "event_subject.subject": [("'person:p999'", AT), ("'state:AM'", AT), ("''", AT), ("upper(subject)", AT)],
    "event_subject.position": [("2", 2), ("position + 1", AT), ("1000", AT), ("-1", -1), ("0", 0)],
    "event_definition.subject": [("'person:p999'", AT), ("'state:AM'", AT), ("''", AT), ("upper(subject)", AT)],
    "event_definition.kind": [("'treaty-adopted'", AT), ("''", AT), ("kind || ' '", AT)],
    "event_definition.position": [("2", 2), ("position + 1", AT), ("1000", AT), ("-1", -1), ("0", 0)],
    "log_head.one": [("2", SIZE), ("0", SIZE)],
    "log_head.position": [("0", 1), ("position - 1", SIZE), ("position + 1", SIZE + 1), ("-1", 0)],
    "log_head.hash": [("''", SIZE), ("upper(hash)", SIZE), ("replace(hash, 'a', 'b')", SIZE)],
    "merkle_tile.level": [(value, "is missing") for value in ("2", "0", "-1", "20")],
    "merkle_tile.tile": [(value, "is missing") for value in ("2", "-1", "1000000")],
    "merkle_tile.hash": [
        (value, "is not the root over them") for value in ("''", "upper(hash)", "replace(hash, 'a', 'b')")
    ],
}
ROW = {
    **dict.fromkeys(("event", "event_subject", "event_definition"), f"position = {AT}"),
    "log_head": "1 = 1",
    "merkle_tile": "tile = 1",
}


def test_every_column_of_the_log_is_changed_here():
    assert set(CHANGED) == {f"{table.name}.{column.name}" for table in LOG for column in table.c}


@pytest.mark.parametrize(
    ("column", "value", "position"), [(column, *change) for column, changes in CHANGED.items() for change in changes]
)
def test_a_changed_column_is_found_and_its_position_named(column, value, position, record):
    table, name = column.split(".")
    problems = record.problems(f"UPDATE {table} SET {name} = {value} WHERE {ROW[table]}")
    if table == "merkle_tile":
        assert problems[0] == f"merkle_tile: the hash of positions 257 to 512 {position}"
    elif position < 0:  # no event can have it
        assert problems[0].startswith(f"position {position}: {table} says")
    else:
        assert first(problems) == position


def test_a_column_that_may_be_null_and_is_not_is_told_from_an_empty_one(record):
    unknown = fact("statement-made", "../1994", text="x", states=["RU"])
    with record.database.engine.connect() as connection, connection.begin() as transaction:
        append(connection, unknown)
        assert audit(connection).problems == []
        assert (
            connection.exec_driver_sql(f"SELECT occurred_from FROM event WHERE position = {SIZE + 1}").scalar() is None
        )
        transaction.rollback()


# --- rows -------------------------------------------------------------------------------------------------------------

COLUMNS = {table.name: [column.name for column in table.c] for table in LOG}


def all_but(table: str, *keys: str) -> list[str]:
    return [name for name in COLUMNS[table] if name not in keys]


def swapped(table: str, columns: list[str], key: str, one: int, other: int) -> list[str]:
    """Exchange these columns of two rows."""
    copied = ", ".join(f"{name} AS a{i}" for i, name in enumerate(columns))
    statements = [
        f"CREATE TEMPORARY TABLE aside AS SELECT {key} AS k, {copied} FROM {table} WHERE {key} IN ({one}, {other})"
    ]
    if "event_id" in columns:  # it is unique: make room first
        statements.append(f"UPDATE {table} SET event_id = event_id || '~' WHERE {key} IN ({one}, {other})")
    for at, source in ((one, other), (other, one)):
        values = ", ".join(f"{name} = (SELECT a{i} FROM aside WHERE k = {source})" for i, name in enumerate(columns))
        statements.append(f"UPDATE {table} SET {values} WHERE {key} = {at}")
    return [*statements, "DROP TABLE aside"]


@pytest.mark.parametrize("columns", [*([name] for name in all_but("event", "position")), all_but("event", "position")])
@pytest.mark.parametrize(("one", "other"), [(300, 301), (3, 599), (1, 2), (12, 600)])
def test_swapped_events_or_columns_of_events_are_found(columns, one, other, record):
    with record.database.record() as connection:
        sql = f"SELECT {', '.join(columns)} FROM event WHERE position IN ({one}, {other}) ORDER BY position"
        upper, lower = connection.exec_driver_sql(sql).all()
    problems = record.problems(*swapped("event", columns, "position", one, other))
    if upper == lower:
        assert problems == []  # nothing was changed
    else:
        assert first(problems) == one


def test_swapped_subjects_are_found(record):
    swap = f"UPDATE event_subject SET position = CASE position WHEN {AT} THEN 400 ELSE {AT} END WHERE position IN ({AT}, 400)"
    assert first(record.problems(swap)) == AT


def test_swapped_tiles_are_found(record):
    assert record.problems(*swapped("merkle_tile", ["hash"], "tile", 0, 1)) == [
        "merkle_tile: the hash of positions 1 to 256 is not the root over them",
        "merkle_tile: the hash of positions 257 to 512 is not the root over them",
    ]


@pytest.mark.parametrize("position", [1, 2, 300, 599, 600])
def test_an_event_taken_out_is_found(position, record):
    gone = f"DELETE FROM event WHERE position = {position}"
    subjects = f"DELETE FROM event_subject WHERE position = {position}"
    assert first(record.problems(gone)) == position
    assert first(record.problems(gone, subjects)) == position


@pytest.mark.parametrize("position", [2, 300, 600])
def test_an_event_taken_out_is_found_also_where_the_others_move_up(position, record):
    problems = record.problems(
        f"DELETE FROM event WHERE position = {position}",
        f"DELETE FROM event_subject WHERE position = {position}",
        f"UPDATE event SET position = -position WHERE position > {position}",
        "UPDATE event SET position = -position - 1 WHERE position < 0",
        f"UPDATE event_subject SET position = position - 1 WHERE position > {position}",
        f"UPDATE log_head SET position = {SIZE - 1}",
    )
    assert first(problems) == min(position, SIZE - 1)


@pytest.mark.parametrize("position", [1, 2, 300, 601])
def test_an_event_slipped_in_is_found(position, record):
    columns = ", ".join(COLUMNS["event"][2:])
    problems = record.problems(
        f"UPDATE event SET position = -position WHERE position >= {position}",
        "UPDATE event SET position = -position + 1 WHERE position < 0",
        f"UPDATE event_subject SET position = position + 1000 WHERE position >= {position}",
        "UPDATE event_subject SET position = position - 999 WHERE position > 1000",
        f"INSERT INTO event (position, event_id, {columns}) SELECT {position}, 'x', {columns} FROM event"
        f" WHERE position = {position - 1 or 2}",
        f"UPDATE log_head SET position = {SIZE + 1}",
    )
    assert first(problems) == position


def test_a_derived_row_taken_out_is_found(record):
    assert record.problems(f"DELETE FROM event_subject WHERE {ROW['event_subject']}") == [
        f"position {AT}: event_subject does not say that it is about person:p281"
    ]
    assert record.problems(f"DELETE FROM event_definition WHERE {ROW['event_definition']}") == [
        f"position {AT}: event_definition does not say that it is about person:p281 as person-registered"
    ]
    assert record.problems(f"DELETE FROM merkle_tile WHERE {ROW['merkle_tile']}") == [
        "merkle_tile: the hash of positions 257 to 512 is missing"
    ]


@pytest.mark.parametrize(
    ("row", "position"),
    [
        (f"event_subject (subject, position) VALUES ('state:AM', {AT})", AT),
        ("event_subject (subject, position) VALUES ('state:AM', 601)", 601),
        ("event_subject (subject, position) VALUES ('state:AM', 0)", 0),
        (f"event_definition (subject, kind, position) VALUES ('person:p281', 'treaty-adopted', {AT})", AT),
        ("event_definition (subject, kind, position) VALUES ('person:p281', 'person-registered', 601)", 601),
        (f"log_head (one, position, hash) SELECT 2, position, hash FROM event WHERE position = {AT}", SIZE),
    ],
)
def test_a_derived_row_slipped_in_is_found(row, position, record):
    assert first(record.problems(f"INSERT INTO {row}")) == position


@pytest.mark.parametrize(("level", "tile"), [(1, 2), (2, 0), (3, 5)])
def test_a_tile_slipped_in_is_found(level, tile, record):
    insert = f"INSERT INTO merkle_tile (level, tile, hash) SELECT {level}, {tile}, hash FROM merkle_tile WHERE tile = 1"
    assert record.problems(insert) == [
        f"merkle_tile: there is a hash at level {level}, tile {tile}, where no tile is complete"
    ]


@pytest.mark.parametrize(
    ("statements", "position"),
    [
        (["DELETE FROM event WHERE position > 550"], 551),
        (["DELETE FROM event WHERE position <= 10"], 1),
        (["DELETE FROM event_subject WHERE position > 550"], 551),
        (["DELETE FROM event_definition WHERE position > 550"], 551),
        (["DELETE FROM event_subject WHERE position <= 10"], 1),
        (["DELETE FROM event"], 1),
        (["DELETE FROM event_subject"], 1),
        (["DELETE FROM event", "DELETE FROM event_subject", "DELETE FROM merkle_tile"], 1),
    ],
)
def test_a_log_cut_off_or_emptied_is_found(statements, position, record):
    assert first(record.problems(*statements)) == position


def test_a_head_that_was_emptied_or_set_back_is_found(record):
    assert record.problems("DELETE FROM log_head") == ["log_head is empty: the newest event cannot be confirmed"]
    back = "UPDATE log_head SET position = 550, hash = (SELECT hash FROM event WHERE position = 550)"
    assert record.problems(back) == [
        "position 551: log_head says that position 550 is the newest, but the newest event found is position 600"
    ]


def test_what_cannot_be_found_without_a_checkpoint_kept_outside(record):
    """The newest events cut off with all that follows from them: only who kept a checkpoint sees that they are gone."""
    with record.database.record() as connection:
        kept = Held(SIZE, root(connection, SIZE))
    cut = (
        "DELETE FROM event_subject WHERE position > 550",
        "DELETE FROM event_definition WHERE position > 550",
        "DELETE FROM event WHERE position > 550",
        "UPDATE log_head SET position = 550, hash = (SELECT hash FROM event WHERE position = 550)",
    )
    assert record.problems(*cut) == []
    assert record.problems(*cut, held=(kept,)) == ["position 551: missing: the checkpoint held is of 600 events"]


def test_a_log_rewritten_whole_is_found_with_a_checkpoint_kept_outside_only(record):
    with record.database.record() as connection:
        kept = Held(500, root(connection, 500))
        rows = [list(row) for row in connection.exec_driver_sql("SELECT * FROM event ORDER BY position")]
    rewritten, previous, tree, tiles = list[str](), rows[AT - 2][-1], Frontier(), list[str]()
    rows[AT - 1][9] = rows[AT - 1][9].replace("P", "Q")
    rows[AT - 1][1] = event_id(rows[AT - 1][2], rows[AT - 1][4], rows[AT - 1][9])
    for row in rows:
        if row[0] >= AT:
            previous = row[-1] = chained(previous, row[:-1])
            rewritten.append(
                f"UPDATE event SET event_id = '{row[1]}', data = '{row[9]}', hash = '{row[-1]}' WHERE position = {row[0]}"
            )
        tiles += [top.hex() for height, top in tree.add(leaf_hash(bytes.fromhex(row[-1]))) if height == 8]
    rewritten += [f"UPDATE merkle_tile SET hash = '{text}' WHERE tile = {i}" for i, text in enumerate(tiles)]
    rewritten.append(f"UPDATE log_head SET hash = '{previous}'")
    assert record.problems(*rewritten) == []
    (told,) = record.problems(*rewritten, held=(kept,))
    assert told.startswith(
        "the first 500 events are not those of the checkpoint held: one of them, or more, was replaced"
    )


# --- triggers ---------------------------------------------------------------------------------------------------------


SQLITE_REFUSES = "BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END"
GOES_ON = "CREATE TRIGGER log_head_goes_on BEFORE UPDATE ON log_head WHEN NEW.position <= OLD.position"
ON_SQLITE = {
    "missing": (
        ["DROP TRIGGER event_no_delete"],
        "the trigger event_no_delete is missing. The log could be changed. Put it back:"
        f" CREATE TRIGGER event_no_delete BEFORE DELETE ON event {SQLITE_REFUSES}",
    ),
    "does nothing": (
        [
            "DROP TRIGGER event_no_update",
            "CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT 1; END",
        ],
        "the trigger event_no_update was replaced by another: CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN"
        " SELECT 1; END. The log could be changed. Put it back: DROP TRIGGER event_no_update;"
        f" CREATE TRIGGER event_no_update BEFORE UPDATE ON event {SQLITE_REFUSES}",
    ),
    "almost never": (
        ["DROP TRIGGER log_head_goes_on", f"{GOES_ON} AND NEW.position < 0 {SQLITE_REFUSES}"],
        f"the trigger log_head_goes_on was replaced by another: {GOES_ON} AND NEW.position < 0 {SQLITE_REFUSES}. The log could"
        f" be changed. Put it back: DROP TRIGGER log_head_goes_on; {GOES_ON} {SQLITE_REFUSES}",
    ),
}
NO_CHANGE = "CREATE TRIGGER event_no_change BEFORE DELETE OR UPDATE ON event FOR EACH ROW EXECUTE FUNCTION cis_refuse()"
ALWAYS = "ALTER TABLE event ENABLE ALWAYS TRIGGER event_no_change"
TURNED_OFF = (
    "the trigger event_no_change is turned off, or not on in every session (it is '{}')."
    f" The log could be changed. Put it back: {ALWAYS}"
)
HARMLESS = "CREATE FUNCTION harmless() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
ON_POSTGRES = {
    "missing": (
        ["DROP TRIGGER event_no_change ON event"],
        f"the trigger event_no_change is missing. The log could be changed. Put it back: {NO_CHANGE}; {ALWAYS}",
    ),
    "disabled": (["ALTER TABLE event DISABLE TRIGGER event_no_change"], TURNED_OFF.format("D")),
    # so that `SET session_replication_role = replica` would get past it
    "not always": (["ALTER TABLE event ENABLE TRIGGER event_no_change"], TURNED_OFF.format("O")),
    "of replicas only": (["ALTER TABLE event ENABLE REPLICA TRIGGER event_no_change"], TURNED_OFF.format("R")),
    "calls another function": (
        [
            HARMLESS,
            f"CREATE OR REPLACE TRIGGER {NO_CHANGE.removeprefix('CREATE TRIGGER ').replace('cis_refuse', 'harmless')}",
            ALWAYS,
        ],
        f"the trigger event_no_change was replaced by another: {NO_CHANGE.replace('cis_refuse', 'harmless')}. The log could be"
        f" changed. Put it back: DROP TRIGGER event_no_change ON event; {NO_CHANGE}; {ALWAYS}",
    ),
    "function does nothing": (
        [f"CREATE OR REPLACE {HARMLESS.removeprefix('CREATE ').replace('harmless', 'cis_refuse')}"],
        "the function cis_refuse that triggers call was replaced by another: BEGIN RETURN NEW; END. The log could be changed."
        " Put it back: CREATE OR REPLACE FUNCTION cis_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the log is never changed'; END $$",
    ),
    "function of its name elsewhere": (
        [
            "CREATE SCHEMA elsewhere",
            HARMLESS.replace("harmless", "elsewhere.cis_refuse"),
            "DROP TRIGGER event_no_change ON event",
            NO_CHANGE.replace("cis_refuse", "elsewhere.cis_refuse"),
            ALWAYS,
        ],
        "the trigger event_no_change was replaced by another: "
        f"{NO_CHANGE.replace('cis_refuse', 'elsewhere.cis_refuse')}. The log could be changed."
        f" Put it back: DROP TRIGGER event_no_change ON event; {NO_CHANGE}; {ALWAYS}",
    ),
}


def test_a_trigger_that_does_not_keep_the_log_any_more_is_told_with_what_puts_it_back(record):
    for statements, told in (ON_POSTGRES if record.path is None else ON_SQLITE).values():
        with record.database.engine.connect() as connection, connection.begin() as transaction:
            for statement in statements:
                connection.exec_driver_sql(statement)
            assert audit(connection).problems == [told]
            put_back = told.partition("Put it back: ")[2]
            for statement in re.split("; (?=CREATE |ALTER )", put_back):  # a body has semicolons of its own
                connection.exec_driver_sql(statement)
            assert audit(connection).problems == []
            transaction.rollback()


# --- the raw file -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that holds a log and no rows of views, so that what is found in it is in the log."""
    path = tmp_path_factory.mktemp("raw") / "cis.db"
    with migrated(f"sqlite:///{path}").record() as connection:
        log.append(connection, [told.draft for told in (*HISTORY, *CROWD[:258])], recorded_by="tests", now=NOW)
    return path


def found_in(path: Path) -> list[str]:
    try:
        with Database(f"sqlite:///{path}").record() as connection:
            return audit(connection).problems
    except DatabaseError as error:
        return [str(error)]


def with_bytes(path: Path, *changes: tuple[int, int]) -> Path:
    damaged = path.with_name("flipped.db")
    content = bytearray(path.read_bytes())
    for at, flip in changes:
        content[at] ^= flip
    damaged.write_bytes(content)
    return damaged


TEXTS = [(table.name, column.name) for table in LOG for column in table.c if isinstance(column.type, Text)]


@pytest.mark.parametrize(("table", "column"), TEXTS)
@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80, 0xFF])
def test_a_flipped_byte_of_a_value_in_the_file_is_found(table, column, flip, file):
    # A day that is nowhere else in the file, and the one such kind.
    at_11 = "WHERE position = 11"
    where = {"event": at_11, "event_subject": at_11, "event_definition": "WHERE kind = 'treaty-entered-into-force'"}
    with closing(sqlite3.connect(file)) as connection:
        (value,) = connection.execute(f"SELECT {column} FROM {table} {where.get(table, '')}").fetchone()
    content = file.read_bytes()
    places = [match.start() for match in re.finditer(re.escape(value.encode()), content)]
    for at in (places[0], places[-1] + len(value) - 1):
        assert found_in(with_bytes(file, (at, flip))) != []


def logged(path: Path) -> list[object]:
    """All that the tables of the log hold, read without their indexes."""
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        return [connection.execute(f"SELECT * FROM {table.name} NOT INDEXED").fetchall() for table in LOG]


def test_no_flipped_byte_of_the_file_changes_the_log_unnoticed(file):
    sound, content, chance, noticed = logged(file), file.read_bytes(), random.Random(1991), 0
    used = [at for at, byte in enumerate(content) if byte]  # the rest is nearly all free space
    for at in chance.sample(used, 400):
        damaged = with_bytes(file, (at, chance.randrange(1, 256)))
        if found_in(damaged):
            noticed += 1
        else:
            assert logged(damaged) == sound, f"byte {at}"  # it was of no table of the log
    assert noticed > 300


@pytest.mark.parametrize("kept", [0, 100, 4096, 50_000])
def test_a_file_that_was_cut_off_is_found(kept, file):
    damaged = file.with_name("cut.db")
    damaged.write_bytes(file.read_bytes()[:kept])
    assert found_in(damaged) != []


# --- the views --------------------------------------------------------------------------------------------------------


def test_every_view_has_rows_to_be_changed(record):
    with record.database.record() as connection:
        for table in TABLES:
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table.name}").scalar(), table.name


def one_row(record: Record, table: Table) -> str:
    row = "rowid" if record.path is not None else "ctid"
    return f"{row} = (SELECT min({row}) FROM {table.name})"


def changed(record: Record, table: Table, column: str) -> str:
    """Another value in a column of one row."""
    name, kind = f'"{column}"', str(table.c[column].type).upper()
    value = {"BOOLEAN": f"NOT {name}", "INTEGER": f"coalesce({name}, 0) + 1"}.get(kind, f"coalesce({name}, '') || 'x'")
    return f"UPDATE {table.name} SET {name} = {value} WHERE {one_row(record, table)}"


def doubled(record: Record, table: Table) -> str:
    """A row like another, with a key of its own where there must be one."""
    values = ", ".join(f"\"{c.name}\" || 'x'" if c.primary_key else f'"{c.name}"' for c in table.c)
    return f"INSERT INTO {table.name} SELECT {values} FROM {table.name} WHERE {one_row(record, table)}"


@pytest.mark.parametrize("number", range(max(len(table.c) for table in TABLES)))
def test_a_column_of_a_view_that_was_changed_by_hand_is_found(number, record):
    columns = {table.name: table.c[[*table.c.keys()][number]].name for table in TABLES if number < len(table.c)}
    statements = [changed(record, table, columns[table.name]) for table in TABLES if table.name in columns]
    told = record.differences(*statements)
    for table, column in columns.items():
        of_it = [line for line in told if line.startswith(f"{table}: ")]
        assert of_it, (table, column)
        assert any(column in line for line in of_it), (column, of_it)


def test_rows_of_views_taken_out_and_slipped_in_are_found(record):
    gone = record.differences(*(f"DELETE FROM {table.name} WHERE {one_row(record, table)}" for table in TABLES))
    assert [line.split(":")[0] for line in gone] == [table.name for table in TABLES]
    assert all(line.endswith(": missing, though the log gives this row") for line in gone)
    twice = record.differences(*(doubled(record, table) for table in TABLES))
    assert [line.split(":")[0] for line in twice] == [table.name for table in TABLES]
    assert all(line.endswith(": the log does not give this row") for line in twice)


def test_differences_of_views_name_table_key_and_column(record):
    told = record.differences(
        "UPDATE membership SET status = 'observer' WHERE state = 'GE'",
        "UPDATE projection SET position = 5 WHERE name = 'membership'",
        "DELETE FROM projection WHERE name = 'timeline'",
        "INSERT INTO projection (name, version, position) VALUES ('x', 1, 1)",
        "DELETE FROM person WHERE person >= 'p0' AND person < 'p6'",
    )
    assert told[:5] == [
        "projection: name='membership': position is 5, but should be 600",
        "projection: name='timeline': missing",
        "projection: name='x': there is no such view",
        "membership: organisation='cis' state='GE' valid_from='1993-12-01': status is 'observer', the log gives 'member'",
        f"person: event_id='{min(told.id for told in CROWD)}': missing, though the log gives this row",
    ]
    assert told[-1] == "person: 562 more rows differ"


def test_a_flipped_byte_in_a_view_is_found(tmp_path):
    path = tmp_path / "cis.db"
    with migrated(f"sqlite:///{path}").record() as connection:
        append(connection, *HISTORY)
    at = path.read_bytes().index(b"Georgia joins")
    with Database(f"sqlite:///{with_bytes(path, (at, 0x80))}").record() as connection:
        (told,) = check_views(connection)
    assert told.startswith(f"timeline: event_id='{GEORGIA.id}': sentence is '\\udcc7eorgia joins ")

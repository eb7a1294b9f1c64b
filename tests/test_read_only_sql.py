"""SQL that a person types: what it answers, on both databases, and how everything else is refused."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from histories import RECORD, WORLD, append, asked, fact, given, position
from sqlalchemy import Connection

from eventstore.database import Database
from eventstore.errors import DatabaseError, Refused
from projections.read_only import BATCH, LONGEST, select

SIGNED = [fact("treaty-signed", "1991-12-08", treaty="belovezha", state=state) for state in ("BY", "RU", "UA")]
ASK = "\n  SELECT, WITH, VALUES and EXPLAIN (without ANALYZE) ask. What happened is recorded with: cis append"


@pytest.fixture
def record(database: Database) -> Database:
    """A record in which three states signed the founding agreement."""
    given(database, *WORLD, *SIGNED)
    return database


@pytest.fixture
def on_sqlite(empty_sqlite: Database) -> Database:
    given(empty_sqlite, *WORLD, *SIGNED)
    return empty_sqlite


@pytest.fixture
def on_postgres(empty_postgres: Database) -> Database:
    given(empty_postgres, *WORLD, *SIGNED)
    return empty_postgres


def answer(database: Database, sql: str, **parameters: object) -> list[dict[str, Any]]:
    with database.record() as connection:
        return told(connection, sql, **parameters)


def told(connection: Connection, sql: str, **parameters: object) -> list[dict[str, Any]]:
    names, rows = select(connection, sql, parameters)
    return [dict(zip(names, row, strict=True)) for row in rows]


def refusal(database: Database, sql: str, **parameters: object) -> str:
    """What is said to a refused question; the record is as it was."""
    before = position(database)
    with database.record() as connection:
        with pytest.raises(Refused) as caught:
            told(connection, sql, **parameters)
        assert told(connection, "SELECT 1 AS goes_on") == [{"goes_on": 1}], "the transaction goes on after a mistake"
    assert position(database) == before
    return str(caught.value)


# --- what is answered ----------------------------------------------------------------------------------------------------


def test_a_question_is_answered_with_its_columns_and_rows(record: Database) -> None:
    sql = "SELECT state, status FROM membership WHERE state <> :not_this ORDER BY state;  -- who founded it"
    assert answer(record, sql, not_this="UA") == [
        {"state": "BY", "status": "founding-state"},
        {"state": "RU", "status": "founding-state"},
    ]


def test_an_answer_without_rows_has_columns(record: Database) -> None:
    with record.record() as connection:
        names, rows = select(connection, "SELECT state, status FROM membership WHERE state = 'GE'")
        assert (names, list(rows)) == (["state", "status"], [])


def test_values_are_the_same_on_both_databases(record: Database) -> None:
    sql = """
        SELECT count(*) AS counted, sum(day_order) AS summed, count(*) / 2 AS halved, max(disputed) AS no_truth
        FROM (SELECT day_order, CASE WHEN disputed THEN 1 ELSE 0 END AS disputed FROM timeline WHERE kind = 'treaty-signed') t
    """
    (row,) = answer(record, sql)
    assert row == {"counted": 3, "summed": row["summed"], "halved": 1, "no_truth": 0}
    assert isinstance(row["summed"], int)
    assert (
        answer(record, "SELECT disputed, note FROM timeline WHERE kind = 'treaty-signed'")
        == [{"disputed": 0, "note": None}] * 3
    )
    assert answer(record, "SELECT avg(n) AS mean FROM (SELECT 1 AS n UNION SELECT 2) two") == [{"mean": 1.5}]


def test_what_json_has_no_form_for_is_text(on_postgres: Database, on_sqlite: Database) -> None:
    sql = (
        "SELECT DATE '1991-12-08' AS a, 'NaN'::float8 AS b, 'NaN'::numeric AS c,"
        " '\\x01ff'::bytea AS d, ARRAY[1,2] AS e, 10::numeric^30 AS f"
    )
    assert answer(on_postgres, sql) == [
        {
            "a": "1991-12-08",
            "b": "nan",
            "c": "NaN",
            "d": "01ff",
            "e": "[1, 2]",
            "f": "1" + "0" * 30,
        }
    ]
    assert answer(on_sqlite, "SELECT x'01ff' AS d, 9e999 AS b") == [{"d": "01ff", "b": "inf"}]


def test_columns_of_one_name_are_told_apart(record: Database) -> None:
    names = list(
        answer(record, "SELECT a.state, b.state, b.state FROM membership a JOIN membership b ON a.state = b.state")[0]
    )
    assert names == ["state", "state_2", "state_3"]


def test_marks_in_texts_and_comments_mean_nothing(record: Database) -> None:
    sql = """SELECT 'a;b :c %s $1 "d' AS "one;""two", /* ; :x /* nested */ */ 2 AS two -- :y ; z"""
    if record.file is None:
        assert answer(record, sql) == [{'one;"two': 'a;b :c %s $1 "d', "two": 2}]
    else:
        flat = sql.replace("/* nested */ ", "")
        assert answer(record, flat) == [{'one;"two': 'a;b :c %s $1 "d', "two": 2}]


def test_one_parameter_may_stand_in_many_places(record: Database) -> None:
    sql = (
        "SELECT :a AS a, :b AS b, :a AS c, CASE WHEN :flag THEN 'yes' ELSE 'no' END AS d, CAST(:n AS INTEGER) + 1 AS e"
    )
    assert answer(record, sql, a="x", b="it's", flag=True, n=41, unused=1) == [
        {"a": "x", "b": "it's", "c": "x", "d": "yes", "e": 42}
    ]


def test_a_long_answer_is_fetched_as_it_is_read(record: Database) -> None:
    count = 2 * BATCH + 1
    sql = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < CAST(:last AS INTEGER)) SELECT n FROM n"
    with record.record() as connection:
        _, rows = select(connection, sql, {"last": count})
        assert next(rows) == (1,)
        assert told(connection, "SELECT 1 AS another_question") == [{"another_question": 1}]
        assert sum(n for (n,) in rows) == count * (count + 1) // 2 - 1


def test_the_plan_of_a_question_can_be_asked_for(record: Database) -> None:
    assert answer(record, "EXPLAIN SELECT * FROM membership WHERE state = :state", state="RU")


def test_tables_and_columns_can_be_looked_up(on_sqlite: Database, on_postgres: Database) -> None:
    assert answer(on_sqlite, "SELECT name FROM pragma_table_info('citation')")[0] == {"name": "event_id"}
    sql = "SELECT column_name FROM information_schema.columns WHERE table_name = 'citation' ORDER BY ordinal_position"
    assert answer(on_postgres, sql)[0] == {"column_name": "event_id"}


def test_json_can_be_taken_apart(on_sqlite: Database, on_postgres: Database) -> None:
    assert answer(on_sqlite, "SELECT value FROM json_each('[1,2]')") == [{"value": 1}, {"value": 2}]
    assert answer(on_sqlite, "SELECT json_extract(data, '$.state') AS s FROM event WHERE kind = 'treaty-signed'")[
        0
    ] == {"s": "BY"}
    assert answer(on_postgres, "SELECT data::json ->> 'state' AS s FROM event WHERE kind = 'treaty-signed'")[0] == {
        "s": "BY"
    }


def test_functions_that_only_vary_are_called(record: Database) -> None:
    assert answer(record, "SELECT CASE WHEN random() IS NULL THEN 1 ELSE 2 END AS n") == [{"n": 2}]


def test_the_views_as_once_known_are_asked_the_same_way(record: Database) -> None:
    before = position(record)
    given(record, fact("treaty-ratified", "1993-04-15", treaty="charter", state="RU"))
    sql = "SELECT count(*) AS n FROM membership WHERE status = 'member'"
    assert answer(record, sql) == [{"n": 1}]
    with asked(record, before) as views:
        assert told(views, sql) == [{"n": 0}]
        with pytest.raises(Refused, match="add to state"):
            told(views, "WITH x AS (SELECT 1) INSERT INTO state (state, name) SELECT 'XX', 'X'")


# --- what is no question -------------------------------------------------------------------------------------------------


EMPTY = ["", " \n", "-- nothing", "/* nothing */", ";", " ; ; -- nothing"]


def test_an_empty_question_is_refused(record: Database) -> None:
    advice = "Write a SELECT, such as: SELECT state, status FROM membership"
    for sql in EMPTY:
        assert refusal(record, sql) == f"cis sql: there is no SQL\n  {advice}"


def test_one_question_at_a_time(record: Database) -> None:
    said = refusal(record, "SELECT 1;\nDELETE FROM event")
    assert said == "cis sql, line 2, character 1: there is more than one statement\n  Ask one question at a time."


NO_QUESTIONS = [
    "DELETE FROM event",
    "update log_head SET position = 0",
    "INSERT INTO event_subject VALUES ('x', 1)",
    "DROP TABLE event",
    "CREATE TABLE mine (x TEXT)",
    "PRAGMA writable_schema = 1",
    "ATTACH DATABASE 'other.db' AS other",
    "VACUUM INTO 'copy.db'",
    "COPY event TO '/tmp/copied'",
    "SET transaction_read_only = off",
    "COMMIT",
    "DO 'BEGIN END'",
    "CALL something()",
    "EXECUTE something",
    "( DELETE FROM event )",
]


def test_what_is_no_question_is_refused(record: Database) -> None:
    for sql in NO_QUESTIONS:
        first = sql.strip("( ").split()[0]
        where = f"cis sql, line 1, character {sql.index(first) + 1}"
        assert refusal(record, sql) == f"{where}: {first.upper()} is no question: this SQL only reads{ASK}"


def test_a_word_that_is_none_is_no_question(record: Database) -> None:
    assert refusal(record, "12") == f"cis sql, line 1, character 1: this is no question{ASK}"


PLANS_THAT_RUN = [
    "EXPLAIN ANALYZE SELECT 1",
    "EXPLAIN (VERBOSE, ANALYZE) SELECT 1",
    "explain analyse DELETE FROM event",
]


def test_a_plan_is_shown_without_running_it(record: Database) -> None:
    for sql in PLANS_THAT_RUN:
        where = f"cis sql, line 1, character {sql.lower().index('analy') + 1}"
        assert refusal(record, sql) == f"{where}: EXPLAIN ANALYZE runs the statement\n  Leave out ANALYZE."


def test_the_plan_of_what_is_no_question_is_refused(record: Database) -> None:
    assert "DELETE is no question" in refusal(record, "EXPLAIN VERBOSE DELETE FROM event")


WRITING = [
    "WITH x AS (SELECT 1) DELETE FROM event",
    "WITH x AS (SELECT 'x', 1) INSERT INTO event_subject SELECT * FROM x",
    "WITH x AS (SELECT 1) UPDATE log_head SET position = 0",
    "WITH x AS (SELECT 1) UPDATE sqlite_master SET name = 'x'",
    "WITH x AS (DELETE FROM membership RETURNING state) SELECT * FROM x",
    "SELECT * INTO mine FROM event",
    "SELECT * FROM event FOR UPDATE",
]


def test_what_only_looks_like_a_question_is_refused_and_writes_nothing(record: Database) -> None:
    members = answer(record, "SELECT count(*) AS n FROM membership")
    for sql in WRITING:
        assert refusal(record, sql)
    assert answer(record, "SELECT count(*) AS n FROM membership") == members


def test_sqlite_says_what_the_sql_would_do(on_sqlite: Database) -> None:
    said = refusal(on_sqlite, "WITH x AS (SELECT 'x', 1) INSERT INTO event_subject SELECT * FROM x")
    assert said == f"cis sql: this SQL would add to event_subject: it may only read{ASK}"
    assert "would change log_head" in refusal(on_sqlite, "WITH x AS (SELECT 1) UPDATE log_head SET position = 0")
    assert "would take out of event" in refusal(on_sqlite, "WITH x AS (SELECT 1) DELETE FROM event")


def test_postgres_says_that_the_sql_would_write(on_postgres: Database) -> None:
    said = refusal(on_postgres, "WITH x AS (DELETE FROM membership RETURNING state) SELECT * FROM x")
    reason = "DECLARE CURSOR must not contain data-modifying statements in WITH"
    assert said == f"cis sql: this SQL would write: it may only read ({reason}){ASK}"


def test_what_the_program_itself_ran_is_not_thereby_allowed(on_sqlite: Database) -> None:
    """SQLite's driver keeps compiled statements: one compiled without the authorizer must not be run under it."""
    sql = "WITH x AS (SELECT 'x') INSERT INTO state (state, name) SELECT 'XX', 'X' FROM x"
    with on_sqlite.record() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute(sql)
        raw.execute("DELETE FROM state WHERE state = 'XX'")
        with pytest.raises(Refused, match="would add to state"):
            select(connection, sql)


def test_writing_goes_on_after_a_question_on_sqlite(on_sqlite: Database) -> None:
    with on_sqlite.record() as connection:
        assert told(connection, "SELECT 1 AS n") == [{"n": 1}]
        append(connection, RECORD, fact("treaty-ratified", "1993-04-15", treaty="charter", state="RU"))
        assert told(connection, "SELECT state FROM membership WHERE status = 'member'") == [{"state": "RU"}]


REACHING = ["load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"]


def test_sqlite_calls_no_function_that_reaches_beyond_the_database(on_sqlite: Database) -> None:
    for name in REACHING:
        with on_sqlite.record() as connection:
            raw: Any = connection.connection.driver_connection
            raw.create_function(name, 1, lambda _: pytest.fail("it was called"))
            with pytest.raises(Refused) as caught:
                select(connection, f"SELECT {name.upper()}('/etc/passwd')")
        assert str(caught.value) == f"cis sql: this SQL would call {name}: it may only read{ASK}"


CALLS = [
    "pg_read_file('/etc/passwd')",
    "PG_Read_File ('/etc/passwd')",
    "pg_catalog.\"pg_read_file\"/* here */('/etc/passwd')",
    "lo_import('/etc/passwd')",
    "lo_export(1, '/tmp/exported')",
    "pg_ls_dir('.')",
    "pg_sleep(1000)",
    "set_config('transaction_read_only', 'off', true)",
    "pg_terminate_backend(1)",
    "pg_advisory_lock(1)",
    "pg_notify('a', 'b')",
    "nextval('numbers')",
    "query_to_xml('DELETE FROM event', true, true, '')",
    "ts_stat('SELECT 1')",
]


def test_postgres_calls_no_function_that_may_do_more_than_compute(on_postgres: Database) -> None:
    for call in CALLS:
        name = call.lower().replace('"', "").partition("(")[0].split(".")[-1].split("/")[0].strip()
        for sql in (f"SELECT {call}", f"SELECT * FROM {call} AS t", f"EXPLAIN SELECT {call}"):
            at = (
                sql.index(call) + call.lower().index(name) + 1 - call.count('"') // 2
            )  # a quoted name begins with its quote
            what = f"the function {name} may do more than compute: it is not called here"
            assert refusal(on_postgres, sql) == f"cis sql, line 1, character {at}: {what}\n  Ask without it."


def test_postgres_does_not_write_through_a_function_of_somebody(on_postgres: Database) -> None:
    """One that says it only reads, and does not: the transaction is read-only, also where the connection may write."""
    with on_postgres.transaction() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION sly() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN"
            " EXECUTE 'CREATE TABLE taken (x int)'; RETURN 1; END $$"
        )
    assert "CREATE TABLE is not allowed in a non-volatile function" in refusal(on_postgres, "SELECT sly()")
    with on_postgres.transaction() as connection:
        connection.exec_driver_sql("ALTER FUNCTION sly() VOLATILE")
    assert "the function sly may do more than compute" in refusal(on_postgres, "SELECT sly()")
    with on_postgres.transaction() as connection:
        connection.exec_driver_sql("CREATE VIEW hidden AS SELECT sly() AS n")
    assert "this SQL would write: it may only read" in refusal(on_postgres, "SELECT n FROM hidden")


def test_postgres_answers_a_reader_who_may_only_read(on_postgres: Database) -> None:
    reader = Database(on_postgres.url)
    assert answer(reader, "SELECT count(*) AS n FROM membership") == [{"n": 3}]
    assert "no such column: x" in refusal(reader, "SELECT x FROM membership")


def test_the_limit_of_time_ends_with_the_question(on_postgres: Database) -> None:
    with on_postgres.record() as connection:
        before = connection.exec_driver_sql("SHOW statement_timeout").scalar()
        told(connection, "SELECT 1 AS n")
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == before


def test_a_right_that_is_missing_is_told(on_postgres: Database) -> None:
    with on_postgres.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE secret (x int)")
        connection.exec_driver_sql("DROP ROLE IF EXISTS nobody_in_particular")
        connection.exec_driver_sql("CREATE ROLE nobody_in_particular")
    with on_postgres.transaction() as connection:
        connection.exec_driver_sql("SET LOCAL ROLE nobody_in_particular")
        with pytest.raises(Refused) as caught:
            told(connection, "SELECT * FROM secret")
    with on_postgres.transaction() as connection:
        connection.exec_driver_sql("DROP ROLE nobody_in_particular")
    advice = "Ask the owner of the database for the right to do this."
    assert str(caught.value) == f"cis sql: permission denied for table secret\n  {advice}"


# --- mistakes ------------------------------------------------------------------------------------------------------------


MISTAKES = [
    ("SELECT stat FROM membership", "line 1, character 8: no such column: stat\n  Did you mean state, status?"),
    (
        "SELECT state\nFROM membership\nWHERE sttus = 'member'",
        "line 3, character 7: no such column: sttus\n  Did you mean status, state?",
    ),
    (
        "SELECT zzz FROM meeting_body",
        "line 1, character 8: no such column: zzz\n  Columns of meeting_body: event_id, meeting, body.",
    ),
    ("SELECT * FROM memberships", "line 1, character 15: no such table: memberships\n  Did you mean membership?"),
    (
        "SELECT * FROM xyzzy",
        "line 1, character 15: no such table: xyzzy\n  `cis docs tables` lists the tables and their columns.",
    ),
    (
        "SELECT foo(1)",
        "line 1, character 8: no such function: foo\n  `cis docs tables` lists the tables and their columns.",
    ),
    (
        "SELECT * FORM membership",
        'line 1, character 10: syntax error near "FORM"\n  Is something missing or misspelt just before it?',
    ),
    ("SELECT * FROM membership WHERE", "the statement stops too early\n  Something is missing at its end."),
    (
        "SELECT state FROM membership WHERE state = :state",
        "line 1, character 44: there is no value for the parameter :state\n"
        "  Write the value itself, text in single quotes.",
    ),
    ("SELECT 'Minsk", "line 1, character 8: a text is not closed\n  It ends with '."),
    ('SELECT "state', 'line 1, character 8: a quoted name is not closed\n  It ends with ".'),
    ("SELECT 1 /* one", "line 1, character 10: a comment is not closed\n  Comments end with */."),
    ("SELECT 1\0", "line 1, character 9: there is a NUL byte in the SQL\n  Is it a text?"),
    ("SELECT '\udcff'", "line 1, character 9: this is not UTF-8 text\n  Is it a text?"),
    (
        "SELECT $$x$$",
        "line 1, character 8: $ has no meaning here\n"
        "  Write text in single quotes, and a quote in it twice; parameters as :name.",
    ),
    (
        r"SELECT E'\'' , pg_read_file('x') , ''",
        "line 1, character 8: escapes (E'...', U&'...') are not read\n"
        "  Write the letters themselves in '...', a name in \"...\".",
    ),
    (
        'SELECT U&"pg_read\\005ffile"(1)',
        "line 1, character 9: escapes (E'...', U&'...') are not read\n"
        "  Write the letters themselves in '...', a name in \"...\".",
    ),
    ("x" * (LONGEST + 1), f"the SQL is {LONGEST + 1} characters long; {LONGEST} are read\n  Ask for less."),
]


def test_a_mistake_is_told_with_its_place(record: Database) -> None:
    for sql, said in MISTAKES:
        between = ", " if said.startswith("line ") else ": "
        assert refusal(record, sql) == f"cis sql{between}{said}"


def test_places_are_right_also_after_parameters_and_among_many(record: Database) -> None:
    sql = "SELECT :first AS a, :f AS b, stat FROM membership"
    assert "character 30: no such column: stat" in refusal(record, sql, first="x", f="y")


def test_what_only_one_database_minds_is_told_in_its_words(on_sqlite: Database, on_postgres: Database) -> None:
    assert refusal(on_postgres, "SELECT 1 / 0") == "cis sql: division by zero"
    assert refusal(on_sqlite, "SELECT state FROM membership, state") == "cis sql: ambiguous column name: state"
    said = refusal(on_sqlite, "SELECT state::text FROM membership")
    assert said == "cis sql: : has no meaning here\n  Write CAST(x AS TEXT) instead of x::text."
    said = refusal(on_sqlite, "SELECT ?")
    assert said == "cis sql: only parameters written :name can be filled\n  Write :name instead of ?, @name or $1."
    assert refusal(on_sqlite, "SELECT " + "(" * 5000 + "1" + ")" * 5000) == "cis sql: parser stack overflow"


def test_a_question_that_takes_too_long_is_stopped(record: Database) -> None:
    sql = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT {} FROM n"
    advice = "Ask for less at a time: one state, one treaty, fewer years."
    for what, read in (("count(*)", 0), ("n % 10", 10**9)):
        with record.record() as connection:
            with pytest.raises(Refused) as caught:
                _consume(select(connection, sql.format(what), seconds=0.4)[1], read)
            assert told(connection, "SELECT 1 AS n") == [{"n": 1}]
        assert str(caught.value) == f"cis sql: the question took longer than 0.4 seconds and was stopped\n  {advice}"


def test_ctrl_c_stops_a_question_at_once(record: Database) -> None:
    # It was said to have taken too long.
    sql = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT count(*) FROM n"
    pressed = Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    with record.record() as connection:
        pressed.start()
        with pytest.raises(KeyboardInterrupt):
            select(connection, sql)
        pressed.join()


def _consume(rows: Iterator[object], most: int) -> None:
    for _, _row in zip(range(most), rows, strict=False):
        pass


def test_a_value_that_would_fill_the_memory_is_refused(on_sqlite: Database) -> None:
    assert refusal(on_sqlite, "SELECT hex(zeroblob(400000000))") == "cis sql: string or blob too big"


def test_a_damaged_file_is_told_as_such(on_sqlite: Database) -> None:
    assert on_sqlite.file is not None
    with on_sqlite.file.open("r+b") as file:
        file.seek(4096 * 2)
        file.write(os.urandom(4096 * 20))
    reader = Database(on_sqlite.url)
    with pytest.raises(DatabaseError, match="the SQLite file is damaged"), reader.transaction() as connection:
        told(connection, "SELECT * FROM event ORDER BY kind")


def test_the_file_itself_is_opened_for_reading_only(on_sqlite: Database, tmp_path: Path) -> None:
    assert on_sqlite.file is not None
    before = on_sqlite.file.read_bytes()
    reader = Database(on_sqlite.url)
    assert answer(reader, "SELECT count(*) AS n FROM membership") == [{"n": 3}]
    assert "would take out of event" in refusal(reader, "WITH x AS (SELECT 1) DELETE FROM event")
    assert on_sqlite.file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [on_sqlite.file.name]

"""The triggers that keep the log as it was written: what the migrations make, to be held against what a database has.

Who may change the database can take a trigger away, turn it off, or leave it there by its name and have it do nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

_KEPT = {  # the tables whose rows are only ever added, and which row stands in the way of a new one
    "event": "position = NEW.position OR event_id = NEW.event_id",
    "event_subject": "subject = NEW.subject AND position = NEW.position",
    "event_definition": "subject = NEW.subject AND kind = NEW.kind AND position = NEW.position",
    "merkle_tile": "level = NEW.level AND tile = NEW.tile",
}
_REFUSED = "'the log is never changed'"
FUNCTIONS = {  # what the triggers call on Postgres, and the body of each
    "cis_refuse": f" BEGIN RAISE EXCEPTION {_REFUSED}; END ",
    "cis_head_goes_on": " BEGIN IF TG_OP = 'INSERT' OR NEW.position <= OLD.position THEN"
    f" RAISE EXCEPTION {_REFUSED}; END IF; RETURN NEW; END ",
}


class Trigger(NamedTuple):
    """A trigger: its table, its name, and its definition as the database has it."""

    table: str
    name: str
    definition: str


def _on_sqlite() -> Iterator[Trigger]:
    def refusing(table: str, rule: str, when: str, condition: str = "") -> Trigger:
        head = f"CREATE TRIGGER {table}_{rule} BEFORE {when} ON {table}{condition and f' WHEN {condition}'}"
        return Trigger(table, f"{table}_{rule}", f"{head} BEGIN SELECT RAISE(ABORT, {_REFUSED}); END")

    for table, same in _KEPT.items():
        yield refusing(table, "no_update", "UPDATE")
        yield refusing(table, "no_delete", "DELETE")
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - our own names
        yield refusing(table, "no_replace", "INSERT", there)
    yield refusing("log_head", "goes_on", "UPDATE", "NEW.position <= OLD.position")
    yield refusing("log_head", "no_delete", "DELETE")
    yield refusing("log_head", "is_one", "INSERT", "EXISTS (SELECT 1 FROM log_head)")


def _on_postgres() -> Iterator[Trigger]:
    def calling(function: str, table: str, rule: str, when: str, each: str = "ROW") -> Trigger:
        head = f"CREATE TRIGGER {table}_{rule} BEFORE {when} ON {table}"
        return Trigger(table, f"{table}_{rule}", f"{head} FOR EACH {each} EXECUTE FUNCTION {function}()")

    for table in _KEPT:
        yield calling("cis_refuse", table, "no_change", "DELETE OR UPDATE")
    for table in (*_KEPT, "log_head"):
        yield calling("cis_refuse", table, "no_truncate", "TRUNCATE", "STATEMENT")
    yield calling("cis_refuse", "log_head", "no_delete", "DELETE")
    yield calling("cis_head_goes_on", "log_head", "goes_on", "INSERT OR UPDATE")


PROTECTION = {"sqlite": tuple(_on_sqlite()), "postgresql": tuple(_on_postgres())}
_TABLES = ", ".join(f"'{table}'::regclass" for table in (*_KEPT, "log_head"))
_FOUND = {  # table, name, definition, and when it fires ("A": always, also in a session that calls itself a replica)
    "sqlite": "SELECT tbl_name, name, sql, 'A' FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT relname, tgname, pg_get_triggerdef(pg_trigger.oid, true), tgenabled::text"  # noqa: S608 - our own names
    f" FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgrelid IN ({_TABLES})",
}
_CALLED = (
    "SELECT DISTINCT proname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"  # noqa: S608 - our own names
    f" WHERE tgrelid IN ({_TABLES}) AND pg_function_is_visible(tgfoid)"
)


def unprotected(dialect: str, read: Callable[[str], Iterable[Sequence[object]]]) -> Iterator[str]:
    """What does not keep the log from change any more, a sentence for each: what was found, and how it is put back.

    `read` gives the rows of a question.
    """
    found = {(table, name): (str(definition), fires) for table, name, definition, fires in read(_FOUND[dialect])}
    postgres = dialect == "postgresql"
    for table, name, wanted in sorted(PROTECTION[dialect]):
        definition, fires = found.get((table, name), ("", ""))
        drop = [f"DROP TRIGGER {name}{f' ON {table}' if postgres else ''}"]
        turn_on = [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"] if postgres else []
        if not definition:
            yield _told(f"the trigger {name} is missing", [wanted, *turn_on])
        elif definition != wanted:
            yield _told(f"the trigger {name} was replaced by another: {definition}", [*drop, wanted, *turn_on])
        elif fires != "A":
            yield _told(f"the trigger {name} is turned off, or not on in every session (it is {fires!r})", turn_on)
    for name, body in sorted((str(name), str(body)) for name, body in read(_CALLED)) if postgres else ():
        if body != FUNCTIONS.get(name, body):
            anew = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${FUNCTIONS[name]}$$"
            yield _told(f"the function {name} that triggers call was replaced by another:{body.rstrip()}", [anew])


def _told(what: str, put_back: Iterable[str]) -> str:
    return f"{what}. The log could be changed. Put it back: {'; '.join(put_back)}"

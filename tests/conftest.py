"""What every test may ask for: an empty record, on SQLite and on Postgres alike.

A test that takes `database` runs on both, unchanged. Where no Postgres can be had, its half is skipped with the reason.
"""

import os
import shutil
import signal
from collections.abc import Iterator
from itertools import count
from multiprocessing import active_children
from pathlib import Path

import pytest
from histories import HISTORY_AS_OF
from hypothesis import HealthCheck, settings
from postgres_server import NoPostgres, PostgresServer, start

import migrations
import seed_events
from eventstore.database import Database
from projections import runner
from projections.record import record

# What a script starts in the background ignores Ctrl-C, and so would the programs whose answer to it is tested.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No deadline: what a database takes for one example says nothing. What is found stays found: CI prints the way back to it.
settings.register_profile(
    "cis",
    deadline=None,
    print_blob=True,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("thorough", settings.get_profile("cis"), max_examples=400)
settings.load_profile(os.environ.get("CIS_TEST_PROFILE", "cis"))

DATABASES = ("sqlite", "postgres")
_numbers = count(1)


def migrated(url: str) -> Database:
    """An empty record at an address, as `cis init` leaves it before any history is loaded."""
    database = Database(url, write=True)
    with database.transaction() as connection:
        migrations.upgrade(connection)
        runner.rebuild(connection)
    return database


@pytest.fixture(autouse=True)
def no_process_outlives_its_test() -> Iterator[None]:
    """Where a test fails, what it started does not go on beside the next one."""
    yield
    for child in active_children():
        child.kill()
        child.join()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running Postgres server, or a skip that says why there is none."""
    try:
        server = start(durable=False)
    except NoPostgres as reason:
        pytest.skip(f"no Postgres: {reason}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    migrated(postgres.create_database("migrated"))
    return "migrated"


@pytest.fixture
def empty_sqlite(sqlite_template: Path, tmp_path: Path) -> Database:
    """An empty record in a SQLite file of its own."""
    path = tmp_path / "cis.db"
    shutil.copy(sqlite_template, path)
    return Database(f"sqlite:///{path}", write=True)


@pytest.fixture
def empty_postgres(postgres: PostgresServer, postgres_template: str) -> Iterator[Database]:
    """An empty record in a Postgres database of its own."""
    name = f"test{next(_numbers)}"
    yield Database(postgres.create_database(name, template=postgres_template), write=True)
    postgres.drop_database(name)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> Database:
    """An empty record, on each database."""
    found: Database = request.getfixturevalue(f"empty_{request.param}")
    return found


@pytest.fixture(params=DATABASES)
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table, on each database."""
    if request.param == "sqlite":
        yield Database(f"sqlite:///{tmp_path / 'blank.db'}", write=True)
        return
    postgres: PostgresServer = request.getfixturevalue("postgres")
    name = f"blank{next(_numbers)}"
    yield Database(postgres.create_database(name), write=True)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def history(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The whole history, loaded once for all tests of a process; it can only be read."""
    path = tmp_path_factory.mktemp("history") / "cis.db"
    shutil.copy(sqlite_template, path)
    record(Database(f"sqlite:///{path}", write=True), seed_events.entries(), recorded_by="tests", now=HISTORY_AS_OF)
    return Database(f"sqlite:///{path}")

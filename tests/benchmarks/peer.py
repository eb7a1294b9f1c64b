"""The best Python event store (`eventsourcing` 9.5), used as its manual advises. Imported only where it is installed."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import InfrastructureFactory, Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection
from eventsourcing.sqlite import SQLiteTrackingRecorder
from psycopg.sql import SQL
from sqlalchemy import make_url

from eventstore.drafts import Draft

PAGE = 1000


class Recorded(DomainEvent):
    """One fact, with the content that the record keeps of it."""

    kind: str
    occurred: str
    occurred_from: str | None
    occurred_to: str | None
    recorded_by: str
    fields: dict[str, Any]
    sources: list[dict[str, str]]


class Record(Application[UUID]):
    """The application that keeps the facts."""


_TABLE = "CREATE TABLE IF NOT EXISTS standing (subject TEXT PRIMARY KEY, kind TEXT, since TEXT, events INTEGER)"
_UPSERT = (
    "INSERT INTO standing VALUES ({0}, {0}, {0}, 1) ON CONFLICT (subject)"
    " DO UPDATE SET kind = excluded.kind, since = excluded.since, events = standing.events + 1"
)


class SqliteStanding(SQLiteTrackingRecorder):
    """The view on SQLite: what happened last to each subject."""

    def construct_create_table_statements(self) -> list[str]:
        return [*super().construct_create_table_statements(), _TABLE]

    def put(self, row: tuple[Any, ...], tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(_UPSERT.format("?"), row)
            self._insert_tracking(cursor, tracking)


class PostgresStanding(PostgresTrackingRecorder):
    """The same on Postgres."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sql_create_statements.append(SQL(_TABLE))

    def put(self, row: tuple[Any, ...], tracking: Tracking) -> None:
        with self.datastore.get_connection() as connection, connection.transaction(), connection.cursor() as cursor:
            cursor.execute(_UPSERT.format("%s"), row, prepare=True)
            self._insert_tracking(cursor, tracking)


class StandingProjection(Projection[Any]):
    """Folds every event into the view, one transaction for each, as its runner does."""

    def process_event(self, domain_event: Recorded, tracking: Tracking) -> None:  # type: ignore[override]  # it meets no others
        row = (str(domain_event.originator_id), domain_event.kind, domain_event.occurred)
        self.view.put(row, tracking)


class Peer:
    """The application and its projection on one database.

    The projection is driven by a plain loop over the notifications, which is what its runner does in a thread of its own; so
    it is no slower than the runner, and the same on SQLite, where the recorder offers no subscriptions.
    """

    def __init__(self, url: str, streams: Any) -> None:
        self.application = Record(env=_environment(url))
        factory = InfrastructureFactory.construct(self.application.env)
        standing = SqliteStanding if url.startswith("sqlite") else PostgresStanding
        self.view = factory.tracking_recorder(standing)  # type: ignore[arg-type]  # one of two classes
        self.projection = StandingProjection(self.view)
        self.streams = streams

    def events(self, drafts: Sequence[Draft]) -> list[Recorded]:
        """The facts as its events; how these are made is not part of what is measured."""
        found = []
        for draft in drafts:
            name, version = self.streams.of(draft)
            found.append(
                Recorded(
                    originator_id=uuid5(NAMESPACE_URL, name),
                    originator_version=version,
                    timestamp=Recorded.create_timestamp(),
                    kind=draft.kind,
                    occurred=draft.when.text,
                    occurred_from=draft.when.first,
                    occurred_to=draft.when.last,
                    recorded_by="benchmark",
                    fields=msgspec.json.decode(draft.data),
                    sources=[msgspec.to_builtins(citation) for citation in draft.sources],
                )
            )
        return found

    def append(self, events: Sequence[Recorded]) -> None:
        """Save events in one transaction."""
        self.application.save(*events)  # type: ignore[arg-type]  # typed for aggregates; events are saved alike

    def _notifications(self, after: int) -> Iterator[Any]:
        while page := self.application.recorder.select_notifications(after, PAGE, inclusive_of_start=False):
            yield from page
            after = page[-1].id

    def read_all(self) -> int:
        """Read everything as typed events."""
        found = 0
        for notification in self._notifications(0):
            self.application.mapper.to_domain_event(notification)
            found += 1
        return found

    def project(self, most: int) -> int:
        """Let the projection follow, by at most so many events; gives how many it read."""
        name, found = self.application.name, 0
        for notification in self._notifications(self.view.max_tracking_id(name) or 0):
            event = self.application.mapper.to_domain_event(notification)
            self.projection.process_event(event, Tracking(name, notification.id))  # type: ignore[arg-type]  # all are ours
            found += 1
            if found == most:
                break
        return found

    def skip(self) -> None:
        """Let the projection stand at the head as if it had followed."""
        newest = self.application.recorder.max_notification_id()
        if newest and newest != self.view.max_tracking_id(self.application.name):
            self.view.insert_tracking(Tracking(self.application.name, newest))

    def close(self) -> None:
        self.application.close()


def _environment(url: str) -> dict[str, str]:
    if url.startswith("sqlite"):
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": url.removeprefix("sqlite:///")}
    address = make_url(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": address.database or "",
        "POSTGRES_HOST": str(address.host or address.query["host"]),
        "POSTGRES_PORT": str(address.port or address.query.get("port", 5432)),
        "POSTGRES_USER": address.username or "",
        "POSTGRES_PASSWORD": address.password or "unused",
        # Its faster way; the pipeline that it uses otherwise came to a standstill at batches of a thousand (psycopg 3.3.9).
        "POSTGRES_ENABLE_DB_FUNCTIONS": "yes",
    }

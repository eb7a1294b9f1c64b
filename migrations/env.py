"""How Alembic runs: on the connection it is given, or on CIS_DATABASE_URL for those who work on the schema."""

import os

from alembic import context
from sqlalchemy import Connection

from eventstore.database import Database
from eventstore.tables import metadata as log
from projections.views import metadata as views


def run(connection: Connection) -> None:
    """Run the revisions asked for, in one transaction on both databases."""
    context.configure(
        connection=connection,
        target_metadata=[log, views],
        transactional_ddl=True,  # also on SQLite: the transaction was begun by hand, so the driver does not commit DDL
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with Database(os.environ.get("CIS_DATABASE_URL", "sqlite:///cis.db"), write=True).transaction() as connection:
        run(connection)

"""Every change of the schema, in order: the only place where a table, trigger or role is created or changed."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for a connection that is already in a transaction."""
    from pathlib import Path

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = "head") -> list[str]:
    """Create or upgrade the schema of the record, in the transaction at hand; gives what people should be told of it."""
    config = configuration(connection)
    command.upgrade(config, revision)
    return list(config.attributes.get("said", ()))


def downgrade(connection: Connection, revision: str) -> None:
    """Take the schema back to a revision, in the transaction at hand."""
    command.downgrade(configuration(connection), revision)

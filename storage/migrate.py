"""Brings a database to this version's tables, with Alembic only where there is something to change.

A cheap look at the version comes first, since importing Alembic costs a fifth of a second; a new
database is made from the metadata. A test proves that both ways end at the same tables.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect

from storage.errors import StorageError
from storage.schema import VERSION, alembic_version

MIGRATIONS = Path(__file__).parent / "migrations"


def prepare(connection: Connection) -> None:
    """Make or migrate the tables in the caller's transaction.

    Raises:
        StorageError: the database is a newer version's, or not Pierhead's.
    """
    found = version(connection)
    if found == VERSION:
        return
    if found is None:
        create(connection)
    elif found > VERSION:
        raise StorageError(f"the database is of version {found}, this program knows {VERSION}")
    else:
        upgrade(connection, MIGRATIONS)


def version(connection: Connection) -> str | None:
    """The version of its tables; none if there are no tables yet."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if alembic_version.name not in tables:
        raise StorageError("the database holds tables of something else")
    return connection.scalar(alembic_version.select())


def create(connection: Connection) -> None:
    """Make all tables of this version, and seal the audit, of which there is nothing yet."""
    from storage.audit import begin  # noqa: PLC0415 - the table modules are needed only here
    from storage.tables import metadata  # noqa: PLC0415 - the same

    metadata.create_all(connection, checkfirst=False)
    alembic_version.create(connection)
    connection.execute(alembic_version.insert().values(version_num=VERSION))
    begin(connection)


def upgrade(connection: Connection, migrations: Path) -> None:
    """Run the migrations that the database has not seen."""
    from alembic import command  # noqa: PLC0415 - see above: only when a migration is needed
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

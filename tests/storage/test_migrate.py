from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from storage import audit, migrate, schema
from storage.database import Database
from storage.engine import open_engine
from storage.errors import Locked, StorageError


@contextmanager
def empty() -> Iterator[Connection]:
    with open_engine("sqlite://").connect() as connection, connection.begin():
        yield connection


def shape(connection: Connection) -> dict[tuple[str, str], set[str]]:
    """What the database says that it is made of; the order of columns does not matter."""
    rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master")
    return {
        (kind, name): {line.strip(" ,\t") for line in str(sql).splitlines()}
        for kind, name, sql in rows
    }


def test_the_migrations_end_at_the_metadata() -> None:
    with empty() as new, empty() as old:
        migrate.create(new)
        migrate.upgrade(old, migrate.MIGRATIONS)
        assert shape(new) == shape(old)
        assert migrate.version(new) == migrate.version(old) == schema.VERSION


def test_the_triggers_are_part_of_it(connection: Connection) -> None:
    kinds = {kind for kind, _ in shape(connection)}
    assert kinds == {"table", "index", "trigger"}


async def test_an_older_database_is_migrated_with_what_is_in_it(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = await Database.open(url, ballast=0)
    await db.write(lambda c: audit.append(c, {"at": 1.0}))
    await db.close()
    migrations = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, migrations)
    newer = f"{int(schema.VERSION) + 1:04}"
    (migrations / "versions" / f"{newer}_next.py").write_text(
        f'from alembic import op\nrevision, down_revision = "{newer}", "{schema.VERSION}"\n'
        'def upgrade(): op.execute("CREATE TABLE more (id INTEGER)")\n'
    )
    monkeypatch.setattr(migrate, "VERSION", newer)
    monkeypatch.setattr(migrate, "MIGRATIONS", migrations)
    db = await Database.open(url, ballast=0)
    assert await db.read(migrate.version) == newer
    assert await db.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM more").scalar()) == 0
    assert (await db.read(audit.verify)).rows == 1
    await db.close()


async def test_a_newer_database_is_left_alone(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await (await Database.open(url, ballast=0)).close()
    monkeypatch.setattr(migrate, "VERSION", "0000")
    with pytest.raises(StorageError, match=schema.VERSION):
        await Database.open(url, ballast=0)


async def test_another_program_s_database_is_left_alone(url: str, tmp_path: Path) -> None:
    with open_engine(f"sqlite:///{tmp_path}/other.db").connect() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")
        connection.commit()
    with pytest.raises(StorageError, match="something else"):
        await Database.open(f"sqlite:///{tmp_path}/other.db", ballast=0)


async def test_what_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("milk, bread\n" * 100)
    with pytest.raises(StorageError, match="not a database"):
        await Database.open(f"sqlite:///{file}", ballast=0)
    assert file.read_text().startswith("milk")


async def test_those_that_open_a_new_database_at_once_all_can(tmp_path: Path) -> None:
    for number in range(5):
        url = f"sqlite:///{tmp_path}/{number}/p.db"
        opened = await asyncio.gather(*(Database.open(url, ballast=0) for _ in range(4)))
        seqs = await asyncio.gather(*(db.write(lambda c: audit.append(c, {})) for db in opened))
        assert sorted(seqs) == [1, 2, 3, 4]
        assert (await opened[0].read(audit.verify)).first_bad is None
        await asyncio.gather(*(db.close() for db in opened))


async def test_who_writes_into_a_new_database_is_waited_for(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "p.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        opening = asyncio.ensure_future(Database.open(f"sqlite:///{tmp_path}/p.db", ballast=0))
        await asyncio.sleep(0.2)
        assert not opening.done()
        other.execute("COMMIT")
        database = await opening
    assert await database.write(lambda c: audit.append(c, {})) == 1
    await database.close()


async def test_who_writes_for_longer_is_told(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "p.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Locked):
            await Database.open(f"sqlite:///{tmp_path}/p.db", busy_timeout=0.2, ballast=0)

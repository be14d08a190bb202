"""What only looks leaves nothing behind, whether a bot runs on the database or not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Connection

from storage import audit, people
from storage.database import Database
from storage.engine import open_engine
from storage.errors import StorageError
from storage.look import look
from storage.schema import VERSION
from tests.storage.conftest import KEY


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A database with one owner and one audit row, that nobody has open."""
    made = tmp_path / "p ?#%.db"
    db = await Database.open(f"sqlite:///{made}".replace("?", "%3F"), key=KEY, ballast=0)
    assert db.file is not None
    await db.write(lambda c: people.add_owner(c, 42, "Ann", 1.0))
    await db.write(lambda c: audit.append(c, {}))
    await db.close()
    key_of(made).write_bytes(KEY)
    return db.file


def key_of(file: Path) -> Path:
    return file.with_name("key")


def url(file: Path) -> str:
    return f"sqlite:///{file}".replace("?", "%3F")


def beside(file: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in file.parent.iterdir()}


def seen(connection: Connection) -> tuple[int, dict[int, str]]:
    return audit.verify(connection).rows, dict(people.owners(connection).names)


def test_nothing_is_left_behind(file: Path) -> None:
    before = beside(file)
    with look(url(file), key_of(file)) as connection:
        assert seen(connection) == (1, {42: "Ann"})
    assert beside(file) == before


async def test_what_a_running_bot_has_just_written_is_seen(file: Path) -> None:
    db = await Database.open(url(file), key=KEY, ballast=0)
    await db.write(lambda c: audit.append(c, {}))
    with look(url(file), key_of(file)) as connection:
        assert seen(connection) == (2, {42: "Ann"})
    await db.write(lambda c: audit.append(c, {}))
    await db.close()


async def test_what_a_killed_bot_has_written_is_seen(file: Path, tmp_path: Path) -> None:
    db = await Database.open(url(file), key=KEY, ballast=0)
    await db.write(lambda c: audit.append(c, {}))
    there = tmp_path / "killed"
    there.mkdir()
    for name in (file.name, f"{file.name}-wal"):
        shutil.copy(file.with_name(name), there)
    await db.close()
    with look(url(there / file.name), key_of(file)) as connection:
        assert seen(connection) == (2, {42: "Ann"})


def test_nothing_can_be_written(file: Path) -> None:
    with pytest.raises(StorageError, match="readonly"), look(url(file), key_of(file)) as connection:
        audit.append(connection, {})


def test_what_is_raised_meanwhile_comes_through(file: Path) -> None:
    with pytest.raises(KeyError), look(url(file), key_of(file)):
        raise KeyError


def test_what_is_no_database_of_ours_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("milk, bread\n" * 100)
    (tmp_path / "empty.db").touch()
    with open_engine(f"sqlite:///{tmp_path}/other.db").connect() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")
        connection.commit()
    for name, why in (
        ("none.db", "not there"),
        ("no/folder.db", "not there"),
        ("notes.txt", "not a database"),
        ("empty.db", "nothing yet"),
        ("other.db", "something else"),
    ):
        before = sorted(tmp_path.iterdir())
        with (
            pytest.raises(StorageError, match=why),
            look(f"sqlite:///{tmp_path}/{name}", tmp_path / "key"),
        ):
            pass
        assert sorted(tmp_path.iterdir()) == before


def test_another_version_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.look.VERSION", "0000")
    with pytest.raises(StorageError, match=VERSION), look(url(file), key_of(file)):
        pass

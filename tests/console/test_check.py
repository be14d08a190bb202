"""`pierhead check`: a table, an exit code, and nothing that was not there before."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sandbox import Sandbox
from storage import people
from storage.database import Database
from storage.sealed import key_file
from tests.console.conftest import TOKEN, Run, Said, everything
from tests.private_engine import Engine

NOBODY = 65534


@pytest.fixture
async def telegram(place: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sandbox]:
    async with Sandbox(TOKEN) as server:
        monkeypatch.setenv("PIERHEAD_TELEGRAM__BASE_URL", server.base_url)
        yield server


@pytest.fixture
def host(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("PIERHEAD_HOSTS__LOCAL__URL", engine.url)
    return engine


@pytest.fixture
def owned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIERHEAD_ACCESS__OWNERS", "42")


async def checked(run: Run) -> Said:
    """A check on another thread: it has an event loop of its own."""
    return await asyncio.to_thread(run, "check")


def row(said: Said, what: str) -> str:
    """A row of the table, with the line that mends it."""
    lines = said.out.splitlines()
    at = next(n for n, line in enumerate(lines) if line[4:].startswith(what))
    mend = lines[at + 1 : at + 2]
    return "\n".join([lines[at], *(line for line in mend if "→" in line)])


async def stored(*owners: int) -> None:
    db = await Database.open("sqlite:///pierhead.db", key=key_file(Path("pierhead.key")))
    for owner in owners:
        await db.write(lambda c, n=owner: people.add_owner(c, n, "Ann", 1.0))  # type: ignore[misc] # bound in the loop
    await db.close()


async def test_where_all_is_well(
    place: Path, telegram: Sandbox, host: Engine, owned: None, run: Run
) -> None:
    said = await checked(run)
    assert said.code == 0, said.out
    assert [line[:2] for line in said.out.splitlines()] == ["ok"] * 6
    assert row(said, "token").endswith("@pierhead_bot")
    assert row(said, "privacy mode").endswith("on")
    assert "Docker " in row(said, "host local")
    assert row(said, "owner").endswith("42")
    assert everything(place) == {}


async def test_what_is_there_already_is_left_as_it_is(
    place: Path, telegram: Sandbox, host: Engine, run: Run
) -> None:
    await stored(4242)
    before = everything(place)
    said = await checked(run)
    assert said.code == 0, said.out
    assert row(said, "database").endswith("pierhead.db")
    assert row(said, "owner").endswith("Ann (…4242)")
    assert everything(place) == before


async def test_where_nobody_owns_the_bot(telegram: Sandbox, host: Engine, run: Run) -> None:
    said = await checked(run)
    assert said.code == 1
    owner = row(said, "owner")
    assert owner.startswith("!!  owner         nobody owns this bot yet\n")
    assert owner.endswith("→ pierhead claim, or access.owners in the config")
    assert said.out.count("!!") == 1


async def test_an_owner_that_somebody_wrote_into_the_database_is_none(
    place: Path, telegram: Sandbox, host: Engine, run: Run
) -> None:
    await stored(4242)
    (place / "pierhead.key").write_bytes(b"another key" * 4)
    assert "!!  owner         none: the record was changed" in row(await checked(run), "owner")


async def test_a_key_that_was_lost_is_told(
    place: Path, telegram: Sandbox, host: Engine, owned: None, run: Run
) -> None:
    await stored()
    (place / "pierhead.key").unlink()
    said = await checked(run)
    assert said.code == 1
    assert "pierhead.key cannot be read" in row(said, "database")
    assert not (place / "pierhead.key").exists()


async def test_what_is_no_database_is_told(
    place: Path, telegram: Sandbox, host: Engine, run: Run
) -> None:
    (place / "pierhead.db").write_text("milk, bread\n" * 100)
    said = await checked(run)
    assert "not a database" in row(said, "database")
    assert row(said, "owner").endswith("unknown, as the database can't be read")


async def test_where_the_bot_is_sent_all_of_a_group(
    place: Path, host: Engine, owned: None, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Sandbox(TOKEN, privacy=False) as server:
        monkeypatch.setenv("PIERHEAD_TELEGRAM__BASE_URL", server.base_url)
        said = await checked(run)
    assert said.code == 1
    privacy = row(said, "privacy mode")
    assert privacy.startswith("!!  privacy mode  off: ")
    assert "→ @BotFather: /setprivacy, Enable." in privacy


async def test_a_token_that_telegram_refuses(
    telegram: Sandbox, host: Engine, owned: None, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIERHEAD_TELEGRAM__TOKEN", "123456:BBwrongWRONGwrongWRONGwrongWRONGwro")
    said = await checked(run)
    assert said.code == 1
    assert row(said, "token").endswith("→ Take the one that @BotFather shows: /mybots")
    assert "BBwrong" not in said.out


def test_a_telegram_that_cannot_be_reached(
    place: Path, host: Engine, owned: None, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIERHEAD_TELEGRAM__BASE_URL", "http://127.0.0.1:9")
    said = run("check")
    assert said.code == 1
    assert "→ Can this machine reach http://127.0.0.1:9?" in row(said, "token")


@contextmanager
def unprivileged() -> Iterator[None]:
    """As a user that may do nothing in particular: root may do anything."""
    root = os.geteuid() == 0
    if root:
        os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        if root:
            os.setresuid(0, 0, 0)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every user may look into, as pytest's are not."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_a_socket_that_may_not_be_used_names_the_group(
    public: Path, owned: None, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIERHEAD_TELEGRAM__BASE_URL", "http://127.0.0.1:9")
    path = public / "docker.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        path.chmod(0o600)
        monkeypatch.chdir(public)
        monkeypatch.setenv("PIERHEAD_HOSTS__LOCAL__URL", f"unix://{path}")
        with unprivileged():
            said = run("check")
    assert said.code == 1
    host = row(said, "host local")
    assert f"{path} may not be used" in host
    assert "→ sudo usermod -aG " in host
    assert "--group-add " in host


@pytest.mark.parametrize(
    ("url", "found"), [("nowhere.sock", "is not there"), ("file", "is no socket")]
)
def test_a_socket_that_is_none(
    place: Path, owned: None, run: Run, monkeypatch: pytest.MonkeyPatch, url: str, found: str
) -> None:
    (place / "file").touch()
    monkeypatch.setenv("PIERHEAD_TELEGRAM__BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("PIERHEAD_HOSTS__LOCAL__URL", f"unix://{place}/{url}")
    assert found in row(run("check"), "host local")


def test_a_folder_that_may_not_be_written_is_told(
    public: Path, owned: None, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIERHEAD_TELEGRAM__BASE_URL", "http://127.0.0.1:9")
    closed = public / "closed"
    closed.mkdir(0o555)
    monkeypatch.chdir(public)
    monkeypatch.setenv("PIERHEAD_STORAGE__URL", f"sqlite:///{closed}/new/pierhead.db")
    with unprivileged():
        said = run("check")
    assert f"{closed} may not be written" in row(said, "database")
    assert everything(closed) == {}


def test_a_config_that_is_wrong_is_the_whole_table(
    place: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "config.toml").write_text("[telegram]\nmax_age = 5\ntokn = 1\n")
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    said = run("check")
    assert said.code == 1
    first, second = said.out.splitlines()
    assert first.startswith("!!  настройки  config.toml:2: telegram.max_age: ")
    assert second.startswith("!!  настройки  config.toml:3: telegram.tokn: ")

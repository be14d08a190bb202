"""The whole bot, in this process, between the sandbox's Telegram and a private Engine."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from bot.app import App, Console
from bot.config import load
from bot.hosts import Host
from bot.i18n import catalogue
from bot.message import Message
from bot.reply.words import Words
from sandbox import Person, Sandbox, Seen
from tests.private_engine import Engine
from tests.unavailable import unavailable

TOKEN = "123456:AAtestTESTtestTESTtestTESTtestTEST"
OWNER, OPERATOR, VIEWER, RUSSIAN, STRANGER, GROUP, UNLINKED = 42, 7, 8, 9, 666, -1001, -1002


class Clock:
    """Real time, which a test can push on, and stop: then what sleeps by it wakes.

    Set back, it lets nobody sleep for longer: what has passed has passed.
    """

    def __init__(self) -> None:
        self.offset = 0.0
        self._set_back = 0.0
        self._stopped: float | None = None
        self._bell = asyncio.Event()

    def __call__(self) -> float:
        return (time.time() if self._stopped is None else self._stopped) + self.offset

    def stop(self) -> None:
        """From here on only `advance` makes it go on."""
        self._stopped = time.time()

    def advance(self, seconds: float) -> None:
        self.offset += seconds
        self._set_back -= min(0.0, seconds)
        self._bell.set()
        self._bell = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        until = self() + self._set_back + seconds
        while (left := until - self() - self._set_back) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._bell.wait()


class Pierhead:
    """A bot that can be started and stopped; what it tells the console is kept."""

    def __init__(self, environment: dict[str, str], clock: Clock) -> None:
        self.environment = environment
        self.file: Path | None = None
        self.clock = clock
        self.messages: list[Message] = []

    @property
    def told(self) -> list[str]:
        """What was told to the console so far, in English."""
        words = Words("en", "UTC", catalogue("en"), self.clock)
        return [words.plain(message) for message in self.messages]

    @asynccontextmanager
    async def running(self, *, read_only: bool = False) -> AsyncIterator[App]:
        """Run it until the block ends; it answers when the block begins."""
        settings = load(self.file, self.environment)
        clock = self.clock
        console = Console(self.messages.append, read_only)
        app = App(settings, console, clock, monotonic=clock, sleep=clock.sleep)
        stop = asyncio.Event()
        task = asyncio.ensure_future(app.run(stop))
        ready = asyncio.ensure_future(app.ready.wait())
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        try:
            if task.done():
                await task
            yield app
        finally:
            stop.set()
            await task


async def agree(seen: Seen, label: str, clock: Clock) -> str:
    """Tap a button that changes something, having read it; the toast.

    The bot may hear after the person that its message was accepted, so one tap may be too quick.
    """
    for _ in range(5):
        clock.advance(2)
        toast = await seen.tap(label)
        if "quick" not in toast:
            break
    return toast


def environment_of(telegram: Sandbox, engine: str, folder: Path) -> dict[str, str]:
    """The configuration of the tests, as an environment."""
    people = "PIERHEAD_ACCESS__PEOPLE__"
    return {
        "PIERHEAD_TELEGRAM__TOKEN": TOKEN,
        "PIERHEAD_TELEGRAM__BASE_URL": telegram.base_url,
        "PIERHEAD_ACCESS__OWNERS": f"{OWNER},{RUSSIAN}",
        f"{people}{OPERATOR}__ROLE": "operator",
        f"{people}{OPERATOR}__NAME": "ops-1",
        f"{people}{VIEWER}__ROLE": "viewer",
        f"PIERHEAD_ACCESS__CHATS___{-GROUP}__HOSTS": "local",
        "PIERHEAD_HOSTS__LOCAL__URL": engine,
        "PIERHEAD_STORAGE__URL": f"sqlite:///{folder / 'bot.db'}",
        "PIERHEAD_LIMITS__RATE": "600",
        # What is done unasked would ask the Engine between a test's own questions.
        "PIERHEAD_FEATURES__WATCH": "false",
    }


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[Sandbox]:
    people = {
        OWNER: Person(OWNER, "Olga", "en"),
        OPERATOR: Person(OPERATOR, "Otto", "en"),
        VIEWER: Person(VIEWER, "Vera", "en"),
        RUSSIAN: Person(RUSSIAN, "Rita", "ru"),
        STRANGER: Person(STRANGER, "Sam", "en"),
    }
    known = (OWNER, OPERATOR, VIEWER)
    groups = {GROUP: ("Ops", known), UNLINKED: ("Elsewhere", (OWNER, STRANGER))}
    async with Sandbox(TOKEN, people, groups, clock=clock, limits=False) as server:
        yield server


@pytest.fixture
def pierhead(telegram: Sandbox, engine: Engine, tmp_path: Path, clock: Clock) -> Pierhead:
    return Pierhead(environment_of(telegram, engine.url, tmp_path), clock)


@pytest.fixture
def watching(pierhead: Pierhead, monkeypatch: pytest.MonkeyPatch) -> Pierhead:
    """It watches, and the Engine may take its time to answer: hours of a test's are seconds."""
    monkeypatch.setattr("bot.assembly.Host", partial(Host, timeout=1e6))
    pierhead.environment["PIERHEAD_FEATURES__WATCH"] = "true"
    return pierhead


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's registry on a port that the system picks: `127.0.0.1:…`."""
    with serving(tmp_path_factory.mktemp("registry")) as address:
        yield address


@contextmanager
def serving(folder: Path, *more: str, address: str = "127.0.0.1", http: str = "") -> Iterator[str]:
    """The same at an address of ours, with what more its config says, of HTTP too."""
    program = shutil.which("docker-registry")
    if program is None:
        unavailable("docker-registry is not installed")
    with socket.socket() as free:
        free.bind((address, 0))
        port = free.getsockname()[1]
    config = folder / "config.yml"
    config.write_text(
        "version: 0.1\n"
        "log: {level: error}\n"
        f"storage: {{filesystem: {{rootdirectory: {folder}/data}}}}\n"
        f"http: {{addr: '{address}:{port}'{http}}}\n" + "".join(more)
    )
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([program, "serve", str(config)], stdout=log, stderr=log)
    try:
        _until_it_listens(address, port)
        yield f"{address}:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _until_it_listens(address: str, port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex((address, port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the registry does not listen")

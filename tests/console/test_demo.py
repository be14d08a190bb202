"""`pierhead demo`: it looks at an Engine that is here, asks before a change, and leaves nothing.

As a process, since it is told to end by a signal; what can't start is tried in this one.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from sandbox.engine import EngineUnavailable
from storage.errors import DiskFull
from tests.console.conftest import Run, everything
from tests.console.test_run import environment
from tests.private_engine import Engine

OWNER = 1001
STARTED = ("inspect", "-f", "{{.State.StartedAt}}", "web")
INTERRUPTED = """
import asyncio, os, signal, sys
import bot.demo
from bot.__main__ import main

class Starting:
    def __init__(self, isolated): pass
    async def __aenter__(self):
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()
    async def __aexit__(self, *_): pass

bot.demo.find_engine = lambda: None
bot.demo.install_engine = lambda say: None
bot.demo.PrivateEngine = Starting
sys.exit(main(["demo"]))
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the demo keeps what must be gone afterwards."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


class Demo:
    """A demo that runs: its page, as the owner uses it, and the terminal that it was started in."""

    def __init__(self, process: Process, terminal: int) -> None:
        self.process = process
        self._terminal = terminal
        self._page = httpx.AsyncClient(timeout=30)

    async def said(self, pattern: str) -> re.Match[str]:
        """Wait for a line that holds this."""
        assert self.process.stdout is not None
        while line := (await asyncio.wait_for(self.process.stdout.readline(), 60)).decode():
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"{pattern!r} was not said")

    def type(self, text: str) -> None:
        """Answer at the console."""
        os.write(self._terminal, f"{text}\n".encode())

    async def open(self) -> None:
        """Open the link that it shows."""
        link = await self.said(r"(http://[\d.:]+)/chat\?key=(\w+)")
        self._page.base_url = httpx.URL(link[1])
        self._page.headers["X-Sandbox-Key"] = link[2]

    async def hears(self, text: str, answer: str) -> None:
        """Type a message in the owner's private chat, and wait until the last one says this."""
        sent = await self._page.post(
            "/chat/do/send", json={"person": OWNER, "chat": OWNER, "text": text}
        )
        number = sent.json()["id"]
        async with asyncio.timeout(30):
            while True:
                state = (await self._page.get("/chat/state")).json()
                chat = next(one for one in state["chats"] if one["id"] == OWNER)
                last = chat["messages"][-1]
                if last["id"] > number and answer in str(last):
                    return
                await asyncio.sleep(0.05)

    async def end(self) -> int | None:
        """Ctrl-C."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
        await asyncio.wait_for(self.process.communicate(), 60)
        await self._page.aclose()
        return self.process.returncode


@asynccontextmanager
async def demo(engine: Engine, temporary: Path, *arguments: str) -> AsyncIterator[Demo]:
    terminal, stdin = os.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", *arguments),
        env=environment(DOCKER_HOST=engine.url, TMPDIR=str(temporary)),
        stdin=stdin,
        stdout=PIPE,
    )
    os.close(stdin)
    running = Demo(process, terminal)
    try:
        await running.open()
        yield running
    finally:
        await running.end()
        os.close(terminal)


@pytest.fixture
def web(engine: Engine) -> Engine:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    return engine


async def test_an_engine_that_is_here_is_read_only_until_the_console_says_yes(
    place: Path, web: Engine, temporary: Path
) -> None:
    before = web.docker(*STARTED)
    async with demo(web, temporary) as running:
        await running.said("This is your own Engine .* everything is read-only")
        await running.said("Type yes")
        await running.hears("/ps", "web")
        await running.hears("/restart -t 0 web", "local is read-only here.")
        assert web.docker(*STARTED) == before
        running.type("yes")
        await running.said("Changes are allowed now")
        await running.hears("/restart -t 0 web", "Restarted")
        assert web.docker(*STARTED) != before
        assert await running.end() == 0
    assert everything(temporary) == everything(place) == {}


async def test_an_answer_that_is_not_yes_allows_nothing(web: Engine, temporary: Path) -> None:
    async with demo(web, temporary) as running:
        await running.said("Type yes")
        running.type("no")
        await running.hears("/restart -t 0 web", "local is read-only here.")
        assert await running.end() == 0


async def test_with_write_nothing_is_asked(web: Engine, temporary: Path) -> None:
    async with demo(web, temporary, "--write") as running:
        await running.hears("/restart -t 0 web", "Restarted")


async def test_ctrl_c_ends_it_while_an_engine_is_starting(temporary: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", INTERRUPTED),
        env=environment(TMPDIR=str(temporary)),
        stdout=PIPE,
        stderr=PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, said.decode()) == (0, "")
    assert everything(temporary) == {}


class Here:
    """A private Engine that is there at once, and is ended."""

    url = "unix:///nowhere/docker.sock"
    ended = 0

    def __init__(self, *, isolated: bool) -> None:
        assert isolated

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        type(self).ended += 1


@pytest.fixture
def no_engine(
    place: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    """A machine without any Engine, on which one is started and filled in no time."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    ends = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    monkeypatch.setattr("bot.demo.find_engine", lambda: None)
    monkeypatch.setattr("bot.demo.install_engine", lambda _say: None)
    monkeypatch.setattr("bot.demo.PrivateEngine", Here)
    monkeypatch.setattr("bot.demo.fill", lambda _url: None)
    Here.ended = 0
    yield monkeypatch
    for number, handler in ends.items():
        signal.signal(number, handler)
    root.handlers[:] = handlers
    root.setLevel(level)
    assert everything(temporary) == everything(place) == {}


def raising(error: Exception) -> Any:  # noqa: ANN401 - stands for functions of any kind
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_where_none_can_be_installed(no_engine: pytest.MonkeyPatch, run: Run) -> None:
    no_engine.setattr("bot.demo.install_engine", raising(EngineUnavailable("Install Docker.")))
    said = run("demo")
    assert (said.code, said.out, said.err) == (1, "", "Install Docker.\n")


def test_where_one_does_not_answer(
    place: Path, temporary: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    said = run("demo")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("Docker at /nowhere/docker.sock does not answer")
    assert said.err.count("\n") == 1


def test_where_none_can_be_started(no_engine: pytest.MonkeyPatch, run: Run) -> None:
    no_engine.setattr(Here, "__aenter__", raising(EngineUnavailable("It did not start.\nits log")))
    said = run("demo")
    assert (said.code, said.err) == (1, "It did not start.\n")


def test_where_it_can_not_be_filled(no_engine: pytest.MonkeyPatch, run: Run) -> None:
    no_engine.setattr("bot.demo.fill", raising(ValueError("409 Client Error: Conflict")))
    said = run("demo")
    assert said.code == 1
    assert said.err == "The small fleet can't be made: 409 Client Error: Conflict\n"
    assert Here.ended == 1


def test_where_the_port_is_taken(no_engine: pytest.MonkeyPatch, run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = run("demo", "--port", str(port))
    assert (said.code, said.out) == (1, "")
    assert said.err == f"Port {port} can't be used: Address already in use\n"
    assert Here.ended == 0


def test_where_nothing_can_be_stored(no_engine: pytest.MonkeyPatch, run: Run) -> None:
    no_engine.setattr("bot.demo.App.run", raising(DiskFull("the disk is full")))
    said = run("demo")
    assert (said.code, said.err) == (1, "The database can't be used: the disk is full\n")
    assert Here.ended == 1


@pytest.mark.parametrize("arguments", [("--port", "65536"), ("--port", "-1"), ("--config", "x")])
def test_what_it_does_not_take_is_a_usage_error(run: Run, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        run("demo", *arguments)
    assert ended.value.code == 2

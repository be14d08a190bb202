"""`pierhead demo`: the whole bot against a local chat in the browser, on an Engine of this machine.

An Engine that is found is looked at only, until the person at the console says otherwise, and
nothing is created on it. Where there is none at all, and this is root on Debian, a private one is
started with a small fleet; it is gone when the demo ends. No daemon is started beside another.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from bot.app import App, Console
from bot.asking import ask, invite
from bot.config import load
from bot.console import unusable
from bot.logs import configure
from bot.message import Code, Message, msg
from bot.run import on_signal
from bot.terminal import Terminal
from sandbox import Person, Sandbox
from sandbox.engine import (
    EngineUnavailable,
    PrivateEngine,
    fill,
    find_engine,
    install_engine,
)
from storage.errors import StorageError

_TOKEN = "1:demo"  # noqa: S105 - opens the sandbox alone
_OWNER, _OPERATOR, _VIEWER, _STRANGER, _GROUP = 1001, 1002, 1003, 1004, -1001
_PERSONS = {
    _OWNER: Person(_OWNER, "Olga, owner", "en"),
    _OPERATOR: Person(_OPERATOR, "Otto, operator", "en"),
    _VIEWER: Person(_VIEWER, "Vera, viewer", "ru"),
    _STRANGER: Person(_STRANGER, "Sam, a stranger", "en"),
}


class _Unable(Exception):
    """The demo can't start, for a reason that the person can be told."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.one)
        self.message = message


def demo(*, write: bool, port: int) -> int:
    """Run until Ctrl-C; 1 with one sentence where it can't, and nothing is left behind."""
    terminal = Terminal()
    try:
        found = find_engine()
        if found is None:
            install_engine(terminal.print)
        asyncio.run(_demo(terminal, found, write=write, port=port))
    except _Unable as error:
        terminal.complain(error.message)
    except EngineUnavailable as error:
        terminal.complain(_first_line(str(error)))
    except StorageError as error:
        terminal.complain(unusable(error))
    except KeyboardInterrupt:
        return 0
    else:
        return 0
    return 1


async def _demo(terminal: Terminal, found: str | None, *, write: bool, port: int) -> None:
    stop = asyncio.Event()
    on_signal(stop)
    async with AsyncExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="pierhead-")))
        chat = await parts.enter_async_context(_chat(port))
        url = found or await _or_stop(stop, _private(terminal, parts))
        if url is None:
            return
        settings = load(None, _settings(chat.base_url, url, folder))
        locked = found is not None and not write
        app = App(settings, Console(_quiet, read_only=locked))
        configure("warning", "text", app.redactor)
        running = asyncio.ensure_future(app.run(stop))
        await _ready(app, running)
        if not running.done():
            invite(terminal, chat.link)
            if locked:
                ask(terminal, url, app.allow_writes)
        await running


@asynccontextmanager
async def _chat(port: int) -> AsyncIterator[Sandbox]:
    """Telegram and its browser page."""
    groups = {_GROUP: ("Ops", (_OWNER, _OPERATOR, _VIEWER))}
    chat = Sandbox(_TOKEN, _PERSONS, groups, port=port)
    try:
        await chat.start()
    except OSError as error:
        why = Code(error.strerror or str(error))
        taken = msg("Port {port} can't be used: {why}", port=Code(str(port)), why=why)
        raise _Unable(taken) from error
    try:
        yield chat
    finally:
        await chat.stop()


async def _private(terminal: Terminal, parts: AsyncExitStack) -> str:
    """A private Engine with a small fleet; its address."""
    terminal.tell(msg("There is no Docker Engine here: a private one with a small fleet starts."))
    engine = await parts.enter_async_context(PrivateEngine(isolated=True))
    try:
        await asyncio.to_thread(fill, engine.url)
    except EngineUnavailable:
        raise
    except Exception as error:  # of the SDK, whose kinds only `bot.hosts` knows
        raise _Unable(msg("The small fleet can't be made: {why}", why=Code(str(error)))) from error
    return engine.url


async def _or_stop(stop: asyncio.Event, work: Coroutine[Any, Any, str]) -> str | None:
    """What it comes to; None if it was told to stop before."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.wait({task})
    return None


async def _ready(app: App, running: asyncio.Future[None]) -> None:
    """Wait until the bot answers, or has failed."""
    ready: asyncio.Future[Any] = asyncio.ensure_future(app.ready.wait())
    await asyncio.wait({ready, running}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    if running.done():
        running.result()


def _settings(server: str, engine: str, folder: Path) -> Mapping[str, str]:
    """The demo's configuration, as an environment."""
    people = "PIERHEAD_ACCESS__PEOPLE__"
    return {
        "PIERHEAD_TELEGRAM__TOKEN": _TOKEN,
        "PIERHEAD_TELEGRAM__BASE_URL": server,
        "PIERHEAD_ACCESS__OWNERS": str(_OWNER),
        f"{people}{_OWNER}__ROLE": "owner",
        f"{people}{_OWNER}__NAME": "Olga",
        f"{people}{_OPERATOR}__ROLE": "operator",
        f"{people}{_OPERATOR}__NAME": "Otto",
        f"{people}{_VIEWER}__ROLE": "viewer",
        f"{people}{_VIEWER}__NAME": "Vera",
        f"PIERHEAD_ACCESS__CHATS___{-_GROUP}__HOSTS": "local",
        "PIERHEAD_HOSTS__LOCAL__URL": engine,
        "PIERHEAD_STORAGE__URL": f"sqlite:///{folder / 'demo.db'}",
    }


def _first_line(why: str) -> Message:
    """What the sandbox says, without the log that may follow it."""
    return Message("{why}", values={"why": Code(why.partition("\n")[0])})


def _quiet(_message: Message) -> None:
    """Tell nothing: the link is what counts here."""

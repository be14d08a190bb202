"""`pierhead demo`: the whole bot against a local chat in the browser, on an Engine of this machine.

An Engine that is found is looked at only, until the person at the console says otherwise, and
nothing is created on it. Where there is none at all, and this is root on Debian, a private one is
started with a small fleet; it is gone when the demo ends. No daemon is started beside another.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bot.app import App, Terminal
from bot.config import load
from bot.logs import configure
from bot.run import on_signal
from sandbox import Person, Sandbox
from sandbox.engine import (
    EngineUnavailable,
    PrivateEngine,
    fill,
    find_engine,
    install_engine,
)

_TOKEN = "1:demo"  # noqa: S105 - opens the sandbox alone
_OWNER, _OPERATOR, _VIEWER, _STRANGER, _GROUP = 1001, 1002, 1003, 1004, -1001
_PERSONS = {
    _OWNER: Person(_OWNER, "Olga, owner", "en"),
    _OPERATOR: Person(_OPERATOR, "Otto, operator", "en"),
    _VIEWER: Person(_VIEWER, "Vera, viewer", "ru"),
    _STRANGER: Person(_STRANGER, "Sam, a stranger", "en"),
}


def demo(*, write: bool, port: int) -> int:
    """Run until Ctrl-C; 1 with one sentence where there is no Engine to be had."""
    try:
        found = find_engine()
        if found is None:
            install_engine(_say)
        asyncio.run(_demo(found, write=write, port=port))
    except EngineUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


async def _demo(found: str | None, *, write: bool, port: int) -> None:
    stop = asyncio.Event()
    on_signal(stop)
    async with AsyncExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="pierhead-")))
        if found is None:
            _say("There is no Docker Engine here: starting a private one with a small fleet.")
            engine = await parts.enter_async_context(PrivateEngine(isolated=True))
            await asyncio.to_thread(fill, engine.url)
        url = found or engine.url
        chat = await parts.enter_async_context(
            Sandbox(_TOKEN, _PERSONS, {_GROUP: ("Ops", (_OWNER, _OPERATOR, _VIEWER))}, port=port)
        )
        settings = load(None, _settings(chat.base_url, url, folder))
        locked = found is not None and not write
        app = App(settings, Terminal(_quiet, read_only=locked))
        configure("warning", "text", app.redactor)
        running = asyncio.ensure_future(app.run(stop))
        await _ready(app, running)
        _say(f"\nOpen this in a browser:\n\n    {chat.link}\n")
        _say("Type /ps, /logs web, /restart web, /prune. Ctrl-C ends everything.")
        if locked:
            _ask(app, url)
        await running


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


def _ask(app: App, url: str) -> None:
    """Ask at the console whether changes are allowed; a daemon thread waits for the answer."""
    _say(f"\nThis is your own Engine ({url}): everything is read-only.")
    if not sys.stdin or not sys.stdin.isatty():
        _say("make demo WRITE=1 allows changes.")
        return
    loop = asyncio.get_running_loop()

    def wait() -> None:
        sys.stdout.write("Allow changes to it from the chat? Type yes: ")
        sys.stdout.flush()
        if sys.stdin.readline().strip().lower() == "yes":
            loop.call_soon_threadsafe(app.allow_writes)
            _say("Changes are allowed now.")

    threading.Thread(target=wait, daemon=True, name="console").start()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _quiet(_text: str) -> None:
    """Tell nothing: the link is what counts here."""

"""`pierhead run`: the bot until it is told to end, which takes five seconds at most."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from pathlib import Path
from types import FrameType

from bot.app import App, Console
from bot.console import read, unusable
from bot.logs import configure
from bot.message import msg
from bot.pipeline.upkeep import Overtaken
from bot.terminal import Terminal
from storage.errors import StorageError

log = logging.getLogger(__name__)

_PATIENCE = 4.5  # seconds after SIGTERM until the process ends whatever hangs


def run(config: Path | None) -> int:
    """Run the bot; 0 after an orderly end, 1 with a sentence on standard error otherwise."""
    settings = read(config)
    if settings is None:
        return 1
    terminal = Terminal(settings.locale.language)
    for warning in settings.warnings:
        terminal.complain(warning.said)
    app = App(settings, Console(terminal.complain))
    configure(settings.log.level, settings.log.format, app.redactor)
    try:
        asyncio.run(_serve(app))
    except StorageError as error:
        terminal.complain(unusable(error))
        return 1
    except Overtaken:
        terminal.complain(
            msg("Another Pierhead on this database took over while this one was stuck: it ends.")
        )
        return 1
    except Exception:
        # Through the log, which redacts: Python's own traceback could show the token.
        log.critical("Pierhead ends: a bug of its own", exc_info=True)
        return 1
    return 0


async def _serve(app: App) -> None:
    stop = asyncio.Event()
    on_signal(stop)
    await app.run(stop)


def on_signal(stop: asyncio.Event) -> None:
    """Set `stop` on SIGTERM or SIGINT; what hangs after that is ended hard.

    A plain handler, not the loop's: a loop that hangs must not keep the process.
    """
    loop = asyncio.get_running_loop()

    def end(_number: int, _frame: FrameType | None) -> None:
        watchdog = threading.Timer(_PATIENCE, os._exit, (1,))
        watchdog.daemon = True
        watchdog.start()
        loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)

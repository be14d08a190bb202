"""`pierhead check`: what is well, and for what isn't the line that mends it.

It only looks: nothing is made and nothing is changed, here, at Telegram or on a host.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from bot.checks.host import host
from bot.checks.row import Row, amiss, plain, well
from bot.checks.store import DATABASE, store
from bot.checks.telegram import TOKEN, telegram
from bot.config import ConfigError, Settings, find, load
from bot.message import Code, Message, msg
from bot.terminal import Terminal

_PATIENCE = 10.0
_CONFIG = msg("config")


def check(config: Path | None) -> int:
    """Print the table; 0 if all is well."""
    path = config or find()
    try:
        settings = load(path, os.environ)
    except ConfigError as error:
        _print(Terminal(), [amiss(_CONFIG, problem.said) for problem in error.problems])
        return 1
    warnings = [amiss(_CONFIG, problem.said) for problem in settings.warnings]
    here = plain(str(path)) if path else msg("from the environment")
    rows = [well(_CONFIG, here), *warnings, *asyncio.run(_all(settings))]
    _print(Terminal(settings.locale.language), rows)
    return 0 if all(row.well for row in rows) else 1


async def _all(settings: Settings) -> list[Row]:
    rows = await _guarded(TOKEN, partial(telegram, settings))
    for name, entry in settings.hosts.items():
        what = msg("host {name}", name=Code(name))
        rows += await _guarded(what, partial(host, what, name, entry.url))
    return rows + await _guarded(DATABASE, partial(store, settings))


async def _guarded(what: Message, ask: Callable[[], Awaitable[list[Row]]]) -> list[Row]:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await ask()
    except TimeoutError:
        return [amiss(what, msg("no answer"), msg("Is it running?"))]


def _print(terminal: Terminal, rows: list[Row]) -> None:
    width = max(len(terminal.word(row.what)) for row in rows)
    for row in rows:
        what = f"{terminal.word(row.what):<{width}}"
        terminal.print(f"{'ok' if row.well else '!!'}  {what}  {terminal.word(row.found)}")
        if row.mend is not None:
            terminal.print(f"    {'':<{width}}  → {terminal.word(row.mend)}")

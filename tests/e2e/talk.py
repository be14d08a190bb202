"""What the tests of the chat share: asking, and a bot whose Engine and clock are made up."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import Clock, Pierhead, environment_of
from tests.hosts.scripted import Scripted, scripted

MORNING = 1_780_974_005.0  # Tuesday, 9 June 2026, five seconds after 03:00 UTC


class Morning(Clock):
    """A clock that was set to the same minute for all who look at what it dates."""

    def __init__(self) -> None:
        super().__init__()
        self.offset = MORNING - time.time()


@dataclass(frozen=True)
class Played:
    """A running bot between a played Telegram and a played Engine."""

    pierhead: Pierhead
    telegram: Sandbox
    engine: Scripted
    clock: Clock


@asynccontextmanager
async def played(
    telegram: Sandbox, folder: Path, clock: Clock, *, starts: bool = True, **more: str
) -> AsyncIterator[Played]:
    """Run a bot on an Engine made of answers; `more` are settings of its environment."""
    async with scripted() as engine:
        pierhead = Pierhead(environment_of(telegram, engine.url, folder) | more, clock)
        world = Played(pierhead, telegram, engine, clock)
        if starts:
            async with pierhead.running():
                yield world
        else:
            yield world


async def ask(phone: Phone, line: str) -> Seen:
    """Type a line and see the answer to it, whatever has not been looked at before.

    A second passes: the bot says no more than one thing a second to a chat. Of a file that takes
    its time it is the end; how far it is may be shown before, or not, as fast as the machine is.
    """
    later(phone, 1.1)
    phone.unseen()
    seen = await phone.ask(line)
    while seen.text.endswith(" so far") and "\n" not in seen.text:
        seen = await seen.changed()
    return seen


async def tap(seen: Seen, label: str) -> str:
    """Tap a button, having read the message; the toast.

    At first the bot may take a tap for one that waited for it, or for one that came too soon.
    """
    for _ in range(6):
        later(seen.phone, 2)
        toast = await seen.tap(label)
        if "quick" not in toast and "away" not in toast:
            break
    return toast


def later(phone: Phone, seconds: float) -> None:
    """Let time pass for all who follow the test's clock, played Telegram and bot."""
    clock = phone._world.clock
    assert isinstance(clock, Clock)
    clock.advance(seconds)


async def verdict(phone: Phone, line: str) -> str:
    """The first line of the answer."""
    return (await ask(phone, line)).text.splitlines()[0]


async def shows(seen: Seen, text: str) -> Seen:
    """The message once it says so."""
    while text not in seen.text:
        seen = await seen.changed()
    return seen


def folded(seen: Seen) -> str:
    """What is behind the fold."""
    return "\n".join(_quotes(seen))


def screen(seen: Seen) -> list[str]:
    """The lines that are seen without a tap."""
    text = seen.text
    for quote in _quotes(seen):
        text = text.replace(f"\n{quote}", "", 1)
    return text.splitlines()


def monospace_of(seen: Seen) -> list[str]:
    """The lines of its tables and excerpts, with what of them is behind a fold."""
    pieces = _pieces(seen, frozenset({"pre", "expandable_blockquote"}))
    return [line for piece in pieces for line in piece.splitlines()]


def _quotes(seen: Seen) -> list[str]:
    return _pieces(seen, frozenset({"expandable_blockquote"}))


def _pieces(seen: Seen, types: frozenset[str]) -> list[str]:
    units = seen.text.encode("utf-16-le")
    return [
        units[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le")
        for e in seen.entities
        if e.type in types
    ]

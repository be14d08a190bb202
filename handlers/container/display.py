"""What a session shows: the screen of a terminal, or, where there is none, the last lines.

A program that floods is not followed letter by letter: of what came since the last look the end is
shown. What moves the cursor is interpreted in a thread, a little at a time.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field

from bot.hosts.execs import Window
from bot.hosts.frames import STDOUT
from bot.message import Untrusted
from bot.reply import Block, Excerpt
from bot.reply.screen import Screen
from handlers.container.output import Output, printed

WINDOW = Window(columns=34, rows=14)  # what a phone shows of monospace without wrapping it
_AT_ONCE = 8 * 1024  # bytes that are interpreted in one go: some 10 to 50 ms of a thread
_PAUSE = 0.1
_MOST, _KEPT = 64 * 1024, 16 * 1024
_PASSWORD = re.compile(
    r"(?:password|passphrase|passcode|пароль)[^\n]{0,60}[:?]\s*\Z", re.IGNORECASE
)


class Terminal:
    """The screen of a program that has a terminal."""

    def __init__(self) -> None:
        self._screen = Screen(WINDOW.columns, WINDOW.rows)
        self._waiting = bytearray()
        self._came = asyncio.Event()
        self._painting: asyncio.Future[None] | None = None
        self._live = self._still = ""

    def take(self, _stream: int, piece: bytes) -> None:
        """Take some more of its output."""
        self._waiting += piece
        self._came.set()
        if len(self._waiting) > _MOST:
            self._waiting = _from_a_line(self._waiting[-_KEPT:])

    async def paint(self) -> None:
        """Show what comes, until cancelled."""
        while True:
            await self._came.wait()
            self._came.clear()
            await self._some()
            await asyncio.sleep(_PAUSE)

    async def settle(self) -> None:
        """Show all that has come, once nothing paints any more."""
        if self._painting is not None:
            await asyncio.wait({self._painting})
        while self._waiting:
            await self._some()

    def blocks(self, *, live: bool) -> tuple[Block, ...]:
        """The screen; while it is `live` with the cursor."""
        text = self._live if live else self._still
        return (Excerpt(Untrusted(text)),) if text else ()

    @property
    def asks_for_password(self) -> bool:
        """Whether it ends in a prompt for one, as far as that can be seen."""
        return _PASSWORD.search(self._still) is not None

    def code_of(self, key: str) -> bytes | None:
        """What a key sends."""
        if key == "up":
            return b"\x1bOA" if self._screen.moves_cursor else b"\x1b[A"
        return {"ctrl-c": b"\x03", "ctrl-d": b"\x04", "tab": b"\t"}.get(key)

    async def _some(self) -> None:
        piece = bytes(self._waiting[:_AT_ONCE])
        del self._waiting[:_AT_ONCE]
        if self._waiting:
            self._came.set()
        loop = asyncio.get_running_loop()
        self._painting = loop.run_in_executor(None, self._feed, piece)
        await asyncio.shield(self._painting)  # a thread can't be cancelled

    def _feed(self, piece: bytes) -> None:
        self._screen.feed(piece)
        self._still, self._live = self._screen.text(), self._screen.text(cursor=True)


def _from_a_line(kept: bytearray) -> bytearray:
    """From where a line begins, or a sequence: half of one would be shown as text."""
    places = [at for at in (kept.find(b"\n") + 1, kept.find(b"\x1b")) if at > 0]
    return kept[min(places, default=0) :]


@dataclass(slots=True)
class Lines:
    """The last lines of a program that has no terminal, the errors apart."""

    out: Output = field(default_factory=Output)
    err: Output = field(default_factory=Output)

    def take(self, stream: int, piece: bytes) -> None:
        """Take some more of its output."""
        (self.out if stream == STDOUT else self.err).feed(piece)

    async def paint(self) -> None:
        """Nothing has to be done for it."""
        await asyncio.Event().wait()

    async def settle(self) -> None:
        """Nothing waits."""

    @property
    def asks_for_password(self) -> bool:
        """A program that wants one wants a terminal."""
        return False

    def blocks(self, *, live: bool) -> tuple[Block, ...]:  # noqa: ARG002 - there is no cursor
        """What it printed last."""
        return printed(self.out, self.err)


Display = Terminal | Lines

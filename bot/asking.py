"""What the demo says and asks at the terminal."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable

from bot.message import Code, Names, Tappable, msg
from bot.terminal import Terminal

_YES = "yes"
_TRY = ("/ps", "/logs web", "/restart web", "/prune")


def invite(terminal: Terminal, link: str) -> None:
    """Show the page, and what can be typed there."""
    terminal.print("")
    terminal.tell(msg("Open this in a browser:"))
    terminal.print(f"\n    {link}\n")
    commands = Names(tuple(map(Tappable, _TRY)))
    terminal.tell(msg("Type {commands}. Ctrl-C ends everything.", commands=commands))


def ask(terminal: Terminal, url: str, allow: Callable[[], None]) -> None:
    """Ask whether an Engine may be changed; a daemon thread waits for the answer."""
    terminal.print("")
    terminal.tell(msg("This is your own Engine ({url}): everything is read-only.", url=Code(url)))
    if not sys.stdin or not sys.stdin.isatty():
        terminal.tell(msg("{command} allows changes.", command=Code("make demo WRITE=1")))
        return
    loop = asyncio.get_running_loop()
    terminal.tell(msg("May the chat change it? Type {word}, and Enter:", word=Code(_YES)))

    def wait() -> None:
        if sys.stdin.readline().strip().lower() == _YES:
            loop.call_soon_threadsafe(allow)
            terminal.tell(msg("Changes are allowed now."))

    threading.Thread(target=wait, daemon=True, name="console").start()

"""What a session is typed on: lines, and the keys that a phone has not."""

from __future__ import annotations

from dataclasses import dataclass

from bot.hosts.wire import Wire
from bot.message import Message, msg
from bot.reply import Button, Verb
from handlers.container.display import Display, Lines, Terminal
from handlers.container.program import Program


@dataclass(slots=True)
class Keys:
    """Types into a wire."""

    wire: Wire
    display: Display

    def line(self, text: str) -> bool:
        """Type a text, and Enter: a terminal's sends a carriage return."""
        enter = "\r" if isinstance(self.display, Terminal) else "\n"
        return self.wire.write((text.replace("\n", enter) + enter).encode())

    def press(self, key: str) -> bool:
        """Press a key. Without a terminal there is but the end of the input."""
        if isinstance(self.display, Lines):
            self.wire.end()
            return True
        code = self.display.code_of(key)
        return code is not None and self.wire.write(code)


def keys(program: Program) -> tuple[tuple[Button, ...], ...]:
    """The buttons for what a phone has no keys for."""
    if program.typist is None:
        return ()
    if not program.tty:
        return ((_key(msg("End of input"), "ctrl-d"),),)
    return (
        (
            _key(msg("Ctrl-C"), "ctrl-c"),
            _key(msg("Ctrl-D"), "ctrl-d"),
            _key(msg("Tab"), "tab"),
            _key(msg("↑"), "up"),
        ),
    )


def _key(label: Message, key: str) -> Button:
    return Button(label, verb=Verb.PRESS, data=key)

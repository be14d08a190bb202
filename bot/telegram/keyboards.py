"""The buttons under a message: stored ones, which outlive the process, and those of what runs.

A stored button is used up when it is tapped, together with those that are tied to it; a live one
works for as long as its operation runs, in this process alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot.command.call import Call
from bot.recent import Recent
from bot.reply import Button, Verb
from bot.reply.redact import Redactor
from bot.reply.words import Words
from bot.telegram.outgoing import Key
from bot.telegram.render import label
from storage import buttons

Keyboard = tuple[tuple[Key, ...], ...]

_RUNNING = 1024
_DAY = 86400.0
_STOP = ""


@dataclass(frozen=True, slots=True)
class Live:
    """A button of a running operation: the key that it presses; None stops the operation."""

    call: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where buttons are: the chat, who may tap them, and the operation that they are about.

    Without a person anyone there may.
    """

    chat: int
    person: int | None
    call: Call | None


class Keyboards:
    """Makes them. `token` gives 128 random bits as text, `clock` seconds since the epoch."""

    def __init__(
        self, redactor: Redactor, clock: Callable[[], float], token: Callable[[], str]
    ) -> None:
        self._redactor = redactor
        self._clock = clock
        self._token = token
        self._ids: Recent[tuple[str, str], str] = Recent(_RUNNING)
        self._live: Recent[str, Live] = Recent(_RUNNING)

    def stored(
        self, lines: Iterable[Iterable[Button]], at: Spot, words: Words
    ) -> tuple[Keyboard, list[buttons.Button]]:
        """A keyboard, and its buttons as rows to be stored."""
        keyboard, new = [], []
        for line in lines:
            told = [
                (label(button, words, self._redactor), self._row(button, at)) for button in line
            ]
            new += [row for _, row in told]
            keyboard.append(tuple(Key(text, row.id) for text, row in told))
        return tuple(keyboard), [_tied(row, new, at.call) for row in new]

    def live(self, lines: Iterable[Iterable[Button]], at: Spot, words: Words) -> Keyboard:
        """A keyboard of a running operation: the same for as long as it runs."""
        if at.call is None:
            return ()
        call = at.call.id
        rows = (
            tuple(
                Key(label(button, words, self._redactor), self._live_id(call, button))
                for button in line
                if button.verb in {Verb.STOP, Verb.PRESS}
            )
            for line in lines
        )
        return tuple(row for row in rows if row)

    def stops(self, call: str) -> bool:
        """Whether an operation has a button that ends it."""
        return (call, _STOP) in self._ids

    def pressed(self, button: str) -> Live | None:
        """What a button of a running operation is, if it is one of this process."""
        return self._live.get(button)

    def _live_id(self, call: str, button: Button) -> str:
        key = button.data if button.verb is Verb.PRESS else _STOP
        known = self._ids.get((call, key))
        if known is None:
            known = self._ids[call, key] = self._token()
            self._live[known] = Live(call, key if button.verb is Verb.PRESS else None)
        return known

    def _row(self, button: Button, at: Spot) -> buttons.Button:
        now = self._clock()
        return buttons.Button(
            id=self._token(),
            chat=at.chat,
            person=at.person,
            verb=button.verb.value,
            argv=button.argv,
            call_id=at.call.id if at.call and button.verb is not Verb.RUN else None,
            plan=button.data or "[]",
            host=button.host,
            inplace=button.inplace,
            created_at=now,
            expires_at=button.until or now + _DAY,
        )


def _tied(row: buttons.Button, rows: list[buttons.Button], call: Call | None) -> buttons.Button:
    """With those under the same message that are used up when it is, if it is used but once.

    A choice of a picker takes the others along; what drops a message, all that is offered there.
    """
    if row.call_id is not None or row.verb not in {Verb.RUN.value, Verb.DISMISS.value}:
        return row
    others = [other for other in rows if other is not row]
    if row.verb == Verb.RUN.value:
        others = [o for o in others if _answers(row, call) and _answers(o, call)]
    return replace(row, plan=json.dumps([other.id for other in others]))


def _answers(row: buttons.Button, call: Call | None) -> bool:
    """Whether it types the command again that has asked what it is about."""
    path = call.command.path if call else ()
    return row.verb == Verb.RUN.value and bool(path) and row.argv[: len(path)] == path

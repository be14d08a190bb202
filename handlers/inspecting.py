"""What the Engine knows of several things: each by what one looks for, all of it as a file.

Or, with `--format`, as a template has it. All are tried, and each is reported.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from bot.command.call import Call, at
from bot.command.plan import Item
from bot.errors import BotError, UsageError
from bot.message import Message, Names, Untrusted, msg, plural
from bot.reply import Block, Document, Filled, Outcome, Reply, Text
from bot.reply.template import Template
from handlers.formatted import ALL, unfit, wholes

_NAMED = 3


class Whole(Protocol):
    """What was inspected, all of it as JSON."""

    @property
    def whole(self) -> bytes:
        """The JSON."""
        ...


W = TypeVar("W", bound=Whole)


@dataclass(slots=True)
class _Seen(Generic[W]):
    """What became of each."""

    found: list[tuple[Item, W]] = field(default_factory=list)
    failed: list[tuple[Item, BotError]] = field(default_factory=list)


async def inspecting(
    call: Call,
    ask: Callable[[str], Awaitable[W]],
    view: Callable[[Untrusted, W], Sequence[Block]],
    template: Template | None,
) -> Reply:
    """Ask for each item by its id, and show it.

    Raises:
        BotError: the only one could not be seen, or does not fit the template.
    """
    seen: _Seen[W] = _Seen()
    for item in call.items:
        try:
            found = await ask(item.id)
            if template and (why := unfit(template, found.whole)):
                raise UsageError(*why)
        except BotError as error:
            if len(call.items) == 1:
                raise
            seen.failed.append((item, error))
        else:
            seen.found.append((item, found))
    return _reply(call, seen, view, template)


def _reply(
    call: Call,
    seen: _Seen[W],
    view: Callable[[Untrusted, W], Sequence[Block]],
    template: Template | None,
) -> Reply:
    host = call.host.name
    failed = (
        Text(msg("x {name}: {why}", name=at(item.name, host), why=error.message))
        for item, error in seen.failed
    )
    some = Outcome.PARTIAL if seen.found else Outcome.FAILED
    outcome = some if seen.failed else Outcome.FINISHED
    if template:
        rows = wholes(found.whole for _, found in seen.found)
        body = (Text(_names(call, seen)), Filled(template, rows, flat=False)) if rows else ()
        return Reply((*failed, *body), outcome=outcome)
    blocks = (b for item, found in seen.found for b in view(at(item.name, host), found))
    files = tuple(_document(item, found) for item, found in seen.found)
    return Reply((*failed, *blocks), documents=files, outcome=outcome)


def _names(call: Call, seen: _Seen[W]) -> Message:
    """What is shown, by name; of many, how many."""
    names = tuple(at(item.name, call.host.name) for item, _ in seen.found)
    if len(names) <= _NAMED:
        return msg("{names}", names=Names(names))
    host = Untrusted(call.host.name)
    return plural("{host}: {count} thing", "{host}: {count} things", len(names), host=host)


def _document(item: Item, found: Whole) -> Document:
    name = Untrusted(f"{item.name.raw}.json")
    return Document(name, found.whole, ALL)

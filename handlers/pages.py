"""Long lists: a page at a time, with what turns it, orders it and narrows it below.

A page holds what a screen shows without a fold. Its buttons type the same command with one option
more, so that what was asked for stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.command.argv import with_option, with_options, without_option
from bot.command.call import Call
from bot.message import Message, Untrusted, msg
from bot.reply import Block, Button, Document, Filled, Reply, Table, Text
from handlers.formatted import ALL, refresh

T = TypeVar("T")
SIZE = 15


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of the rows: page `number` of `pages`, both from 1 on."""

    rows: Sequence[T]
    number: int
    pages: int

    @property
    def told(self) -> tuple[Text, ...]:
        """Which page it is, where there are more."""
        if self.pages == 1:
            return ()
        return (Text(msg("Page {page} of {pages}", page=self.number, pages=self.pages)),)

    def turns(self, call: Call) -> tuple[Button, ...]:
        """Back and on."""
        steps = (self.number - 1, self.number + 1)
        return tuple(
            option(call, msg("Page {page}", page=to), "--page", str(to))
            for to in steps
            if 0 < to <= self.pages
        )


def page_of(rows: Sequence[T], number: int) -> Page[T]:
    """The page of that number, or the last that there is."""
    pages = max(1, -(-len(rows) // SIZE))
    number = min(number, pages)
    return Page(rows[(number - 1) * SIZE : number * SIZE], number, pages)


def in_pages(
    call: Call,
    verdict: Message,
    rows: Sequence[T],
    show: Callable[[Sequence[T]], Block],
    orders: Mapping[str, Message],
    *more: tuple[Button, ...],
    shows: Mapping[str, Message] | None = None,
) -> Reply:
    """A page of a list that has `--page` and `--sort`, with the buttons of both, then `more`.

    `shows` are the labels of `--show`, where the list has that and it makes a difference.

    One that has `--no-trunc` has a button for that: what a page has no room for is in the file.
    """
    page = page_of(rows, call.params["page"] or 1)
    shown = (show(page.rows),) if page.rows else ()
    whole = (as_file(call),) if rows and "no_trunc" in call.params else ()
    lines = (
        page.turns(call),
        others(call, "--show", shows, now=call.params["show"]) if shows else (),
        others(call, "--sort", orders, now=call.params["sort"]) if rows[1:] else (),
        (refresh(call), *whole),
        *more,
    )
    return Reply((Text(verdict), *page.told, *shown), buttons=tuple(filter(None, lines)))


def in_full(call: Call, verdict: Message, name: str, content: bytes | Table | Filled) -> Reply:
    """All of a list as a file of that name, below its verdict."""
    file = Document(Untrusted(name), content, ALL)
    return Reply((Text(verdict),), documents=(file,), buttons=((refresh(call),),))


def option(call: Call, label: Message, name: str, *value: str) -> Button:
    """The same call with an option set, in the same message."""
    return Button(label, with_option(call, name, *value), inplace=True, host=call.host.name)


def as_file(call: Call) -> Button:
    """All of it with nothing cut, in a message of its own."""
    return Button(msg("As a file"), with_option(call, "--no-trunc"), host=call.host.name)


def without(call: Call, label: Message, *names: str) -> Button:
    """The same call without some options, in the same message."""
    return Button(label, without_option(call, *names), inplace=True, host=call.host.name)


def others(
    call: Call, name: str, labels: Mapping[str, Message], *, now: str, pages: bool = True
) -> tuple[Button, ...]:
    """A button for each value of an option but the one that it has now.

    What has `pages` begins on the first again.
    """
    first = {"--page": "1"} if pages else {}
    host = call.host.name
    return tuple(
        Button(label, with_options(call, {name: value, **first}), inplace=True, host=host)
        for value, label in labels.items()
        if value != now
    )

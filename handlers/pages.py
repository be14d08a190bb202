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
from bot.message import Message, msg
from bot.reply import Block, Button, Fold, Table, Text
from handlers.formatted import refresh

T = TypeVar("T")
SIZE = 15
_SHOWN = 8
_FOLDED = 40


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


@dataclass(frozen=True, slots=True)
class Listed:
    """What is seen of a list, and the buttons that show the rest and look again."""

    blocks: tuple[Block, ...]
    buttons: tuple[tuple[Button, ...], ...]


def page_of(rows: Sequence[T], number: int) -> Page[T]:
    """The page of that number, or the last that there is."""
    pages = max(1, -(-len(rows) // SIZE))
    number = min(number, pages)
    return Page(rows[(number - 1) * SIZE : number * SIZE], number, pages)


def listed(
    call: Call, rows: Sequence[T], page: int | None, table: Callable[[Sequence[T]], Table]
) -> Listed:
    """The list of a command that has `--page`, as the tables that `table` makes of its rows.

    Without a page, its first rows with the rest folded below.
    """
    return _paged(call, page_of(rows, page), table) if page else _overview(call, rows, table)


def option(call: Call, label: Message, name: str, *value: str) -> Button:
    """The same call with an option set, in the same message."""
    return Button(label, with_option(call, name, *value), inplace=True, host=call.host.name)


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


def _overview(call: Call, rows: Sequence[T], table: Callable[[Sequence[T]], Table]) -> Listed:
    blocks: list[Block] = [table(rows[:_SHOWN])] if rows else []
    if rows[_SHOWN:]:
        folded: list[Table | Text] = [table(rows[_SHOWN:_FOLDED])]
        if rows[_FOLDED:]:
            folded.append(Text(msg("and {more} more", more=len(rows) - _FOLDED)))
        blocks.append(Fold(tuple(folded)))
    every = option(call, msg("All {count}", count=len(rows)), "--page", "1")
    again = refresh(call)
    return Listed(tuple(blocks), ((every, again) if rows[_FOLDED:] else (again,),))


def _paged(call: Call, page: Page[T], table: Callable[[Sequence[T]], Table]) -> Listed:
    blocks = (*page.told, *((table(page.rows),) if page.rows else ()))
    looks = (without(call, msg("Overview"), "--page"), refresh(call))
    return Listed(blocks, tuple(filter(None, (page.turns(call), looks))))

"""A long list: its first rows with the rest folded below, or one page of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.command.argv import with_option, without_option
from bot.command.call import Call
from bot.message import Message, msg
from bot.reply import Block, Button, Fold, Table, Text

T = TypeVar("T")
_SHOWN = 8
_FOLDED = 40
_PAGE = 25


@dataclass(frozen=True, slots=True)
class Listed:
    """What is seen of a list, and the buttons that show the rest and look again."""

    blocks: tuple[Block, ...]
    buttons: tuple[tuple[Button, ...], ...]


def listed(
    call: Call, rows: Sequence[T], page: int | None, table: Callable[[Sequence[T]], Table]
) -> Listed:
    """The list of a command that has `--page`, as the tables that `table` makes of its rows."""
    return _paged(call, rows, page, table) if page else _overview(call, rows, table)


def _overview(call: Call, rows: Sequence[T], table: Callable[[Sequence[T]], Table]) -> Listed:
    blocks: list[Block] = [table(rows[:_SHOWN])] if rows else []
    if rows[_SHOWN:]:
        folded: list[Table | Text] = [table(rows[_SHOWN:_FOLDED])]
        if rows[_FOLDED:]:
            folded.append(Text(msg("and {more} more", more=len(rows) - _FOLDED)))
        blocks.append(Fold(tuple(folded)))
    host = call.host.name
    refresh = Button(msg("Refresh"), call.argv, inplace=True, host=host)
    every = _turn(call, msg("All {count}", count=len(rows)), 1)
    return Listed(tuple(blocks), ((every, refresh) if rows[_FOLDED:] else (refresh,),))


def _paged(
    call: Call, rows: Sequence[T], page: int, table: Callable[[Sequence[T]], Table]
) -> Listed:
    pages = max(1, -(-len(rows) // _PAGE))
    page = min(page, pages)
    shown = rows[(page - 1) * _PAGE : page * _PAGE]
    steps = tuple(
        _turn(call, msg("Page {page}", page=to), to)
        for to in (page - 1, page + 1)
        if 0 < to <= pages
    )
    bare = without_option(call, "--page")
    overview = Button(msg("Overview"), bare, inplace=True, host=call.host.name)
    where = Text(msg("Page {page} of {pages}", page=page, pages=pages))
    return Listed(
        (where, *((table(shown),) if shown else ())),
        (*((steps,) if steps else ()), (overview,)),
    )


def _turn(call: Call, label: Message, to: int) -> Button:
    words = with_option(call, "--page", str(to))
    return Button(label, words, inplace=True, host=call.host.name)

"""How the end of a container is said, and kept until it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace

from bot.command.plan import Item
from bot.hosts.endings import Ending
from bot.message import Message, Moment, Span, msg


def how(ending: Ending) -> Message:
    """A sentence that lacks the `{name}`."""
    if ending.gone:
        return msg("{name} is gone: how it ended, I can't see.")
    if ending.code is None:
        return msg("{name} ended and was started again: its code I can't see.")
    if not ending.started:
        return msg("{name} was never started.")
    return msg("{name} ended: exit {code}", code=ending.code)


def circumstances(ending: Ending) -> Iterator[Message]:
    """What else is known of it."""
    if ending.out_of_memory:
        yield msg("Out of memory: it was killed.")
    if ending.started and ending.ended is not None:
        after = Span(max(0.0, ending.ended - ending.started))
        yield msg("At {time}, after {span}.", time=Moment(ending.ended), span=after)


def having(item: Item, ending: Ending) -> Item:
    """The container with how it ended."""
    return replace(item, state=json.dumps(asdict(ending)))


def ending_of(item: Item) -> Ending | None:
    """How it ended, as far as that was kept; before that its state is Docker's word."""
    return Ending(**json.loads(item.state)) if item.state.startswith("{") else None

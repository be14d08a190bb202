"""What is done to a stack is done in the order in which its services depend on each other."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.command.call import Call
from bot.command.plan import Item
from bot.hosts.stacks import needs_of, service_of
from bot.hosts.types import Container
from bot.message import Message
from bot.reply import Reply
from handlers.container.conflicts import explained
from handlers.each import Act, each
from handlers.stack.chosen import items_of


async def in_order(
    call: Call,
    containers: Sequence[Container],
    act: Act,
    *,
    done: Message,
    already: Message | None = None,
    backwards: bool = False,
) -> Reply:
    """Do `act` to each, after what it depends on, or with `backwards` after what depends on it.

    `containers` are in the order of their stack. One that fails keeps none of the others: all are
    tried, each is told.
    """
    turn = tuple(reversed(containers)) if backwards else tuple(containers)
    queue = _Queue(turn, _inverted(needs_of(turn)) if backwards else needs_of(turn))
    ordered = replace(call, items=items_of(call, turn))
    return await each(ordered, queue.after(explained(call, act)), done=done, already=already)


class _Queue:
    """Lets each begin when the services before it are through.

    It waits only for services that stand before its own, so those that wait in a circle don't.
    """

    def __init__(self, turn: Sequence[Container], needs: Mapping[str, frozenset[str]]) -> None:
        self._service = {c.id: service_of(c) for c in turn}
        self._left = Counter(self._service.values())
        self._through = {name: asyncio.Event() for name in self._left}
        ranks = {name: rank for rank, name in enumerate(self._through)}
        self._before = {
            name: tuple(n for n in needs[name] if ranks[n] < ranks[name]) for name in ranks
        }

    def after(self, act: Act) -> Act:
        """The act, once its turn has come."""

        async def in_turn(item: Item) -> bool | Message | None:
            service = self._service[item.id]
            for name in self._before[service]:
                await self._through[name].wait()
            try:
                return await act(item)
            finally:
                self._left[service] -= 1
                if not self._left[service]:
                    self._through[service].set()

        return in_turn


def _inverted(needs: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    """For each service those that depend on it."""
    found: dict[str, set[str]] = {name: set() for name in needs}
    for name, wanted in needs.items():
        for other in wanted:
            found[other].add(name)
    return {name: frozenset(others) for name, others in found.items()}

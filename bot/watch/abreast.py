"""How many runs of one chat go on at once; the others wait for their turn, in their order.

At nine all that is wanted at nine is due. It would take the places that its people have (see
`bot.pipeline.places`): what was over would be refused, and lost for that day.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from weakref import WeakValueDictionary

MOST = 4  # a third of a person's places


class Abreast:
    """Counts what was let in, and lets so many begin."""

    def __init__(self) -> None:
        self._let_in: Counter[int] = Counter()
        self._places: WeakValueDictionary[int, asyncio.Semaphore] = WeakValueDictionary()

    def full(self, chat: int) -> bool:
        """Whether one more would wait."""
        return self._let_in[chat] >= MOST

    def let_in(self, chat: int, work: Callable[[], Awaitable[None]]) -> Coroutine[Any, Any, None]:
        """The work, in its turn: it counts from now on, and is to be awaited."""
        self._let_in[chat] += 1
        return self._in_turn(chat, work)

    async def _in_turn(self, chat: int, work: Callable[[], Awaitable[None]]) -> None:
        places = self._places.setdefault(chat, asyncio.Semaphore(MOST))
        try:
            async with places:
                await work()
        finally:
            self._let_in[chat] -= 1
            self._let_in += Counter()  # forgets who has none

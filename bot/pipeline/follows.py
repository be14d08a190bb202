"""How many followed messages there may be at once: each is an open stream and a share of the pace.

Two a person, five a chat, 20 in all; what is over is refused with the way to end one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from bot.command.call import Call
from bot.message import Tappable, msg
from bot.pipeline.toomuch import TooMuch

_PERSON, _CHAT, _ALL = 2, 5, 20


class Follows:
    """Counts what streams."""

    def __init__(self) -> None:
        self._running: Counter[Hashable] = Counter()

    @contextmanager
    def room(self, call: Call) -> Iterator[None]:
        """Take a place for as long as the block lasts; what does not stream needs none.

        Raises:
            TooMuch: all places are taken.
        """
        if not call.streams:
            yield
            return
        chat = call.request.chat.id
        places = {("person", call.actor.id): _PERSON, ("chat", chat): _CHAT, "all": _ALL}
        if any(self._running[key] >= most for key, most in places.items()):
            raise TooMuch(
                msg("You follow too many logs at once."),
                msg("Stop one, or {cancel} all of yours.", cancel=Tappable("/cancel")),
                first=call.request,
            )
        self._running.update(places.keys())
        try:
            yield
        finally:
            self._running.subtract(places.keys())
            self._running += Counter()  # forgets who has none

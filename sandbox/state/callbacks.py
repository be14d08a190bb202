"""Taps that wait for an answer. One is answered once, within its time, or never."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.errors import bad_request

ANSWERABLE = 150.0  # seconds
MOST_WAITING = 1000
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(frozen=True, slots=True)
class Callback:
    """One tap of one person on one message."""

    id: str
    person_id: int
    chat_id: int
    message_id: int
    data: str
    at: float


class Callbacks:
    """The taps that are not answered yet."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waiting: OrderedDict[str, Callback] = OrderedDict()

    def open(self, person_id: int, chat_id: int, message_id: int, data: str) -> Callback:
        """Record a tap."""
        identifier = str(secrets.randbits(62))
        callback = Callback(identifier, person_id, chat_id, message_id, data, self._clock())
        self._waiting[identifier] = callback
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
        return callback

    def answer(self, identifier: str) -> Callback:
        """Take the tap that is being answered.

        Raises:
            ApiError: 400, where it is unknown, answered or too old.
        """
        callback = self._waiting.pop(identifier, None)
        if callback is None or self._clock() - callback.at >= ANSWERABLE:
            raise bad_request(TOO_OLD)
        return callback

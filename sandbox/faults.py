"""Bad luck on demand: what the line or the service does instead of answering.

A fault is queued for a method and used up by the next calls of it. It strikes before the call is
handled, or (`.after()`) when it has been carried out but the bot does not learn so; that second
kind is what makes bots send things twice. The download of a file is a method here too, `download`.
"""

from collections import deque
from dataclasses import dataclass, replace
from typing import Self

ANY = "*"
DOWNLOAD = "download"  # the method's name for `/file/bot<token>/<path>`
MOST_FAULTS = 10_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One way for a call to go wrong."""

    kind: str
    code: int = 0
    retry_after: int = 0
    handled: bool = False
    sent: int | None = None
    received: int | None = None

    @classmethod
    def retry(cls, after: int) -> Self:
        """A 429 that asks to wait so many seconds."""
        return cls("retry", 429, after)

    @classmethod
    def status(cls, code: int) -> Self:
        """A 5xx: 502 to 504 with a web page as a proxy sends it, others as JSON; or a 413."""
        return cls("status", code)

    @classmethod
    def hang(cls, sent: int | None = None) -> Self:
        """Accept and never answer, until `Sandbox.release` or the end.

        Args:
            sent: carry the call out and send so many bytes of the answer's body before.
        """
        return cls("hang", sent=sent)

    @classmethod
    def cut(cls, *, sent: int | None = None, received: int | None = None) -> Self:
        """Close the connection without a byte.

        Args:
            sent: carry the call out and send so many bytes of the answer's body before.
            received: close it when so many bytes of the call's body have come: a broken upload.
        """
        return cls("cut", sent=sent, received=received)

    @property
    def late(self) -> bool:
        """Whether the call is carried out before it strikes."""
        return self.handled or self.sent is not None

    def after(self) -> Self:
        """The same fault, striking only when the call has been carried out."""
        return replace(self, handled=True)


class Faults:
    """The queued faults of each method."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Fault]] = {}

    def add(self, method: str, fault: Fault, times: int = 1) -> None:
        """Queue a fault for the next calls of a method, or of any with `*`."""
        queue = self._queues.setdefault(method.lower(), deque(maxlen=MOST_FAULTS))
        queue.extend([fault] * min(times, MOST_FAULTS))

    def take(self, method: str) -> Fault | None:
        """The fault that strikes this call, if any."""
        for name in (method.lower(), ANY):
            if queue := self._queues.get(name):
                return queue.popleft()
        return None

    def clear(self) -> None:
        """Let everything work again."""
        self._queues.clear()

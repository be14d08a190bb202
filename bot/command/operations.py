"""What is running now: every operation has an owner and a way to end it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Operation:
    """A running call; `cancelled` is set when it shall end, `cancelled_by` by whom."""

    id: str
    owner: int
    chat: int
    command: str
    host: str | None
    started: float
    follows: bool
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled_by: int | None = None


class Operations:
    """The running operations by id; bounded by the limits of the pipeline's first stage."""

    def __init__(self) -> None:
        self._running: dict[str, Operation] = {}

    def __iter__(self) -> Iterator[Operation]:
        return iter(tuple(self._running.values()))

    def add(self, operation: Operation) -> None:
        """Register one that starts."""
        self._running[operation.id] = operation

    def remove(self, operation: Operation) -> None:
        """Forget one that has ended."""
        if self._running.get(operation.id) is operation:
            del self._running[operation.id]

    def get(self, call: str) -> Operation | None:
        """The running operation of a call."""
        return self._running.get(call)

    def cancel(self, operation: Operation, by: int) -> None:
        """Ask one to end; its handler's task is cancelled by the stage that owns it."""
        operation.cancelled_by = by
        operation.cancelled.set()

    def unseen(self, call: str) -> None:
        """Nobody can read what it shows: what is only there to be read ends."""
        operation = self.get(call)
        if operation is not None and operation.follows:
            self.cancel(operation, operation.owner)

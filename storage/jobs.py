"""Work for the database's threads: a bounded queue, and a daemon thread that empties it.

The threads are never joined without a time limit: a disk that hangs must not keep the process.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy import Connection

from storage.errors import Closed

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Job(Generic[T]):
    """A function to be run with a connection, and where its result goes."""

    run: Callable[[Connection], T]
    future: Future[T] = field(default_factory=Future)


class Jobs:
    """A queue between the loop and threads. At most `bound` wait; who comes then waits for room."""

    def __init__(self, bound: int) -> None:
        self._room = asyncio.Semaphore(bound)
        self._waiting: deque[Job[object]] = deque()
        self._changed = threading.Condition()
        self._closed = False

    async def submit(self, run: Callable[[Connection], T]) -> T:
        """Run it on a thread. Cancelled before its turn it never runs; later, it runs on unseen."""
        job = Job(run)
        async with self._room:
            self._put(job)
            try:
                return await asyncio.wrap_future(job.future)
            except asyncio.CancelledError:
                self._drop(job)
                raise

    def take(self, limit: int) -> list[Job[object]]:
        """Wait for jobs and take up to `limit` of them; none means that the queue has ended."""
        while taken := self._taken(limit):
            if jobs := [job for job in taken if job.future.set_running_or_notify_cancel()]:
                return jobs
        return []

    def close(self) -> None:
        """Refuse new jobs; what waits is still taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def abandon(self) -> None:
        """Tell the owners of what still waits that nobody will come for it."""
        for job in self._taken(len(self._waiting)):
            if job.future.set_running_or_notify_cancel():
                job.future.set_exception(Closed("the database was closed before this could run"))

    def _taken(self, limit: int) -> list[Job[object]]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            return [self._waiting.popleft() for _ in range(min(limit, len(self._waiting)))]

    def _put(self, job: Job[T]) -> None:
        with self._changed:
            if self._closed:
                raise Closed("the database is closed")
            self._waiting.append(job)  # type: ignore[arg-type] # the queue does not look at results
            self._changed.notify()

    def _drop(self, job: Job[T]) -> None:
        with self._changed:
            if job in self._waiting:
                self._waiting.remove(job)  # type: ignore[arg-type] # the same


def start(name: str, work: Callable[[], None]) -> Future[None]:
    """Run `work` on a daemon thread; the future tells when it has ended, and how."""
    ended: Future[None] = Future()

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - goes to who waits for the thread
            ended.set_exception(error)
        else:
            ended.set_result(None)

    threading.Thread(target=run, name=name, daemon=True).start()
    return ended

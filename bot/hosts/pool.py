"""Threads for the docker SDK: few, bounded, and never waited for.

A thread that hangs in a request cannot be cancelled, and one that is joined keeps the process from
ending (a hung restart held it for 22 s). So these are daemon threads of our own: the standard
library's pool joins its threads at exit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

_WAITING_PER_THREAD = 4


class Full(Exception):
    """Every thread is busy, and enough is waiting for them already; or the pool is closed."""


class Pool:
    """At most `threads` daemon threads, started when they are first needed."""

    def __init__(self, name: str, threads: int) -> None:
        self._name = name
        self._limit = threads
        self._bound = threads * (1 + _WAITING_PER_THREAD)
        self._jobs: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._started = 0
        self._open = 0

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Do `work` in a thread. Cancelling the future works until it has begun.

        Raises:
            Full: if too much is waiting already.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._open >= self._bound:
                raise Full
            self._open += 1
            if self._started < min(self._limit, self._open):
                self._started += 1
                self._start()
        self._jobs.put((future, work))
        return future

    def close(self) -> None:
        """Let idle threads end; busy ones end after what they do."""
        with self._lock:
            self._bound = 0
            for _ in range(self._started):
                self._jobs.put(None)

    def _start(self) -> None:
        threading.Thread(target=self._serve, name=f"docker-{self._name}", daemon=True).start()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, work = job
            # The flag is read before the count falls, so that a cancelled job is never begun.
            if future.set_running_or_notify_cancel():
                _finish(future, work)
            with self._lock:
                self._open -= 1
            # What was done must not be kept alive until the next job comes.
            del job, future, work


def _finish(future: Future[Any], work: Callable[[], Any]) -> None:
    try:
        answer = work()
    except BaseException as error:  # noqa: BLE001 - whatever it is, the one who waits is told
        future.set_exception(error)
    else:
        future.set_result(answer)

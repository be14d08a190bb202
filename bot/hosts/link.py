"""The way to one Engine for requests that are answered at once: threads, time-outs, breaker.

Nothing happens until the first request, so that an Engine may be down at the start. The API version
is asked for once, and again after the connection was lost: another Engine may be there by then.
Reads and changes have threads of their own, so that changes that hang keep no read waiting; so has
the count of what lies on the disk, which may take minutes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bot.errors import BotError
from bot.hosts import causes, faults
from bot.hosts.answer import mapping
from bot.hosts.breaker import Breaker
from bot.hosts.causes import Silent
from bot.hosts.client import Client
from bot.hosts.faults import Circumstance
from bot.hosts.pool import Full, Pool
from bot.hosts.version import OLDEST, clamp, is_podman

T = TypeVar("T")

# A change may have to wait for a container to end. Its thread listens for as long again after
# nobody waits any more, to be able to tell how it ended.
_CHANGE = 6
_LINGER = 2


@dataclass(frozen=True, slots=True)
class Late:
    """A change that ended after nobody waited for it any more; `error` is None if it went well."""

    error: BotError | None


class Link:
    """Runs work on the SDK's client in threads.

    `late` is called on the loop for each change that ends after its caller gave up (time-out or
    cancellation), in the context (contextvars) of that caller.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        threads: int,
        timeout: float,
    ) -> None:
        self.name = name
        self.url = url
        self.timeout = timeout
        self.late: Callable[[Late], None] | None = None
        # How often the way was lost: what is remembered of an Engine is good for one way only.
        self.losses = 0
        self._changed = 0
        # How long a change may take, in seconds, beside what a container is given to end.
        self.patience = _CHANGE * timeout
        self._client: Client | None = None
        self._connections = 2 * threads
        self._reads = Pool(name, threads)
        self._changes = Pool(name, threads)
        self._counts = Pool(name, 1)
        self._breaker = Breaker(clock)
        self._sleep = sleep
        self._connecting = asyncio.Lock()

    @property
    def epoch(self) -> tuple[int, int]:
        """Another one as soon as a change begins or ends here, or the way was lost.

        What was read in an earlier one may not be so any more.
        """
        return self.losses, self._changed

    async def run(
        self,
        work: Callable[[Client], T],
        *,
        changes: bool = False,
        steps: bool = False,
        seconds: float | None = None,
        slow: bool = False,
        counts: bool = False,
    ) -> T:
        """What `work` returns, done in a thread.

        `steps` is said of a change that the Engine makes in several. `seconds` is how long is
        waited. A `slow` read may take its time: that it does not end says nothing about the Engine.
        One that `counts` what lies on the disk is slow, and keeps none but its like waiting.
        Cancelling the caller does not stop what was sent.

        Raises:
            DockerFault: as `faults` puts it; `unknown` where a change may have been done.
            Conflict: the Engine refuses because of the state that things are in.
        """
        seconds = seconds or (self.patience if changes else self.timeout)
        at = Circumstance(self.name, changes, seconds, steps)
        client = await self.connect(changes=changes)
        pool = self._changes if changes else self._counts if counts else self._reads
        self._changed += changes
        try:
            answer = await self._do(lambda: _within(client, at, work), at, pool)
        except Exception as error:
            self.failed(error, counts=not (changes or slow or counts))
            raise faults.translate(error, at) from error
        finally:
            self._changed += changes
        self._breaker.answered()
        return answer

    async def connect(self, *, changes: bool = False) -> Client:
        """The client, once it is known which API version the Engine speaks.

        Raises:
            DockerFault: if there is no way to the Engine now.
        """
        at = Circumstance(self.name, changes, self.timeout, sent=False)
        self._check(at)
        if self._client is not None:
            return self._client
        async with self._connecting:
            if self._client is None:
                self._check(at)
                self._client = await self._greet(at)
            return self._client

    def failed(self, error: Exception, *, counts: bool = True) -> None:
        """Note what went wrong on the way; `counts` if silence means that the Engine is silent."""
        if isinstance(error, Full) or not causes.is_transport(error):
            return
        if counts and causes.is_silence(error):
            self._breaker.silent()
        self._lose()

    def close(self) -> None:
        """Let go of threads and connections; waits for nothing."""
        self._lose()
        self._reads.close()
        self._changes.close()
        self._counts.close()

    def _lose(self) -> None:
        self.losses += 1
        if self._client is not None:
            self._client.close()
            self._client = None

    def _check(self, at: Circumstance) -> None:
        if (wait := self._breaker.wait) > 0:
            raise faults.silent(at, wait)

    async def _greet(self, at: Circumstance) -> Client:
        """`GET /version`, and a client that speaks what was found."""
        try:
            client = await self._do(self._meet, replace(at, changes=False), self._reads)
        except Exception as error:
            self.failed(error)
            raise faults.translate(error, at) from error
        self._breaker.answered()
        return client

    def _meet(self) -> Client:
        first = Client(self.url, OLDEST, self._connections)
        with first.within(self.timeout):
            answer = mapping(first.version(api_version=False))
        first.close()
        client = Client(self.url, clamp(answer), self._connections)
        client.podman = is_podman(answer)
        return client

    async def _do(self, work: Callable[[], T], at: Circumstance, pool: Pool) -> T:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        job = pool.submit(work)
        job.add_done_callback(lambda done: _hand_over(done, loop, answer))
        over = asyncio.ensure_future(self._sleep(at.seconds))
        waits: set[asyncio.Future[Any]] = {answer, over}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            over.cancel()
            begun = answer.done() or self._give_up(job, answer, at)
        if not begun:
            raise Full
        if not answer.done():
            raise Silent
        return answer.result()

    def _give_up(self, job: Future[T], answer: asyncio.Future[T], at: Circumstance) -> bool:
        """Stop waiting; whether it had begun. What has not begun never will."""
        if job.cancel():
            return False
        answer.add_done_callback(lambda ended: self._tell(ended, at))
        return True

    def _tell(self, ended: asyncio.Future[T], at: Circumstance) -> None:
        self._changed += at.changes
        error = ended.exception()
        if self.late is not None and at.changes:
            self.late(Late(faults.translate(error, at) if error else None))


def _within(client: Client, at: Circumstance, work: Callable[[Client], T]) -> T:
    with client.within(at.seconds * (_LINGER if at.changes else 1)):
        return work(client)


def _hand_over(job: Future[T], loop: asyncio.AbstractEventLoop, answer: asyncio.Future[T]) -> None:
    """From the thread to the loop; the loop may have ended: then nobody waits any more."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(_deliver, job, answer)


def _deliver(job: Future[T], answer: asyncio.Future[T]) -> None:
    if job.cancelled():
        answer.cancel()
    elif (error := job.exception()) is not None:
        answer.set_exception(error)
    else:
        answer.set_result(job.result())

"""What an exception from below comes down to.

The docker SDK, requests, urllib3, aiohttp and the operating system have exceptions of their own,
wrapped in one another.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator

import requests
import urllib3
from aiohttp import ClientError

NO_RIGHT = frozenset({errno.EACCES, errno.EPERM})
# On a unix socket: the queue of those who wait to be let in is full.
CROWDED = frozenset({errno.EAGAIN})
_NOBODY = frozenset(
    {
        errno.ECONNREFUSED,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.ENOTSOCK,
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
    }
)
_TRANSPORT = (
    OSError,  # requests' exceptions are OSErrors too
    urllib3.exceptions.HTTPError,
    ClientError,
)


class Silent(Exception):
    """No answer came in time."""


def is_silence(error: BaseException) -> bool:
    """Whether the Engine was reached and let the time pass."""
    kinds = (Silent, TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError)
    return any(isinstance(e, kinds) for e in _chain(error))


def is_transport(error: BaseException) -> bool:
    """Whether no whole answer came: then nothing is known of what listens there any more."""
    return isinstance(error, (Silent, *_TRANSPORT))


def gave_up(error: BaseException) -> bool:
    """Whether it waited for a thread while the connection was closed for another request's sake."""
    return any(isinstance(e, urllib3.exceptions.ClosedPoolError) for e in _chain(error))


def errno_of(error: BaseException) -> int | None:
    """Why there was no connection, None where there was one."""
    known = NO_RIGHT | _NOBODY | CROWDED
    return next(
        (e.errno for e in _chain(error) if isinstance(e, OSError) and e.errno in known), None
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception, what it wraps (urllib3 puts it into `args`), and what it came from."""
    waiting: list[BaseException] = [error] if error else []
    seen: set[int] = set()
    while waiting:
        now = waiting.pop(0)
        if id(now) in seen:
            continue
        seen.add(id(now))
        yield now
        inner = (*now.args, getattr(now, "reason", None), now.__cause__, now.__context__)
        waiting += [e for e in inner if isinstance(e, BaseException)]

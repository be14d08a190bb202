"""The one place where what goes wrong on the way to an Engine becomes an error that a person reads.

The docker SDK, requests, urllib3, aiohttp and the operating system have exceptions of their own,
wrapped in one another. What counts is whether the request was sent (then a change may have been
done), and what the reader can do now.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass

import requests
import urllib3
from aiohttp import ClientError
from docker.errors import InvalidVersion

from bot.errors import BotError, Conflict, DockerFault, NotFound
from bot.hosts.answer import Refused, Unexpected
from bot.hosts.pool import Full
from bot.message import Message, Span, Untrusted, msg

_FORBIDDEN, _MISSING, _CONFLICT, _SERVER = 403, 404, 409, 500
# A gateway's answers: what stands behind it may have done the thing.
_GATEWAY = frozenset({502, 504})
_NO_RIGHT = frozenset({errno.EACCES, errno.EPERM})
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
# On a unix socket: the queue of those who wait to be let in is full.
_CROWDED = frozenset({errno.EAGAIN})
_TRANSPORT = (
    OSError,  # requests' exceptions are OSErrors too
    urllib3.exceptions.HTTPError,
    ClientError,
)


class Silent(Exception):
    """No answer came in time."""


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What was going on: on which host, whether it is a change, how long was waited.

    `sent` is false while only the way to the Engine was being made.
    """

    host: str
    changes: bool = False
    seconds: float = 0.0
    sent: bool = True


def is_silence(error: BaseException) -> bool:
    """Whether the Engine was reached and let the time pass."""
    kinds = (Silent, TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError)
    return any(isinstance(e, kinds) for e in _chain(error))


def is_transport(error: BaseException) -> bool:
    """Whether no whole answer came: then nothing is known of what listens there any more."""
    return isinstance(error, (Silent, *_TRANSPORT))


def translate(error: BaseException, at: Circumstance) -> BotError:
    """What the reader is told of an exception from below."""
    if isinstance(error, BotError):
        return error
    if isinstance(error, Refused):
        return _refused(error, at)
    return _answerless(error, at) or _lost(error, at)


def _answerless(error: BaseException, at: Circumstance) -> BotError | None:
    """What has nothing to do with the connection: not asked, or not understood."""
    if isinstance(error, Full):
        return _not_sent(msg("Docker on {host} has too much to do.", host=_host(at)), at)
    if isinstance(error, InvalidVersion):
        return too_old(at.host, "this")
    if isinstance(error, (Unexpected, ValueError, RecursionError)):
        return _sent(msg("Docker on {host} gave an unexpected answer.", host=_host(at)), at)
    return None


def _lost(error: BaseException, at: Circumstance) -> BotError:
    """What went wrong on the way. Anything else is a bug, and raised as it is."""
    if any(isinstance(e, urllib3.exceptions.ClosedPoolError) for e in _chain(error)):
        # It waited for a thread while the connection was given up because of another request.
        return _not_sent(msg("The connection to Docker on {host} was cut.", host=_host(at)), at)
    if (number := _errno(error)) is not None:
        return _unreachable(number, at)
    if is_silence(error):
        text = msg("No answer from Docker on {host} in {time}.", host=_host(at), time=_time(at))
        return _sent(text, at)
    if isinstance(error, _TRANSPORT):
        return _sent(msg("The connection to Docker on {host} was cut.", host=_host(at)), at)
    raise error


def silent(at: Circumstance, wait: float) -> DockerFault:
    """The Engine let the last requests time out, and is left alone for `wait` seconds."""
    return _not_sent(
        msg("Docker on {host} is silent.", host=_host(at)),
        at,
        msg("I ask it again in {time}.", time=Span(wait)),
    )


def too_old(host: str, option: str) -> DockerFault:
    """The Engine would ignore what was asked."""
    return DockerFault(
        msg(
            "Docker on {host} is too old for {what}.", host=Untrusted(host), what=Untrusted(option)
        ),
        msg("Nothing was changed."),
    )


def not_found(host: str, name: str) -> NotFound:
    """A name that no Engine can know; it was not asked."""
    return NotFound(msg("{host} has no {name}.", host=Untrusted(host), name=Untrusted(name[:80])))


# An Engine names things by all 64 digits; people know them by the first 12.
_ID = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")


def _refused(error: Refused, at: Circumstance) -> BotError:
    why = Untrusted(_ID.sub(r"\1", error.why) if error.why else f"HTTP {error.status}")
    if error.status == _MISSING:
        return NotFound(msg("Not found on {host}: {why}", host=_host(at), why=why))
    if error.status == _CONFLICT:
        return Conflict(msg("Docker on {host} refuses: {why}", host=_host(at), why=why))
    if error.status == _FORBIDDEN:
        hint = msg("What stands before its socket does not allow this request.")
        return DockerFault(msg("Docker on {host} refuses: {why}", host=_host(at), why=why), hint)
    if error.status in _GATEWAY:
        return _sent(msg("Docker on {host} failed: {why}", host=_host(at), why=why), at)
    if error.status >= _SERVER:
        return DockerFault(msg("Docker on {host} failed: {why}", host=_host(at), why=why))
    return DockerFault(msg("Docker on {host} refuses: {why}", host=_host(at), why=why))


def _unreachable(number: int, at: Circumstance) -> DockerFault:
    text = msg("Docker on {host} can't be reached.", host=_host(at))
    if number in _NO_RIGHT:
        return _not_sent(text, at, msg("I may not use its socket."))
    if number in _CROWDED:
        return _not_sent(text, at, msg("It has too much to do."))
    return _not_sent(text, at, msg("Nothing listens there. Is Docker running?"))


def _not_sent(text: Message, at: Circumstance, *hints: Message) -> DockerFault:
    unchanged = (msg("Nothing was changed."),) if at.changes else ()
    return DockerFault(text, *hints, *unchanged)


def _sent(text: Message, at: Circumstance) -> DockerFault:
    if not at.sent:
        return _not_sent(text, at)
    hints = (msg("It may have been done all the same."),) if at.changes else ()
    return DockerFault(text, *hints, unknown=at.changes)


def _host(at: Circumstance) -> Untrusted:
    return Untrusted(at.host)


def _time(at: Circumstance) -> Span:
    return Span(at.seconds)


def _errno(error: BaseException) -> int | None:
    """Why there was no connection, None where there was one."""
    known = _NO_RIGHT | _NOBODY | _CROWDED
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

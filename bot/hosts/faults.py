"""The one place where what goes wrong on the way to an Engine becomes an error that a person reads.

What counts is whether the request was sent (then a change may have been done), and what the reader
can do now.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from docker.errors import InvalidVersion

from bot.errors import BotError, Conflict, DockerFault, NotFound
from bot.hosts import causes
from bot.hosts.answer import Refused, Unexpected
from bot.hosts.pool import Full
from bot.message import Code, Message, Span, Untrusted, msg

_MISSING, _CONFLICT, _SERVER, _NOT_IMPLEMENTED = 404, 409, 500, 501
# What proxies before the socket answer to what they do not let through: by its path, by its method.
_BLOCKED = frozenset({403, 405})


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What was going on: on which host, whether it is a change, how long was waited.

    `steps` tells that it is a change of several, of which only the last may have been refused.
    `sent` is false while only the way to the Engine was being made.
    """

    host: str
    changes: bool = False
    seconds: float = 0.0
    steps: bool = False
    sent: bool = True


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
        return _not_sent(msg("Docker on {host} is too old for me.", host=_host(at)), at)
    if isinstance(error, (Unexpected, ValueError, RecursionError)):
        return _sent(msg("Docker on {host} gave an unexpected answer.", host=_host(at)), at)
    return None


def _lost(error: BaseException, at: Circumstance) -> BotError:
    """What went wrong on the way. Anything else is a bug, and raised as it is."""
    if causes.gave_up(error):
        # It waited for a thread while the connection was given up because of another request.
        return _not_sent(msg("The connection to Docker on {host} was cut.", host=_host(at)), at)
    if (number := causes.errno_of(error)) is not None:
        return _unreachable(number, at)
    if causes.is_silence(error):
        text = msg("No answer from Docker on {host} in {time}.", host=_host(at), time=_time(at))
        return _sent(text, at)
    if causes.is_transport(error):
        return _cut(at)
    raise error


def _cut(at: Circumstance) -> DockerFault:
    return _sent(msg("The connection to Docker on {host} was cut.", host=_host(at)), at)


def silent(at: Circumstance, wait: float) -> DockerFault:
    """The Engine let the last requests time out, and is left alone for `wait` seconds."""
    return _not_sent(
        msg("Docker on {host} is silent.", host=_host(at)),
        at,
        msg("Try again in {time}.", time=Span(wait)),
    )


def cut(host: str) -> DockerFault:
    """What went on has ended, and nobody asked it to."""
    return _cut(Circumstance(host))


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
    """What an error status tells.

    moby (`errdefs`, `httpstatus`) gives a class of its own, 4xx or 501, to what it refuses before
    it does anything: a name that is taken, a state that forbids it, a signal that is none. What has
    no class is a 500: a stop that failed after the kill as well as a port that was taken at the
    start. 502 to 504 come from what stands between, or from a containerd that went away. Behind
    each 5xx some of it may have been done.
    """
    if error.status in _BLOCKED and error.foreign:
        why = Untrusted(f"HTTP {error.status}")
        hint = msg("The proxy before its socket does not allow this: see compose.yaml.")
        return _not_sent(msg("Docker on {host} refuses: {why}", host=_host(at), why=why), at, hint)
    why = Untrusted(_ID.sub(r"\1", error.why) if error.why else f"HTTP {error.status}")
    if error.status == _MISSING:
        missing = msg("Not found on {host}: {why}", host=_host(at), why=why)
        return NotFound(missing, *_unchanged(at))
    if error.status >= _SERVER and error.status != _NOT_IMPLEMENTED:
        failed = msg("Docker on {host} failed: {why}", host=_host(at), why=why)
        return _sent(failed, at, part=True)
    refuses = msg("Docker on {host} refuses: {why}", host=_host(at), why=why)
    if at.steps:
        # A restart stops first: its start is then refused where a mount's source has gone (400).
        return _sent(refuses, at, part=True)
    if error.status == _CONFLICT:
        return Conflict(refuses, *_unchanged(at))
    return _not_sent(refuses, at)


def _unreachable(number: int, at: Circumstance) -> DockerFault:
    text = msg("Docker on {host} can't be reached.", host=_host(at))
    if number in causes.NO_RIGHT:
        check = Code("pierhead check")
        return _not_sent(
            text, at, msg("I may not use its socket. {check} says how to mend that.", check=check)
        )
    if number in causes.CROWDED:
        return _not_sent(text, at, msg("It has too much to do."))
    return _not_sent(text, at, msg("Nothing listens there. Is Docker running?"))


def _not_sent(text: Message, at: Circumstance, *hints: Message) -> DockerFault:
    return DockerFault(text, *hints, *_unchanged(at))


def _unchanged(at: Circumstance) -> tuple[Message, ...]:
    return (msg("Nothing was changed."),) if at.changes else ()


def _sent(text: Message, at: Circumstance, *, part: bool = False) -> DockerFault:
    """Of a change it is not known whether it was done; `part`: whether some of it was."""
    if not (at.sent and at.changes):
        return _not_sent(text, at)
    all_the_same = msg("It may have been done all the same.")
    return DockerFault(
        text, msg("It may have been done in part.") if part else all_the_same, unknown=True
    )


def _host(at: Circumstance) -> Untrusted:
    return Untrusted(at.host)


def _time(at: Circumstance) -> Span:
    return Span(at.seconds)

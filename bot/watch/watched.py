"""A container as it was last heard of, by the events and lists of its Engine.

An end is expected if a `kill` or a `stop` came with it, whatever its code; 137 without one is not.
A container is known by its name, so that one that was made anew goes on where the last one was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.hosts.types import Container, Event
from bot.watch.subject import Subject, subject_of

_NANOS = 1e9
_ASKED = 3600.0  # seconds in which an end may follow a signal: the longest grace of a stop
_HINT = 15.0  # the same, of signals that programs take for a word and seldom die of
_HINTS = frozenset({"1", "10", "12", "28", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH"})
_TOGETHER = 10.0  # seconds between an end and the kernel's word that memory was out
_ENDS, _HEARD = 200, 16
TELLING = frozenset({"start", "kill", "oom", "die", "stop", "health_status", "destroy"})
ALIVE = frozenset({"running", "paused"})


@dataclass(frozen=True, slots=True)
class Watched:
    """A container as it was last heard of. Times are seconds since the epoch.

    `code` is that of an end that nobody asked for, `ended` when that was. `asked` is until when an
    end is expected, `ends` when it ended unasked, `oom` when the kernel was out of memory. `heard`
    are the last events: after a kill of the bot they may come again. `started` is when it last did,
    by the Engine's clock.
    """

    name: str
    id: str
    subject: Subject
    running: bool
    created: float = 0.0
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    health: str = ""
    code: int | None = None
    ended: float = 0.0
    asked: float = 0.0
    oom: float | None = None
    ends: tuple[float, ...] = ()
    gone: float | None = None
    heard: tuple[tuple[int, int], ...] = ()
    started: tuple[int, int] | None = None

    @property
    def killed_by_memory(self) -> bool:
        """Whether it is down since memory was out."""
        return (
            self.code is not None
            and self.oom is not None
            and abs(self.ended - self.oom) < _TOGETHER
        )


def after(one: Watched, event: Event) -> Watched:
    """The container after an event of `TELLING`; one that was heard before changes nothing."""
    if event.at in one.heard:
        return one
    now = event.at[0] + event.at[1] / _NANOS
    one = replace(one, heard=(*one.heard, event.at)[-_HEARD:], id=event.id.raw)
    action, _, detail = event.action.raw.partition(": ")
    match action:
        case "start":
            one = replace(one, running=True, code=None, asked=0.0, health="", gone=None)
            one = replace(one, started=event.at)
        case "kill":
            hint = event.attributes.get("signal", "") in _HINTS
            one = replace(one, asked=max(one.asked, now + (_HINT if hint else _ASKED)))
        case "oom":
            one = replace(one, oom=now)
        case "die":
            one = _ended(one, _code(event), now)
        case "stop":
            one = replace(one, code=None, asked=max(one.asked, now))
        case "health_status":
            one = replace(one, health=detail)
        case "destroy":
            one = replace(one, running=False, code=None, gone=now, ends=())
    return one


def listed(one: Watched | None, row: Container, host: str, now: float) -> Watched:
    """The container as a list shows it; what ended while nobody looked has ended now.

    With which code one has ended that nobody asked to, the list knows for sure: an Engine lays the
    labels over what it tells of an event (moby `daemon/events.go`), so `exitCode` may be a label.
    """
    name = row.name.raw
    if one is None or one.id != row.id:
        ends = one.ends if one else ()
        subject = subject_of(host, name, row.labels)
        one = Watched(name, row.id, subject, row.state in ALIVE, ends=ends)
    elif one.running and row.state not in ALIVE:
        one = _ended(one, row.exit_code or 0, now)
    elif row.state in ALIVE:
        one = replace(one, running=True, code=None)
    elif row.exit_code is not None and one.ended > one.asked:
        one = replace(one, code=row.exit_code or None)
    return replace(one, health=row.health or "", gone=None, created=row.created)


def _ended(one: Watched, code: int, now: float) -> Watched:
    one = replace(one, running=False, ended=now, health="")
    if now < one.asked:
        return replace(one, code=None)
    return replace(one, code=code or None, ends=(*one.ends, now)[-_ENDS:])


def _code(event: Event) -> int:
    text = event.attributes.get("exitCode", "")
    return int(text) if text.isdecimal() else 0

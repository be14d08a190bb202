"""What is offered under a container's card: what fits its state, and what its reader may do.

First what is mostly wanted. The rest is a tap away, with what needs words of one's own as lines to
type.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.command.argv import with_option
from bot.command.call import Call, at
from bot.hosts.types import Container
from bot.message import Untrusted, msg
from bot.reply import Button, Excerpt, Fold, Text
from handlers.formatted import refresh
from handlers.offer import may

_MORE = "--more"
_A_ROW = 2


@dataclass(frozen=True, slots=True)
class _Fitting:
    """The verbs that fit a state: those that change something, first and besides; what looks."""

    changes: tuple[str, ...]
    more: tuple[str, ...] = ()
    looks: tuple[str, ...] = ("port", "diff")


_HERE = ("stats", "chart", "top", "port", "diff")
_DOWN = _Fitting(("start", "rm"), looks=("diff",))
_BETWEEN = _Fitting(("restart", "stop"), ("kill",))
_BY_STATE = {
    "running": _Fitting(("restart", "stop"), ("exec", "attach", "pause", "kill"), _HERE),
    "paused": _Fitting(("unpause", "stop", "kill"), looks=_HERE),
    "created": _DOWN,
    "exited": _DOWN,
    "dead": _DOWN,
}
_LABELS = {
    "logs": msg("Logs"),
    "inspect": msg("Details"),
    "stats": msg("Figures"),
    "chart": msg("Chart"),
    "top": msg("Processes"),
    "port": msg("Ports"),
    "diff": msg("Changes"),
    "exec": msg("Shell in {name}"),
    "attach": msg("Attach to {name}"),
    "unpause": msg("Let {name} go on"),
    "start": msg("Start {name}…"),
    "restart": msg("Restart {name}…"),
    "stop": msg("Stop {name}…"),
    "pause": msg("Pause {name}…"),
    "kill": msg("Kill {name}…"),
    "rm": msg("Remove {name}…"),
}
# What its button types before the name, and after it.
_WORDS = {"exec": (("-it",), ("sh",)), "chart": (("cpu",), ())}
# What no button can say.
_TYPED = {
    "exec": "/exec {name} ls -l /",
    "cp": "/cp {name}:/etc/hosts -",
    "export": "/export {name}",
    "commit": "/commit {name} image:tag",
    "rename": "/rename {name} new-name",
    "update": "/update -m 512m {name}",
}

Rows = tuple[tuple[Button, ...], ...]


def deeds(call: Call, row: Container) -> Rows:
    """The buttons: what looks above; below, a row each, what changes something."""
    fitting = _fitting(row)
    looks, changes = (_keys(call, row, verbs) for verbs in (fitting.looks, fitting.changes))
    more = _keys(call, row, fitting.more)
    turn = (_less(call),) if call.params["more"] else (_more(call),) if looks or more else ()
    first = (*_keys(call, row, ("logs", "inspect")), *turn, refresh(call))
    if not call.params["more"]:
        return (first, *((key,) for key in changes))
    pairs = (looks[n : n + _A_ROW] for n in range(0, len(looks), _A_ROW))
    return (first, *pairs, *((key,) for key in (*changes, *more)))


def typed(call: Call, row: Container) -> tuple[Fold, ...]:
    """What is done by typing it, out of the way of what the container is."""
    fits = (verb for verb in _TYPED if verb != "exec" or row.state == "running")
    lines = [_TYPED[v].format(name=row.name.raw) for v in fits if may(call, f"container {v}")]
    if not lines:
        return ()
    shown = Excerpt(Untrusted("\n".join(lines)), tail=False)
    return (Fold((Text(msg("To be typed:")), shown)),)


def _fitting(row: Container) -> _Fitting:
    return _BY_STATE.get(row.state, _BETWEEN)


def _keys(call: Call, row: Container, verbs: Iterable[str]) -> tuple[Button, ...]:
    """A button for each verb that its reader may use."""
    host, keys = call.host.name, []
    for verb in verbs:
        if may(call, f"container {verb}"):
            before, after = _WORDS.get(verb, ((), ()))
            argv = ("container", verb, *before, row.name.raw, *after)
            keys.append(Button(_LABELS[verb].having(name=at(row.name, host)), argv, host=host))
    return tuple(keys)


def _more(call: Call) -> Button:
    argv = with_option(call, _MORE)
    return Button(msg("More…"), argv, inplace=True, host=call.host.name)


def _less(call: Call) -> Button:
    argv = tuple(word for word in call.argv if word != _MORE)
    return Button(msg("Less"), argv, inplace=True, host=call.host.name)

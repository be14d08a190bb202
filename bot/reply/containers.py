"""How a container is shown wherever one is: its state in words, its sign, its place in a list."""

from __future__ import annotations

import re

from bot.hosts.types import Container, Stack
from bot.message import Message, Span, Untrusted, msg

_NUMBER = re.compile(r"([0-9]+)")
_SINCE = {
    "exited": msg("exited {code} · {ago}"),
    "restarting": msg("restarts, exit {code}"),
    "unhealthy": msg("unhealthy · {ago}"),
    "starting": msg("starting · {ago}"),
}
_STILL = {"paused": msg("paused"), "created": msg("never started"), "dead": msg("dead")}


def state_of(container: Container) -> Message | Untrusted:
    """Its state in a few words: "exited 1 · 4 min". Raw where Docker's sentence is unknown."""
    if container.state in _STILL:
        return _STILL[container.state]
    if container.ago is None:
        return container.status
    sentence = _SINCE.get(container.health or container.state, msg("up {ago}"))
    return sentence.having(code=container.exit_code or 0, ago=Span(container.ago))


def up_of(stack: Stack) -> Message:
    """How much of a stack runs: "2 of 3 up"."""
    return msg("{up} of {all} up", up=stack.up, all=len(stack.containers))


def sign_of(container: Container) -> str:
    """One character for its state, never alone: ● runs, ! is unhealthy, x has failed."""
    if not container.needs_you:
        return "●" if container.state == "running" else " "
    return "!" if container.health == "unhealthy" else "x"


def by_name(name: Untrusted) -> tuple[tuple[int, str], ...]:
    """To sort names as people count: web-2 before web-10."""
    words = _NUMBER.split(name.raw.lower())
    return tuple((len(w.lstrip("0")) if n % 2 else 0, w) for n, w in enumerate(words))

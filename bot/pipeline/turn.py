"""A stage: a change waits until it is first in line at each of its targets.

Only so many may wait on one host: where it does not answer, they would take up all the room that
other commands and other hosts need.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from bot.command.call import Call
from bot.command.plan import Item, of_target
from bot.command.turns import Stopped, Turns
from bot.errors import Cancelled, Conflict
from bot.hosts.resolve import target
from bot.hosts.types import Kind, Stack
from bot.message import Untrusted, msg
from bot.pipeline.authorize import decide, refusal
from bot.pipeline.begin import STOPPED
from bot.pipeline.stage import Proceed
from bot.reply import Reply

MOST = 32


class Turn:
    """The stage; a command that changes nothing waits for nobody."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._here: Counter[str] = Counter()

    async def __call__(self, call: Call, proceed: Proceed) -> Reply:
        """Pass on when it is this call's turn, if it still may then: changes may be stopped by now.

        Raises:
            Cancelled: if somebody stops it before.
            Conflict: if too much is waiting on its host already.
            Denied: if it may not any more.
        """
        if call.ticket is None:
            return await proceed(call)
        host = call.ticket.host
        if self._here[host] >= MOST:
            raise Conflict(
                refusal(call),
                msg("Too much is waiting on {host} already.", host=Untrusted(call.host.name)),
                msg("Nothing was changed. Try again later."),
            )
        self._here[host] += 1
        try:
            others = await call.command.reaches(call) if call.command.reaches else ()
            keys = _keys(call) | keys_of(others) or frozenset({"*"})
            async with self._turns.hold(call.ticket, keys, call.running.cancelled):
                return await proceed(replace(call, decision=decide(call)))
        except Stopped as error:
            raise Cancelled(refusal(call), *STOPPED) from error
        finally:
            self._here[host] -= 1


def keys_of(items: Iterable[Item]) -> frozenset[str]:
    """What is waited for to change these: a container also by its name, which may go to another."""
    every = tuple(items)
    names = (f"/{item.name.raw}" for item in every if item.kind is Kind.CONTAINER)
    return frozenset((*(item.id for item in every), *names))


def _keys(call: Call) -> frozenset[str]:
    """What it waits for: its targets, and each container of a stack."""
    parts = (c for thing in call.seen if isinstance(thing, Stack) for c in thing.containers)
    inside = (of_target(target(one, call.host.name)) for one in parts)
    return keys_of((*map(of_target, call.targets), *inside))

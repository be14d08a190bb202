"""Why an Engine refuses what a container's state forbids, in plain words.

The Engine's own sentence is about ids and its insides; the state that it means can be seen.
"""

from __future__ import annotations

from bot.command.call import Call
from bot.command.plan import Item
from bot.errors import BotError, Conflict
from bot.hosts.types import Container
from bot.message import Message, msg
from bot.reply.containers import state_of
from handlers.each import Act

_DOWN = frozenset({"created", "exited", "dead"})
_STATES = {
    "removing": msg("It is being removed already."),
    "paused": msg("It is paused. Let it go on first."),
    "restarting": msg("It is about to be started again. Try later, or stop it."),
}


def explained(call: Call, act: Act) -> Act:
    """The act, with refusals that come of a container's state put in plain words."""

    async def plainly(item: Item) -> bool | Message | None:
        try:
            return await act(item)
        except Conflict as error:
            found = await container_of(call, item)
            why = None if found is None else _why(found)
            if why is None:
                raise
            raise Conflict(why, *error.hints) from error

    return plainly


async def container_of(call: Call, item: Item) -> Container | None:
    """The container as it is now; None if it is gone, or can't be seen."""
    try:
        every = await call.host.inventory.containers()
    except BotError:
        return None
    return next((c for c in every if c.id == item.id), None)


def _why(container: Container) -> Message | None:
    if container.state in _DOWN:
        return msg("It does not run: {state}", state=state_of(container))
    return _STATES.get(container.state)

"""`/stats --live`: the figures as they change, in one message that is edited until it is stopped.

Each round asks once more, for all that run by then: so it costs an Engine nothing between rounds,
and a Stop ends the requests at once.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.command.argv import with_option
from bot.command.call import Call, at
from bot.errors import Cancelled, DockerFault
from bot.message import Message, Span, Untrusted, msg
from bot.reply import Block, Button, Outcome, Reply, Text
from handlers.container.readings import Round, read_once
from handlers.running import shown, stop_button, unless_stopped

_PAUSE = 1.0  # seconds between two rounds; one takes as long as two samples of the Engine's

View = Callable[[Round], tuple[Block, ...]]


class _Live:
    """What was read last."""

    def __init__(self, call: Call, view: View) -> None:
        self.last: Round | None = None
        self._call = call
        self._view = view

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The figures, or that there are none yet."""
        if self.last is None:
            return (Text(msg("{name}: reading the figures", name=_about(self._call))),)
        return self._view(self.last)

    def shown(self) -> Reply:
        """What stands in the message for now."""
        return Reply(self.blocks, buttons=stop_button(msg("Stop the live view")))

    async def rounds(self) -> Message:
        """Read until there is nothing to read any more, or the time is over; why it ended."""
        services = self._call.services
        until = services.clock() + services.follow_for
        while services.clock() < until:
            self.last = await read_once(self._call)
            if self._call.items and not (self.last.readings or self.last.failed):
                return msg("It does not run any more.")
            await services.sleep(_PAUSE)
        return msg("I follow for {time} at most.", time=Span(services.follow_for))


def _about(call: Call) -> Untrusted:
    """The one container that it is about, or the host."""
    host = call.host.name
    return at(call.items[0].name, host) if len(call.items) == 1 else Untrusted(host)


async def live(call: Call, view: View) -> Reply:
    """Show the figures until somebody ends it, or the time is over.

    Raises:
        DockerFault: nothing could be read.
    """
    now, outcome = _Live(call, view), Outcome.FINISHED
    try:
        async with shown(call, now.shown):
            reason = await unless_stopped(call, now.rounds())
    except Cancelled:
        mine = call.running.cancelled_by == call.actor.id
        reason = msg("You ended it.") if mine else msg("It was ended.")
        outcome = Outcome.CANCELLED
    except DockerFault as error:
        if now.last is None:
            raise
        reason, outcome = error.message, Outcome.FAILED
    again = Button(msg("Live"), with_option(call, "--live"), host=call.host.name)
    blocks = now.blocks if now.last else ()
    ended = msg("{name}: no longer live", name=_about(call))
    return Reply((Text(ended), *blocks, Text(reason)), buttons=((again,),), outcome=outcome)

"""What the last start has left of schedules: a run that is over, is unknown, or is due again."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command.build import ALL, Builder
from bot.watch.run import outcome_of, worst
from storage import calls, schedules
from storage.calls import State
from storage.database import Connection
from storage.schedules import Schedule


def settle(connection: Connection, builder: Builder) -> None:
    """What a dead instance ran has ended, or is unknown, or did not begin and is due again."""
    for one in schedules.left(connection, builder.bot):
        name = one.running or ""
        states = calls.states(connection, name)
        if _lacking(one, states, builder):
            schedules.release(connection, name)
        else:
            schedules.ended(connection, name, worst(map(outcome_of, states)).value)


def _lacking(one: Schedule, states: Sequence[State], builder: Builder) -> bool:
    """Whether a part of it has not begun; those that have are not begun again."""
    hosts = (one.host or "").split(",")
    parts = len(builder.visible(one.author) if ALL in hosts else hosts)
    return len(states) < parts or State.REQUESTED in states

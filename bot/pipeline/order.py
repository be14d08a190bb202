"""The order in which policy is applied; nothing else decides it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.command.turns import Turns
from bot.pipeline.alone import alone
from bot.pipeline.audit import Audit
from bot.pipeline.authorize import authorize
from bot.pipeline.begin import Begin
from bot.pipeline.confirm import Confirm, unattended
from bot.pipeline.deadline import Deadline
from bot.pipeline.journal import Journal
from bot.pipeline.limit import Limit
from bot.pipeline.register import register
from bot.pipeline.rehearse import rehearse
from bot.pipeline.resolve import resolve
from bot.pipeline.root import root
from bot.pipeline.stage import Stage
from bot.pipeline.turn import Turn


def stages(
    limit: Limit,
    audit: Audit,
    journal: Journal,
    deadline: Deadline,
    turns: Turns,
    ttl: float,
    clock: Callable[[], float],
) -> Sequence[Stage]:
    """What happens around every command, the first outermost."""
    return (
        limit,
        audit,
        register,
        authorize,
        alone,
        resolve,
        Turn(turns),
        root,
        Confirm(ttl, clock),
        Begin(journal),
        deadline,
    )


def resuming(limit: Limit, audit: Audit, deadline: Deadline) -> Sequence[Stage]:
    """What happens around a command that goes on after a restart: its targets are known."""
    return (limit.again, audit.again, register, authorize, deadline)


# What happens around a command of which only is asked what it would do, with nobody there.
REHEARSING: Sequence[Stage] = (authorize, alone, resolve, root, unattended, rehearse)

"""An error as the answer that a person reads, and as the outcome that the audit keeps."""

from __future__ import annotations

from bot.errors import BotError, Cancelled, Denied, DockerFault, UsageError
from bot.message import Code, msg
from bot.reply import Block, Outcome, Reply, Text


def outcome_of(error: BotError) -> Outcome:
    """How an operation that raised this has ended."""
    match error:
        case Denied():
            return Outcome.DENIED
        case Cancelled():
            return Outcome.CANCELLED
        case DockerFault(unknown=True):
            return Outcome.UNKNOWN
        case _:
            return Outcome.FAILED


def told(error: BotError) -> Reply:
    """What happened, what was not changed, what to do."""
    blocks: list[Block] = [Text(error.message), *(Text(hint) for hint in error.hints)]
    if isinstance(error, UsageError) and error.usage:
        blocks.append(Text(msg("Usage: {usage}", usage=Code(error.usage))))
    return Reply(tuple(blocks), outcome=outcome_of(error))

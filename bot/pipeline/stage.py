"""A stage gets the call and the way on; composed, they are the whole engine of the pipeline."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.command.call import Call
from bot.reply import Reply

Proceed = Callable[[Call], Awaitable[Reply]]
Stage = Callable[[Call, Proceed], Awaitable[Reply]]


def compose(stages: Sequence[Stage]) -> Proceed:
    """The stages in order, the first outermost, around the command's own handler."""
    run: Proceed = handle
    for stage in reversed(stages):
        run = _around(stage, run)
    return run


def _around(stage: Stage, proceed: Proceed) -> Proceed:
    async def run(call: Call) -> Reply:
        return await stage(call, proceed)

    return run


async def handle(call: Call) -> Reply:
    """The innermost: the handler, with its values."""
    return await call.command.handler(call, **call.params)

"""Several targets: all are tried, each is reported."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.command.call import Call, at
from bot.command.plan import Item
from bot.errors import BotError, Cancelled, DockerFault
from bot.message import Message, Untrusted, msg
from bot.pipeline.authorize import refusal
from bot.reply import Block, Fold, Outcome, Reply, Text

_AT_ONCE = 4
_SHOWN = 8

Act = Callable[[Item], Awaitable[bool | Message | None]]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one target: the sentence, or the error."""

    item: Item
    told: Message | None
    error: BotError | None = None


async def each(call: Call, act: Act, *, done: Message, already: Message | None = None) -> Reply:
    """Do `act` to every item that was agreed to, a few at once; never stop at the first error.

    `done` tells it, with the item's `{name}`, unless `act` returns a sentence of its own; where it
    returns False nothing had to be done, and `already` tells that. What has not begun when somebody
    cancels is not done, and told so.
    """
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(item: Item) -> Result:
        async with gate:
            if call.running.cancelled.is_set():
                return Result(item, None, Cancelled(msg("not done: it was stopped before")))
            try:
                changed = await act(item)
            except BotError as error:
                return Result(item, None, error)
        sentence = already if changed is False and already is not None else done
        if isinstance(changed, Message):
            sentence = changed
        return Result(item, sentence.having(name=at(item.name, call.host.name)))

    return _report(call, await asyncio.gather(*(one(item) for item in call.items)))


def _report(call: Call, results: list[Result]) -> Reply:
    failed = [r for r in results if r.error is not None]
    if len(results) == 1 and failed and failed[0].error is not None:
        raise verdict_on(call, failed[0].error)
    blocks: list[Block] = [_verdict(call, results)] if len(results) > 1 else []
    host = call.host_name or ""
    blocks += [_failure(result, host) for result in sorted(failed, key=_unknown, reverse=True)]
    told = tuple(Text(r.told) for r in results if r.told is not None)
    blocks += [Fold(told)] if len(told) > _SHOWN else told
    if any(map(_unknown, results)):
        blocks.append(Text(msg("I don't repeat it. Look before you do.")))
    return Reply(tuple(blocks), outcome=_outcome(results))


def verdict_on(call: Call, error: BotError) -> BotError:
    """The error of the one thing that was to be done, under what came of it."""
    return error.under(msg("? {what}", what=call.label) if _open(error) else refusal(call))


def _unknown(result: Result) -> bool:
    return _open(result.error)


def _open(error: BotError | None) -> bool:
    """Whether it may have been done all the same."""
    return isinstance(error, DockerFault) and error.unknown


def _verdict(call: Call, results: list[Result]) -> Text:
    """How many were done, and of how many it is not known."""
    done = sum(r.error is None for r in results)
    unknown = sum(map(_unknown, results))
    sentence = (
        msg("{host}: {done} of {all} done, {unknown} unknown", unknown=unknown)
        if unknown
        else msg("{host}: {done} of {all} done")
    )
    return Text(sentence.having(host=Untrusted(call.host.name), done=done, all=len(results)))


def _failure(result: Result, host: str) -> Text:
    error = result.error or BotError(msg("unknown"))
    name = at(result.item.name, host)
    sentence = msg("? {name}: {why}") if _unknown(result) else msg("x {name}: {why}")
    return Text(sentence.having(name=name, why=error.message))


def _outcome(results: list[Result]) -> Outcome:
    failed = sum(r.error is not None for r in results)
    if not failed:
        return Outcome.FINISHED
    if any(map(_unknown, results)):
        return Outcome.UNKNOWN
    return Outcome.FAILED if failed == len(results) else Outcome.PARTIAL

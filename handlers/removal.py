"""The second half of all prunes: what was agreed to is removed, by id, and each refusal reported.

A thing that has come into use meanwhile is refused by the Engine; nothing is forced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.command.call import Call
from bot.command.plan import Item
from bot.errors import BotError, Conflict, DockerFault, NotFound
from bot.hosts import Host
from bot.hosts.types import Kind
from bot.message import Message, Size, Untrusted, msg, plural
from bot.reply import Block, Fold, Outcome, Reply, Text


@dataclass(frozen=True, slots=True)
class _Removal:
    """What became of the items; `unknown` may have been removed, `left` were not tried."""

    done: tuple[Item, ...] = ()
    refused: tuple[tuple[Item, BotError], ...] = ()
    unknown: tuple[tuple[Item, BotError], ...] = ()
    left: tuple[Item, ...] = ()


async def remove(call: Call) -> Reply:
    """Remove the items that were agreed to, one after the other, until somebody cancels."""
    found = await _pass(call, call.items)
    conflicts = tuple(item for item, error in found.refused if isinstance(error, Conflict))
    if found.done and conflicts and not (found.unknown or found.left):
        # An image may have been held by another that has gone since.
        others = tuple(pair for pair in found.refused if not isinstance(pair[1], Conflict))
        again = await _pass(call, conflicts)
        found = replace(again, done=(*found.done, *again.done), refused=(*others, *again.refused))
    return _report(call, found)


async def _pass(call: Call, items: Sequence[Item]) -> _Removal:
    """Try each; from an Engine that gives no answer any more nothing else is asked."""
    done: list[Item] = []
    refused: list[tuple[Item, BotError]] = []
    for at, item in enumerate(items):
        if call.running.cancelled.is_set():
            return _Removal(tuple(done), tuple(refused), left=tuple(items[at:]))
        try:
            await _remove(call, item)
        except NotFound:
            done.append(item)  # gone with what was removed before it, or by somebody else's hand
        except DockerFault as error:
            if error.unknown:
                unknown = ((item, error),)
                return _Removal(tuple(done), tuple(refused), unknown, tuple(items[at + 1 :]))
            refused.append((item, error))
        except BotError as error:
            refused.append((item, error))
        else:
            done.append(item)
    return _Removal(tuple(done), tuple(refused))


async def _remove(call: Call, item: Item) -> None:
    host = call.host
    match item.kind:
        case Kind.CONTAINER:
            await host.containers.remove(item.id)
        case Kind.NETWORK:
            await host.networks.remove(item.id)
        case Kind.VOLUME:
            await host.volumes.remove(item.id)
        case Kind.IMAGE:
            await _remove_image(host, item)
        case Kind.BUILD_CACHE:
            unused_for = max(0.0, call.services.clock() - item.at)
            await host.system.prune_builds(all=item.id == "all", unused_for=unused_for)


async def _remove_image(host: Host, item: Item) -> None:
    """By id; one with several tags goes tag by tag, each if it still is this image's."""
    tags = item.state.split()
    if len(tags) < 2:  # noqa: PLR2004 - several
        await host.images.remove(item.id)
        return
    for tag in tags:
        if await host.images.id_of(tag) == item.id:
            await host.images.remove(tag)


def _report(call: Call, found: _Removal) -> Reply:
    blocks: list[Block] = [Text(_verdict(call, found.done))]
    for item, error in found.unknown:
        blocks.append(Text(msg("? {name}: {why}", name=item.name, why=error.message)))
        blocks += [Text(hint) for hint in error.hints]
    if found.refused:
        count = len(found.refused)
        blocks.append(Text(plural("Not removed: {count}", "Not removed: {count}", count)))
        why = (msg("x {name}: {why}", name=i.name, why=e.message) for i, e in found.refused)
        blocks.append(Fold(tuple(map(Text, why))))
    if found.left:
        count = len(found.left)
        blocks.append(Text(plural("Not tried: {count}", "Not tried: {count}", count)))
    return Reply(tuple(blocks), outcome=_outcome(found))


def _verdict(call: Call, done: Sequence[Item]) -> Message:
    host, count, size = Untrusted(call.host.name), len(done), sum(i.size for i in done)
    if not done:
        return msg("{host}: nothing removed", host=host)
    if not size:
        return plural(
            "{host}: removed {count} thing", "{host}: removed {count} things", count, host=host
        )
    return plural(
        "{host}: removed {count} thing, up to {size}",
        "{host}: removed {count} things, up to {size}",
        count,
        host=host,
        size=Size(size),
    )


def _outcome(found: _Removal) -> Outcome:
    if found.unknown:
        return Outcome.UNKNOWN
    if not found.refused and not found.left:
        return Outcome.FINISHED
    return Outcome.PARTIAL if found.done else Outcome.FAILED

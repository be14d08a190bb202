"""The second half of all prunes: what was agreed to is removed, by id, and each refusal reported.

A thing that has come into use meanwhile is refused by the Engine; nothing is forced.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.command.call import Call
from bot.command.plan import Item
from bot.errors import BotError, Conflict, NotFound
from bot.hosts import Host
from bot.hosts.types import Kind
from bot.message import Size, Untrusted, msg, plural
from bot.reply import Block, Fold, Outcome, Reply, Text

Refused = list[tuple[Item, BotError]]


async def remove(call: Call) -> Reply:
    """Remove the items that were agreed to, one after the other, until somebody cancels."""
    done, refused = await _pass(call, call.items)
    conflicts = [item for item, error in refused if isinstance(error, Conflict)]
    if done and conflicts:  # an image may have been held by another that has gone since
        others = [(item, e) for item, e in refused if not isinstance(e, Conflict)]
        more, still = await _pass(call, conflicts)
        done, refused = [*done, *more], [*others, *still]
    return _report(call, done, refused)


async def _pass(call: Call, items: Sequence[Item]) -> tuple[list[Item], Refused]:
    done: list[Item] = []
    refused: Refused = []
    for item in items:
        if _stopped(call):
            break
        try:
            await _remove(call.host, item)
        except NotFound:
            done.append(item)  # gone with what was removed before it, or by somebody else's hand
        except BotError as error:
            refused.append((item, error))
        else:
            done.append(item)
    return done, refused


async def _remove(host: Host, item: Item) -> None:
    match item.kind:
        case Kind.CONTAINER:
            await host.containers.remove(item.id)
        case Kind.NETWORK:
            await host.networks.remove(item.id)
        case Kind.VOLUME:
            await host.volumes.remove(item.id)
        case Kind.IMAGE:
            await _remove_image(host, item)


async def _remove_image(host: Host, item: Item) -> None:
    """By id; one with several tags goes tag by tag, each if it still is this image's."""
    tags = item.state.split()
    if len(tags) < 2:  # noqa: PLR2004 - several
        await host.images.remove(item.id)
        return
    for tag in tags:
        if await host.images.id_of(tag) == item.id:
            await host.images.remove(tag)


def _stopped(call: Call) -> bool:
    return call.running.cancelled.is_set()


def _report(call: Call, done: Sequence[Item], refused: Refused) -> Reply:
    host, count, size = Untrusted(call.host.name), len(done), sum(i.size for i in done)
    verdict = (
        plural(
            "{host}: removed {count} thing, at most {size}",
            "{host}: removed {count} things, at most {size}",
            count,
            host=host,
            size=Size(size),
        )
        if size
        else plural(
            "{host}: removed {count} thing", "{host}: removed {count} things", count, host=host
        )
    )
    blocks: list[Block] = [Text(verdict)]
    if refused:
        blocks.append(Text(plural("{count} was refused:", "{count} were refused:", len(refused))))
        why = (msg("x {name}: {why}", name=i.name, why=e.message) for i, e in refused)
        blocks.append(Fold(tuple(map(Text, why))))
    if _stopped(call):
        blocks.append(Text(msg("It was stopped before the rest.")))
    return Reply(tuple(blocks), outcome=_outcome(call, done, refused))


def _outcome(call: Call, done: Sequence[Item], refused: Refused) -> Outcome:
    if not refused and not _stopped(call):
        return Outcome.FINISHED
    return Outcome.PARTIAL if done else Outcome.FAILED

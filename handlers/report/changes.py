"""What changed: who did what, and whose image is newer in its registry."""

from __future__ import annotations

from collections.abc import Mapping

from bot.command.call import Call
from bot.errors import BotError
from bot.hosts.newer import newer
from bot.message import Message, Names, msg, plural
from handlers.audit.entry import line as audited
from handlers.offer import may
from handlers.report.facts import Facts
from storage import audit

_FEW, _ENTRIES = 5, 200
_ENDED = frozenset({"finished", "partial", "failed", "unknown"})


async def renewed(call: Call, found: Facts) -> list[Message]:
    """Whose image is newer in its registry; nothing is pulled."""
    if not found.containers or not may(call, "container outdated"):
        return []
    try:
        looked = await newer(call.host, found.containers, call.services.registries)
    except BotError as error:
        return [msg("Whether there are newer images, I can't know: {why}", why=error.message)]
    said = list[Message]()
    if new := tuple(one.container.name for one in looked if one.outdated):
        said.append(msg("Newer images: {names}", names=Names(new[:_FEW])))
    if failed := sum(one.error is not None for one in looked):
        said.append(
            plural(
                "{count} image could not be asked for",
                "{count} images could not be asked for",
                failed,
            )
        )
    return said


async def done(call: Call, found: Facts) -> list[Message]:
    """Who changed what, the newest first; to a group as the audit itself is shown."""
    chat, policy = call.request.chat, call.services.policy
    shown = chat.private or policy.may_show(chat.id, call.host.name)
    if not (shown and may(call, "audit")):
        return []
    here, name = found.here, call.host.name
    entries = await call.services.database.read(
        lambda c: audit.search(
            c, since=here.since, until=here.until, hosts=frozenset({name}), limit=_ENTRIES
        )
    )
    ended = [one for one in entries if _changed(call, one.event)]
    return [audited(call, one) for one in ended[:_FEW]]


def _changed(call: Call, event: Mapping[str, object]) -> bool:
    """Whether it may have changed the host."""
    command = call.services.registry.get(str(event.get("command")))
    ended, here = event.get("outcome") in _ENDED, event.get("host") == call.host.name
    return ended and here and command is not None and command.changes

"""Which drivers an Engine has: asked for when it does not know the one that was named."""

from __future__ import annotations

from bot.errors import BotError, NotFound
from bot.hosts.answer import mapping, strings
from bot.hosts.link import Link
from bot.message import Names, Untrusted, msg

_SHOWN = 8


async def explained(link: Link, kind: str, driver: str, error: NotFound) -> BotError:
    """The error, or that there is no such driver; `kind` is "Volume" or "Network"."""
    try:
        known = await link.run(
            lambda client: strings(mapping(mapping(client.info()).get("Plugins")), kind)
        )
    except BotError:
        return error
    if driver in known:
        return error
    return NotFound(
        msg("{host} has no driver {driver}.", host=Untrusted(link.name), driver=Untrusted(driver)),
        msg("It has {drivers}.", drivers=Names(tuple(map(Untrusted, known[:_SHOWN])))),
        msg("Nothing was changed."),
    )

"""What fires now, as it is stored."""

from __future__ import annotations

from bot.command.call import Call
from bot.watch import stored
from bot.watch.alert import Alert
from storage import alerts


async def firing(call: Call) -> list[Alert]:
    """All alerts that fire, whoever may see them."""
    bot = call.services.bot
    bodies = await call.services.database.read(lambda c: alerts.load(c, bot, alerts.Kind.ALERT))
    return [one for one in (stored.load(Alert, body) for body in bodies.values()) if one.firing]

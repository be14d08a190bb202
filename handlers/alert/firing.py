"""What fires now, as it is stored."""

from __future__ import annotations

from bot.command.call import Call
from bot.watch import stored
from bot.watch.alert import Alert
from storage import alerts
from storage.database import Connection


async def firing(call: Call) -> list[Alert]:
    """All alerts that fire, whoever may see them."""
    bot = call.services.bot

    def read(connection: Connection) -> list[Alert]:
        # Thousands of them take a while to read: here that holds up nobody.
        bodies = alerts.load(connection, bot, alerts.Kind.ALERT).values()
        return [one for one in (stored.load(Alert, body) for body in bodies) if one.firing]

    return await call.services.database.read(read)

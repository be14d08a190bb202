"""Whether a button is worth showing: what the reader may not do, or what is off, is not offered."""

from __future__ import annotations

from bot.command.call import Call


def may(call: Call, name: str) -> bool:
    """Whether the command of this full name exists, and its reader may run it on this host."""
    found = call.services.registry.get(name)
    return found is not None and call.services.may(call.actor.id, found, call.host_name)

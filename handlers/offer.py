"""Whether a button is worth showing: what the reader may not do, or what is off, is not offered."""

from __future__ import annotations

from bot.command.call import Call


def may(call: Call, name: str) -> bool:
    """Whether the command of this full name exists, and its reader may run it on this host."""
    found = call.services.registry.get(name)
    if found is None:
        return False
    decision = call.services.policy.decide(
        call.actor.id, found.permission, call.host_name, changes=found.changes
    )
    return decision.allowed

"""What the audit keeps of a step of an operation that is known from its row alone."""

from __future__ import annotations

import json

from bot.command.plan import load
from storage import calls
from storage.calls import State


def event_of(stored: calls.Call, state: State, at: float) -> dict[str, object]:
    """What the audit keeps of a step of an operation that is known from its row alone."""
    context = json.loads(stored.context)
    return {
        "at": round(at, 3),
        "call": stored.id,
        "actor": stored.actor,
        "name": context.get("name", "?"),
        "chat": stored.chat,
        "command": stored.command,
        "host": stored.host,
        "targets": [{"name": i.name.raw, "id": i.id} for i in load(stored.targets)],
        "outcome": state.value,
    }

"""An operation as its row, and as what the audit keeps of each step; and back to a request.

What it takes to build it anew beside the row's own columns (`context`) is known here alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.command.call import Actor, Call, Chat, Origin, Request
from bot.command.files import Attachment
from bot.command.plan import Item
from bot.message import Untrusted
from bot.reply.redact import MASK, Redactor
from storage import calls
from storage.calls import State

_VARIABLES = frozenset({"-e", "--env", "--build-arg"})
_VARIABLE = re.compile(r"([A-Za-z_][\w.]*)=.*", re.ASCII | re.DOTALL)
_JOINED = re.compile(
    r"((?:--env=|--build-arg=|-[a-zA-Z]*e)[A-Za-z_][\w.]*)=.*", re.ASCII | re.DOTALL
)


def row_of(call: Call, bot: int, instance: str, now: float) -> calls.Call:
    """The row of a call that is requested now."""
    request = call.request
    context = {
        "name": call.actor.name.raw,
        "language": call.actor.language,
        "private": request.chat.private,
        "message": request.message,
        "sent_at": request.sent_at,
        "origin": request.origin.value,
        "shares": call.shares,
        "reply_to": request.reply_to,
        "attachment": _kept(request.attachment),
    }
    return calls.Call(
        id=call.id,
        bot=bot,
        instance=instance,
        command=call.command.name,
        argv=call.argv,
        actor=call.actor.id,
        chat=request.chat.id,
        created_at=now,
        update_id=request.update,
        thread=request.chat.thread,
        host=call.host_name,
        slot=call.slot,
        context=json.dumps(context),
    )


def request_of(row: calls.Call) -> Request:
    """The request of a stored operation, as far as it is needed to answer."""
    context = _context(row)
    return Request(
        update=row.update_id or 0,
        actor=Actor(row.actor, Untrusted(context["name"]), context["language"]),
        chat=Chat(row.chat, context["private"], row.thread),
        text="",
        sent_at=context["sent_at"],
        message=context["message"],
        origin=origin_of(row),
        reply_to=context.get("reply_to"),
        attachment=attachment_of(row),
    )


def origin_of(row: calls.Call) -> Origin:
    """How the request came about."""
    return Origin(_context(row)["origin"])


def attachment_of(row: calls.Call) -> Attachment | None:
    """The document that came with it."""
    found = _context(row).get("attachment")
    return Attachment(found[0], Untrusted(found[1]), found[2]) if found else None


def shares(row: calls.Call) -> bool:
    """Whether its update is done only with others."""
    return bool(_context(row)["shares"])


def event_of(
    row: calls.Call,
    items: Iterable[Item],
    state: State,
    at: float,
    redactor: Redactor,
    detail: str | None = None,
) -> dict[str, object]:
    """What the audit keeps of a step; what was typed, and what it is about, is redacted."""
    context = _context(row)
    event: dict[str, object] = {
        "at": round(at, 3),
        "call": row.id,
        "actor": row.actor,
        "name": context["name"],
        "chat": row.chat,
        "origin": context["origin"],
        "command": row.command,
        "argv": redactor.json(list(_without_values(row.argv))),
        "host": row.host,
        "targets": [{"name": redactor.text(i.name.raw), "id": i.id} for i in items],
        "outcome": state.value,
    }
    return event | ({"detail": detail} if detail else {})


def _without_values(argv: Iterable[str]) -> Iterator[str]:
    """The words without the values of variables: which of them are secret, nobody can tell."""
    expected = False
    for word in argv:
        found = _VARIABLE.fullmatch(word) if expected else _JOINED.fullmatch(word)
        yield f"{found[1]}={MASK}" if found else word
        expected = word in _VARIABLES


def _kept(attachment: Attachment | None) -> tuple[str, str, int | None] | None:
    return (attachment.id, attachment.name.raw, attachment.size) if attachment else None


def _context(row: calls.Call) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row.context)
    return found

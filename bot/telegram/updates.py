"""From an update as Telegram sends it to what it asks for; nothing of it is believed unparsed.

An edited message never runs: only new messages and taps are asked for, and only they are parsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from bot.command.call import Actor, Chat, Origin, Request
from bot.message import Untrusted

ALLOWED = ("message", "callback_query", "my_chat_member")
_NAME = 64


@dataclass(frozen=True, slots=True)
class Tap:
    """A button was tapped. A tap carries no time: `request.sent_at` is when it came in."""

    query: str
    data: str
    request: Request


@dataclass(frozen=True, slots=True)
class Joined:
    """The bot was put into a group."""

    update: int
    chat: int


def parse(update: Mapping[str, Any], received_at: float) -> Request | Tap | Joined | None:
    """What an update asks for; None for what is none of the bot's business."""
    number = update.get("update_id")
    if not isinstance(number, int):
        return None
    match update:
        case {"message": {} as message}:
            return _message(number, message, received_at)
        case {"callback_query": {"id": str(query), "data": str(data), "message": {} as under} as q}:
            request = _request(number, under, q.get("from"), received_at, data)
            return Tap(query, data, request) if request else None
        case {"my_chat_member": {"chat": {"id": int(chat), "type": str(kind)}}}:
            return Joined(number, chat) if kind != "private" else None
        case _:
            return None


def _message(number: int, message: Mapping[str, Any], received_at: float) -> Request | None:
    text = message.get("text")
    sent = message.get("date")
    if not isinstance(text, str) or "sender_chat" in message or "forward_origin" in message:
        return None
    at = float(sent) if isinstance(sent, int) else received_at
    return _request(number, message, message.get("from"), at, text)


def _request(
    number: int, message: Mapping[str, Any], sender: object, at: float, text: str
) -> Request | None:
    match sender, message.get("chat"):
        case {"id": int(person)} as who, {"id": int(chat), "type": str(kind)}:
            thread = message.get("message_thread_id") if message.get("is_topic_message") else None
            who = cast("Mapping[str, Any]", who)
            under = message.get("message_id")
            return Request(
                update=number,
                actor=Actor(person, Untrusted(_name(who)), _language(who)),
                chat=Chat(chat, kind == "private", thread if isinstance(thread, int) else None),
                text=text,
                sent_at=at,
                message=under if isinstance(under, int) else None,
                origin=Origin.TYPED,
            )
        case _:
            return None


def _name(sender: Mapping[str, Any]) -> str:
    return str(sender.get("first_name") or "?")[:_NAME]


def _language(sender: Mapping[str, Any]) -> str | None:
    code = sender.get("language_code")
    return code[:8] if isinstance(code, str) else None

"""From an update as Telegram sends it to what it asks for; nothing of it is believed unparsed.

An edited message never runs: only new messages and taps are asked for, and only they are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.command.call import Actor, Chat, Origin, Request
from bot.command.files import Attachment
from bot.message import Untrusted

ALLOWED = ("message", "callback_query", "my_chat_member")
_NAME, _FILE_NAME = 64, 256
_BITS = 53  # more than any number of Telegram's has, and what the database and a float can hold
_INSIDE = frozenset({"member", "administrator", "restricted"})
# Words that the sender has not written: another bot's, a channel's, somebody else's.
_FOREIGN = frozenset({"via_bot", "sender_chat", "forward_origin"})


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


@dataclass(frozen=True, slots=True)
class Moved:
    """A group became a supergroup, with a new id."""

    chat: int
    to: int


def parse(update: Mapping[str, Any], received_at: float) -> Request | Tap | Joined | Moved | None:
    """What an update asks for; None for what is none of the bot's business. Raises nothing."""
    number = _number(update.get("update_id"))
    if number is None:
        return None
    match update:
        case {"message": {} as message}:
            return _message(number, message, received_at)
        case {"callback_query": {"id": str(query), "data": str(data), "message": {} as under} as q}:
            request = _request(number, under, q.get("from"), received_at, data)
            return Tap(_clean(query), request.text, request) if request else None
        case {"my_chat_member": {"chat": {} as chat, "new_chat_member": {"status": str(status)}}}:
            return _joined(number, chat, status)
        case _:
            return None


def _message(number: int, message: Mapping[str, Any], received_at: float) -> Request | Moved | None:
    chat, to = _mapping(message.get("chat")), _number(message.get("migrate_to_chat_id"))
    if to is not None:
        old = _number(chat.get("id"))
        return None if old is None else Moved(old, to)
    text = message.get("text", message.get("caption"))
    attached = _document(message)
    if text is None and (attached is not None or _is_picture(message)):
        text = ""  # without a word
    sent = _number(message.get("date"))
    if not isinstance(text, str) or _FOREIGN & message.keys():
        return None
    at = received_at if sent is None else float(sent)
    request = _request(number, message, message.get("from"), at, text)
    if request is None:
        return None
    before = _mapping(message.get("reply_to_message"))
    return replace(
        request,
        reply_to=_number(before.get("message_id")),
        attachment=attached or _document(before),
        picture=_is_picture(message) or _is_picture(before),
    )


def _is_picture(message: Mapping[str, Any]) -> bool:
    """Whether it has a photo: that is no file any more, but several smaller copies of one."""
    return isinstance(message.get("photo"), list) and bool(message["photo"])


def _document(message: Mapping[str, Any]) -> Attachment | None:
    """The document of a message; a name is made up where the sender's app has told none."""
    document = _mapping(message.get("document"))
    file, name = document.get("file_id"), document.get("file_name")
    if not isinstance(file, str) or not re.fullmatch(r"[\w-]{1,512}", file, re.ASCII):
        return None
    known = _clean(name)[:_FILE_NAME] if isinstance(name, str) and name else "file"
    return Attachment(file, Untrusted(known), _number(document.get("file_size")))


def _joined(number: int, chat: Mapping[str, Any], status: str) -> Joined | None:
    """None for a private chat, and for a group that the bot has left."""
    group = _number(chat.get("id"))
    if group is None or chat.get("type") == "private" or status not in _INSIDE:
        return None
    return Joined(number, group)


def _request(
    number: int, message: Mapping[str, Any], sender: object, at: float, text: str
) -> Request | None:
    who, where = _mapping(sender), _mapping(message.get("chat"))
    person, chat, kind = _number(who.get("id")), _number(where.get("id")), where.get("type")
    if person is None or person < 1 or chat is None or not isinstance(kind, str):
        return None
    topic = message.get("message_thread_id") if message.get("is_topic_message") else None
    return Request(
        update=number,
        actor=Actor(person, Untrusted(_name(who)), _language(who)),
        chat=Chat(chat, kind == "private", _number(topic)),
        text=_clean(text),
        sent_at=at,
        message=_number(message.get("message_id")),
        origin=Origin.TYPED,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> int | None:
    """A whole number that can be kept; JSON's true is none."""
    if not isinstance(value, int) or isinstance(value, bool) or value.bit_length() > _BITS:
        return None
    return value


def _clean(text: str) -> str:
    """Without halves of characters, which no database takes and no message can carry."""
    return text.encode(errors="replace").decode()


def _name(sender: Mapping[str, Any]) -> str:
    name = sender.get("first_name")
    return _clean(name)[:_NAME] if isinstance(name, str) and name else "?"


def _language(sender: Mapping[str, Any]) -> str | None:
    code = sender.get("language_code")
    return _clean(code)[:8] if isinstance(code, str) else None

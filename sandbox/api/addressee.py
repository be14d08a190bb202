"""Where a message goes: the chat, the topic, and the message that it answers."""

from dataclasses import dataclass
from typing import Any

from sandbox.api.params import Params
from sandbox.errors import bad_request
from sandbox.state.chats import Chat
from sandbox.state.world import World


@dataclass(frozen=True, slots=True)
class Reply:
    """The message to be answered, 0 for none."""

    message_id: int = 0
    lenient: bool = False


def find_chat(world: World, params: Params) -> Chat:
    """The chat that the call names.

    Raises:
        ApiError: 400, where it names none or an unknown one; 403 where the bot is shut out.
    """
    if not params.text("chat_id"):
        raise bad_request("chat_id is empty")
    chat = world.chat(params.integer("chat_id"))
    chat.refuse_reading()
    return chat


def read_reply(params: Params) -> Reply:
    """What the call says about the message that it answers.

    Raises:
        ApiError: 400, where the parameter is no JSON object.
    """
    given: Any = params.json("reply_parameters", "Can't parse reply parameters JSON object")
    if given is None:
        return Reply(
            params.integer("reply_to_message_id"), params.flag("allow_sending_without_reply")
        )
    if not isinstance(given, dict):
        raise bad_request("Object expected as reply parameters")
    values = {key: str(value) for key, value in given.items()}
    parsed = Params(values)
    return Reply(parsed.integer("message_id"), parsed.flag("allow_sending_without_reply"))


def destination(world: World, params: Params, reply: Reply) -> tuple[Chat, int | None, int | None]:
    """Chat, topic and answered message, each checked in the order of the service."""
    chat = find_chat(world, params)
    chat.refuse_writing()
    thread_id = params.integer("message_thread_id") or None
    chat.refuse_topic(thread_id)
    if not reply.message_id:
        return chat, thread_id, None
    if reply.message_id in chat.messages:
        return chat, thread_id, reply.message_id
    if not reply.lenient:
        raise bad_request("message to be replied not found")
    return chat, thread_id, None

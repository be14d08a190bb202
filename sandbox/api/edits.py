"""Changing and deleting what was sent."""

import json
from dataclasses import replace
from typing import Any

from sandbox.api.addressee import find_chat
from sandbox.api.content import final_caption, final_text, read_caption, read_text
from sandbox.api.files import take_file
from sandbox.api.keyboard import read_keyboard, refuse_content
from sandbox.api.media import read_item
from sandbox.api.params import Params
from sandbox.errors import bad_request
from sandbox.state.messages import Message
from sandbox.state.wire import message_json
from sandbox.state.world import World
from sandbox.text.formatted import Formatted

MOST_DELETED = 100


def _target(world: World, params: Params) -> Message:
    if not params.text("chat_id") and not params.text("message_id"):
        raise bad_request("Message identifier is not specified")
    chat = find_chat(world, params)
    return world.own_message(chat, params.integer("message_id"))


def edit_text(world: World, params: Params) -> object:
    """EditMessageText."""
    text = read_text(params)
    keyboard = read_keyboard(params)
    message = _target(world, params)
    if message.file is not None:
        raise bad_request("there is no text in the message to edit")
    content = final_text(text, "MESSAGE_TOO_LONG")
    refuse_content(keyboard)
    return message_json(world, world.change(message, content, keyboard))


def edit_caption(world: World, params: Params) -> object:
    """EditMessageCaption."""
    caption = read_caption(params)
    keyboard = read_keyboard(params)
    message = _target(world, params)
    if message.file is None:
        raise bad_request("there is no caption in the message to edit")
    content = final_caption(caption)
    refuse_content(keyboard)
    return message_json(world, world.change(message, content, keyboard))


def edit_media(world: World, params: Params) -> object:
    """editMessageMedia, with a document or a photo."""
    item: Any = params.json("media", "Can't parse input media JSON object")
    if item is None:
        raise bad_request("Input media is not specified")
    kind, values = read_item(item)
    call = Params({**params.values, **values}, params.files)
    caption = read_caption(call)
    keyboard = read_keyboard(params)
    file = take_file(world, call, kind)
    message = _target(world, params)
    content: Formatted = final_caption(caption)
    refuse_content(keyboard)
    return message_json(world, world.change(message, content, keyboard, file))


def edit_reply_markup(world: World, params: Params) -> object:
    """EditMessageReplyMarkup."""
    keyboard = read_keyboard(params)
    message = _target(world, params)
    refuse_content(keyboard)
    return message_json(world, world.change(message, message.content, keyboard))


def delete_message(world: World, params: Params) -> object:
    """DeleteMessage."""
    chat = find_chat(world, params)
    world.delete(chat, params.integer("message_id"))
    return True


def delete_messages(world: World, params: Params) -> object:
    """deleteMessages; what does not exist is skipped."""
    numbers: Any = params.json("message_ids", "Can't parse message identifiers JSON object")
    if not isinstance(numbers, list) or not numbers:
        raise bad_request("Message identifiers are not specified")
    if len(numbers) > MOST_DELETED:
        raise bad_request("Too many message identifiers specified")
    chat = find_chat(world, params)
    for number in numbers:
        if isinstance(number, int) and number in chat.messages:
            world.delete(chat, number)
    return True


def set_reaction(world: World, params: Params) -> object:
    """setMessageReaction, with emoji only."""
    given: Any = params.json("reaction", "Can't parse reaction types JSON object")
    if given is not None and not isinstance(given, list):
        raise bad_request("Expected an Array of ReactionType")
    items = given or []
    if not all(isinstance(item, dict) and item.get("type") == "emoji" for item in items):
        raise bad_request("Can't parse ReactionType: invalid reaction type specified")
    chat = find_chat(world, params)
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to react not found")
    world.put(replace(message, reactions=tuple(_emoji(item) for item in items)))
    return True


def _emoji(item: dict[str, object]) -> str:
    emoji = item.get("emoji")
    return emoji if isinstance(emoji, str) else json.dumps(emoji)

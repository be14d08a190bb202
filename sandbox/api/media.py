"""Documents, photos and albums, sent by the bot."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.api.addressee import destination, read_reply
from sandbox.api.content import final_caption, read_caption
from sandbox.api.files import has_file, take_file
from sandbox.api.keyboard import read_keyboard, refuse_content
from sandbox.api.params import Params
from sandbox.errors import bad_request
from sandbox.state.messages import MOST_IN_ALBUM, Message
from sandbox.state.wire import message_json
from sandbox.state.world import World

FROM_ITEM = ("media", "caption", "parse_mode", "caption_entities")


def send_document(world: World, params: Params) -> object:
    """SendDocument."""
    return message_json(world, world.post(_draft(world, params, "document")))


def send_photo(world: World, params: Params) -> object:
    """SendPhoto."""
    return message_json(world, world.post(_draft(world, params, "photo")))


def send_media_group(world: World, params: Params) -> object:
    """sendMediaGroup, of documents or of photos. One alone is no album; none takes a keyboard."""
    if not params.text("media"):
        raise bad_request('Parameter "media" is required')
    items: Any = params.json("media", "Can't parse media JSON object")
    if not isinstance(items, list):
        raise bad_request("Expected an Array of InputMedia")
    shared = {name: params.text(name) for name in params.values if name != "reply_markup"}
    calls = [_item_params(shared, item, params) for item in items]
    if not calls:
        raise bad_request("There are no messages to send")
    if len(calls) > MOST_IN_ALBUM:
        raise bad_request("Too many messages to send as an album")
    drafts = [_draft(world, call, kind) for call, kind in calls]
    if len({kind for _, kind in calls}) > 1:
        raise bad_request("Document can't be mixed with other media types")
    return [message_json(world, message) for message in world.post_album(drafts)]


def _item_params(shared: Mapping[str, str], item: object, params: Params) -> tuple[Params, str]:
    kind, values = read_item(item)
    call = Params({**shared, **values}, params.files)
    if not has_file(call, kind):
        raise bad_request("Can't parse InputMedia: media not found")
    return call, kind


def read_item(item: object) -> tuple[str, dict[str, str]]:
    """An InputMedia as kind and parameters.

    Raises:
        ApiError: 400, where it is of a kind that is not played here.
    """
    if not isinstance(item, dict):
        raise bad_request("Can't parse InputMedia: expected an Object")
    kind = str(item.get("type", ""))
    if kind not in {"document", "photo"}:
        raise bad_request(f'Can\'t parse InputMedia: type "{kind}" is unsupported')
    media, *values = (_flat(item.get(name, "")) for name in FROM_ITEM)
    return kind, {kind: media, **dict(zip(FROM_ITEM[1:], values, strict=True))}


def _flat(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _draft(world: World, params: Params, kind: str) -> Message:
    caption = read_caption(params)
    file = take_file(world, params, kind)
    reply = read_reply(params)
    keyboard = read_keyboard(params)
    chat, thread_id, reply_to = destination(world, params, reply)
    content = final_caption(caption)
    refuse_content(keyboard)
    return Message(
        0,
        chat.id,
        world.bot.id,
        0,
        content,
        file,
        keyboard=keyboard,
        reply_to=reply_to,
        thread_id=thread_id,
        silent=params.flag("disable_notification"),
        protected=params.flag("protect_content"),
    )

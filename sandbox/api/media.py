"""Files: documents and photos out, and how a bot gets a person's file."""

from collections.abc import Mapping
from typing import Any

from sandbox.api.addressee import destination, read_reply
from sandbox.api.content import final_caption, read_caption
from sandbox.api.keyboard import read_keyboard, refuse_content
from sandbox.api.params import Params
from sandbox.errors import bad_request, too_large
from sandbox.state.files import StoredFile
from sandbox.state.messages import Message
from sandbox.state.wire import message_json
from sandbox.state.world import World

MOST_IN_ALBUM = 10


def send_document(world: World, params: Params) -> object:
    """SendDocument."""
    return message_json(world, _send(world, params, "document"))


def send_photo(world: World, params: Params) -> object:
    """SendPhoto."""
    return message_json(world, _send(world, params, "photo"))


def send_media_group(world: World, params: Params) -> object:
    """sendMediaGroup, of documents and photos."""
    items: Any = params.json("media", "Can't parse media JSON object")
    if items is not None and not isinstance(items, list):
        raise bad_request("Expected an Array of InputMedia")
    if not items:
        raise bad_request("There are no messages to send")
    if len(items) > MOST_IN_ALBUM:
        raise bad_request("Too many messages to send as an album")
    shared = {name: value for name, value in params.values.items() if name != "media"}
    calls = [_item_params(shared, item, params) for item in items]
    return [message_json(world, _send(world, call, kind)) for call, kind in calls]


def _item_params(shared: Mapping[str, str], item: object, params: Params) -> tuple[Params, str]:
    kind, values = read_item(item)
    return Params({**shared, **values}, params.files), kind


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
    values = {name: str(item.get(name, "")) for name in ("caption", "parse_mode")}
    return kind, values | {kind: str(item.get("media", ""))}


def take_file(world: World, params: Params, kind: str) -> StoredFile:
    """The file that a call brings or names.

    Raises:
        ApiError: 400 where there is none or it is empty, 413 where it is too big.
    """
    if (upload := params.upload(kind)) is not None:
        if not upload.size:
            raise bad_request("file must be non-empty")
        if upload.size > world.files.upload_bytes:
            raise too_large()
        return world.files.keep(upload.name, upload.place)
    if not params.text(kind) or params.text(kind).startswith("attach://"):
        raise bad_request(f"There is no {kind} in the request")
    if (known := world.files.get(params.text(kind))) is None:
        raise bad_request("Wrong file identifier/HTTP URL specified")
    return known


def _send(world: World, params: Params, kind: str) -> Message:
    caption = read_caption(params)
    file = take_file(world, params, kind)
    reply = read_reply(params)
    keyboard = read_keyboard(params)
    chat, thread_id, reply_to = destination(world, params, reply)
    content = final_caption(caption)
    refuse_content(keyboard)
    draft = Message(
        0,
        chat.id,
        world.bot.id,
        0,
        content,
        file,
        photo=kind == "photo",
        keyboard=keyboard,
        reply_to=reply_to,
        thread_id=thread_id,
        silent=params.flag("disable_notification"),
        protected=params.flag("protect_content"),
    )
    return world.post(draft)


def get_file(world: World, params: Params) -> object:
    """GetFile."""
    if not params.text("file_id"):
        raise bad_request("file_id not specified")
    file = world.files.get(params.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    most = world.files.download_bytes
    if most is not None and file.size > most:
        raise bad_request("file is too big")
    return {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_size": file.size,
        "file_path": str(file.place) if world.files.local else file.path,
    }

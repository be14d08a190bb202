"""Sending: texts, the sign of typing, and the answer to a tap."""

from sandbox.api.addressee import destination, find_chat, read_reply
from sandbox.api.content import final_text, preview_shown, read_text
from sandbox.api.keyboard import read_keyboard, refuse_content
from sandbox.api.params import Params
from sandbox.errors import bad_request
from sandbox.state.journal import Happening
from sandbox.state.messages import Message
from sandbox.state.wire import message_json
from sandbox.state.world import World

ACTIONS = frozenset(
    [
        "cancel",
        "typing",
        "record_video",
        "upload_video",
        "record_audio",
        "record_voice",
        "upload_audio",
        "upload_voice",
        "upload_photo",
        "upload_document",
        "choose_sticker",
        "pick_up_location",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
TOAST_LENGTH = 200


def send_message(world: World, params: Params) -> object:
    """SendMessage."""
    text = read_text(params)
    reply = read_reply(params)
    keyboard = read_keyboard(params)
    chat, thread_id, reply_to = destination(world, params, reply)
    content = final_text(text, "Message is too long")
    refuse_content(keyboard)
    draft = Message(
        0,
        chat.id,
        world.bot.id,
        0,
        content,
        keyboard=keyboard,
        reply_to=reply_to,
        thread_id=thread_id,
        silent=params.flag("disable_notification"),
        protected=params.flag("protect_content"),
        preview=preview_shown(params),
    )
    return message_json(world, world.post(draft))


def send_chat_action(world: World, params: Params) -> object:
    """SendChatAction."""
    action = params.text("action").lower()
    if action not in ACTIONS:
        raise bad_request("Wrong parameter action in request")
    chat = find_chat(world, params)
    chat.refuse_writing()
    world.journal.add(Happening.ACTION, chat.id, text=action)
    return True


def answer_callback_query(world: World, params: Params) -> object:
    """AnswerCallbackQuery."""
    text = params.text("text")
    if len(text) > TOAST_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    callback = world.callbacks.answer(params.text("callback_query_id"))
    world.journal.add(
        Happening.ANSWERED,
        callback.chat_id,
        person_id=callback.person_id,
        text=text,
        alert=params.flag("show_alert"),
        callback_id=callback.id,
    )
    return True

"""The world in the Bot API's JSON. One direction only: what comes in is read in `sandbox.api`."""

from sandbox.state.callbacks import Callback
from sandbox.state.chats import Status
from sandbox.state.messages import Keyboard, Message
from sandbox.state.people import ANONYMOUS_ADMIN
from sandbox.state.world import World
from sandbox.text.entity import Entity

Json = dict[str, object]
RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


def user_json(world: World, user_id: int) -> Json:
    """The User with this id: a person, the bot, or the account of anonymous admins."""
    if user_id == world.bot.id:
        return world.bot.as_json()
    if user_id == ANONYMOUS_ADMIN:
        return {
            "id": user_id,
            "is_bot": True,
            "first_name": "Group",
            "username": "GroupAnonymousBot",
        }
    if person := world.people.get(user_id):
        return person.as_json()
    return {"id": user_id, "is_bot": False, "first_name": "Someone"}


def message_json(world: World, message: Message, *, quoting: bool = True) -> Json:
    """The Message of the Bot API, with the one it replies to, but not that one's own."""
    chat = world.chats[message.chat_id]
    json: Json = {
        "message_id": message.id,
        "date": message.date,
        "chat": chat.as_json(),
        "from": user_json(world, message.sender_id),
    }
    if message.sender_chat is not None:
        json["sender_chat"] = world.chats[message.sender_chat].as_json()
    if message.thread_id is not None:
        json |= {"message_thread_id": message.thread_id, "is_topic_message": bool(chat.topics)}
    if message.edit_date is not None:
        json["edit_date"] = message.edit_date
    if message.album is not None:
        json["media_group_id"] = message.album
    if message.protected:
        json["has_protected_content"] = True
    quoted = chat.messages.get(message.reply_to or 0)
    if quoting and quoted is not None:
        json["reply_to_message"] = message_json(world, quoted, quoting=False)
    return json | _origin(world, message) | _content(world, message)


def _origin(world: World, message: Message) -> Json:
    if message.forwarded_from is None:
        return {}
    sender = user_json(world, message.forwarded_from)
    return {"forward_origin": {"type": "user", "date": message.date, "sender_user": sender}}


def _content(world: World, message: Message) -> Json:
    json: Json = dict(message.service or {})
    text, entities = "text", "entities"
    if message.file is not None:
        text, entities = "caption", "caption_entities"
        file = message.file
        json |= {"photo": file.as_photo()} if file.photo else {"document": file.as_json()}
    if message.text:
        json[text] = message.text
    if message.entities:
        json[entities] = [entity_json(world, entity) for entity in message.entities]
    if message.keyboard:
        json["reply_markup"] = keyboard_json(message.keyboard)
    return json


def entity_json(world: World, entity: Entity) -> Json:
    """The MessageEntity of the Bot API."""
    json = entity.as_json()
    if entity.user_id:
        json["user"] = user_json(world, entity.user_id)
    return json


def keyboard_json(keyboard: Keyboard) -> Json:
    """The InlineKeyboardMarkup of the Bot API."""
    return {"inline_keyboard": [[button.as_json() for button in row] for row in keyboard]}


def callback_json(world: World, callback: Callback) -> Json:
    """The CallbackQuery of the Bot API; a message that is gone is an InaccessibleMessage."""
    chat = world.chats[callback.chat_id]
    message = chat.messages.get(callback.message_id)
    shown: Json = (
        {"message_id": callback.message_id, "date": 0, "chat": chat.as_json()}
        if message is None
        else message_json(world, message)
    )
    return {
        "id": callback.id,
        "from": user_json(world, callback.person_id),
        "message": shown,
        "chat_instance": str(abs(chat.id) << 20),
        "data": callback.data,
    }


def member_json(user: dict[str, object], status: Status) -> dict[str, object]:
    """The ChatMember of the Bot API."""
    json: dict[str, object] = {"user": user, "status": str(status)}
    if status is Status.ADMINISTRATOR:
        json |= dict.fromkeys(RIGHTS, False) | {
            "can_manage_chat": True,
            "can_delete_messages": True,
        }
    if status is Status.CREATOR:
        json["is_anonymous"] = False
    if status is Status.KICKED:
        json["until_date"] = 0
    return json

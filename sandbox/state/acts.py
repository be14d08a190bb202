"""What people do: write, edit, tap, block, add and remove the bot.

Each act changes the world and queues the update that the bot would get, or none where the service
would not tell it. Browser and tests both act through here, so that they cannot differ.
"""

from dataclasses import dataclass, replace

from sandbox.state.callbacks import Callback
from sandbox.state.chats import Chat, Status
from sandbox.state.files import StoredFile
from sandbox.state.journal import Happening
from sandbox.state.messages import Message
from sandbox.state.people import ANONYMOUS_ADMIN
from sandbox.state.privacy import names_bot, reaches_bot
from sandbox.state.wire import callback_json, message_json, user_json
from sandbox.state.world import World
from sandbox.text.formatted import TEXT_LENGTH, typed


@dataclass(frozen=True, slots=True)
class Manner:
    """How a message is sent, beside its text."""

    reply_to: int | None = None
    thread_id: int | None = None
    forwarded_from: int | None = None
    anonymous: bool = False


PLAIN = Manner()


def say(
    world: World,
    person_id: int,
    chat: Chat,
    text: str,
    manner: Manner = PLAIN,
    file: StoredFile | None = None,
) -> Message:
    """A person sends a text, or a file with a caption.

    Raises:
        ValueError: the person is not in the chat, or the client would not send such a text.
    """
    _check_member(chat, person_id)
    content = typed(text)
    if not 0 < len(content.text) <= TEXT_LENGTH and file is None:
        raise ValueError(f"a message has 1 to {TEXT_LENGTH} characters")
    chat.started, chat.blocked = True, False
    draft = Message(
        0,
        chat.id,
        ANONYMOUS_ADMIN if manner.anonymous else person_id,
        0,
        content,
        file,
        reply_to=manner.reply_to,
        thread_id=manner.thread_id,
        sender_chat=chat.id if manner.anonymous else None,
        forwarded_from=manner.forwarded_from,
    )
    message = world.store(draft)
    if names_bot(message.text, world.bot):
        chat.bot_spoke_last = True
    _tell(world, chat, "message", message)
    return message


def amend(world: World, person_id: int, chat: Chat, message_id: int, text: str) -> Message:
    """A person edits a message of theirs.

    Raises:
        ValueError: it is not theirs, or the text is none.
    """
    message = chat.messages.get(message_id)
    if message is None or message.sender_id != person_id:
        raise ValueError("only one's own messages can be edited")
    content = typed(text)
    if not 0 < len(content.text) <= TEXT_LENGTH:
        raise ValueError(f"a message has 1 to {TEXT_LENGTH} characters")
    edited = world.put(replace(message, content=content, edit_date=world.now))
    _tell(world, chat, "edited_message", edited)
    return edited


def tap(world: World, person_id: int, chat: Chat, message_id: int, data: str) -> Callback:
    """A person taps a button; the data may be forged, as a modified client can.

    Raises:
        ValueError: the person is not in the chat.
    """
    _check_member(chat, person_id)
    callback = world.callbacks.open(person_id, chat.id, message_id, data)
    if chat.bot_status.present:
        world.updates.push("callback_query", callback_json(world, callback))
    return callback


def block(world: World, chat: Chat, *, blocked: bool = True) -> None:
    """A person blocks the bot, or lets it write again."""
    chat.blocked = blocked
    old, new = (Status.MEMBER, Status.KICKED) if blocked else (Status.KICKED, Status.MEMBER)
    _membership(world, chat, chat.id, old, new)


def set_bot_status(world: World, chat: Chat, status: Status) -> None:
    """Someone adds, promotes or removes the bot in a group."""
    old, chat.bot_status = chat.bot_status, status
    actor = next(iter(chat.members), world.bot.id)
    _membership(world, chat, actor, old, status)
    if old.present == status.present:
        return
    bot = user_json(world, world.bot.id)
    content = {"new_chat_members": [bot]} if status.present else {"left_chat_member": bot}
    draft = Message(0, chat.id, actor, 0, service=content)
    _tell(world, chat, "message", world.store(draft))


def upgrade(world: World, chat: Chat, new_id: int) -> Chat:
    """A basic group becomes a supergroup under a new id."""
    newer = world.add_group(new_id, chat.title, ())
    newer.members = dict(chat.members)
    for here, service in (
        (chat, {"migrate_to_chat_id": new_id}),
        (newer, {"migrate_from_chat_id": chat.id}),
    ):
        draft = Message(0, here.id, next(iter(chat.members)), 0, service=service)
        _tell(world, here, "message", world.store(draft))
    chat.migrated_to = new_id
    world.journal.add(Happening.CHAT, newer.id)
    return newer


def _check_member(chat: Chat, person_id: int) -> None:
    member = chat.members.get(person_id, Status.LEFT)
    if person_id != chat.id and not member.present:
        raise ValueError(f"{person_id} is not in chat {chat.id}")


def _tell(world: World, chat: Chat, kind: str, message: Message) -> None:
    if reaches_bot(message, chat, world.bot):
        world.updates.push(kind, message_json(world, message))


def _membership(world: World, chat: Chat, actor: int, old: Status, new: Status) -> None:
    bot = user_json(world, world.bot.id)
    content = {
        "chat": chat.as_json(),
        "from": user_json(world, actor),
        "date": world.now,
        "old_chat_member": member_json(bot, old),
        "new_chat_member": member_json(bot, new),
    }
    world.updates.push("my_chat_member", content)
    world.journal.add(Happening.CHAT, chat.id)


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

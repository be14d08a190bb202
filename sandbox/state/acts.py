"""What people do: write, edit, tap, block, add and remove the bot.

Each act changes the world and queues the update that the bot would get, or none where the service
would not tell it. Browser and tests both act through here, so that they cannot differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sandbox.state.callbacks import Callback
from sandbox.state.chats import Chat, Status
from sandbox.state.files import PERSON_BYTES
from sandbox.state.journal import Happening
from sandbox.state.messages import MOST_IN_ALBUM, NOTHING, Message
from sandbox.state.people import ANONYMOUS_ADMIN
from sandbox.state.privacy import names_bot, reaches_bot
from sandbox.state.stored import StoredFile
from sandbox.state.wire import callback_json, member_json, message_json, user_json
from sandbox.state.world import World
from sandbox.text.formatted import CAPTION_LENGTH, TEXT_LENGTH, Formatted, typed


@dataclass(frozen=True, slots=True)
class Manner:
    """How a message is sent, beside its text."""

    reply_to: int | None = None
    thread_id: int | None = None
    forwarded_from: int | None = None
    anonymous: bool = False


PLAIN = Manner()


def say(world: World, person_id: int, chat: Chat, text: str, manner: Manner = PLAIN) -> Message:
    """A person sends a text.

    Raises:
        ValueError: the person is not in the chat, or the client would not send such a text.
    """
    content = typed(text)
    if not 0 < len(content.text) <= TEXT_LENGTH:
        raise ValueError(f"a message has 1 to {TEXT_LENGTH} characters")
    return _write(world, [_draft(person_id, chat, content, manner)])[0]


def share(
    world: World,
    person_id: int,
    chat: Chat,
    files: Sequence[StoredFile],
    caption: str = "",
    manner: Manner = PLAIN,
) -> list[Message]:
    """A person sends documents or photos, several as one album. The first has the caption.

    That is how phones do it. (Telegram Desktop sends what is typed above several documents as a
    text of its own before them.)

    Raises:
        ValueError: the person is not in the chat, or the client would not send them so.
    """
    content = typed(caption)
    if len(content.text) > CAPTION_LENGTH:
        raise ValueError(f"a caption has at most {CAPTION_LENGTH} characters")
    if not 0 < len(files) <= MOST_IN_ALBUM:
        raise ValueError(f"1 to {MOST_IN_ALBUM} files are sent together")
    if len({file.photo for file in files}) > 1:
        raise ValueError("an album has documents or photos, not both")
    if not all(file.size for file in files):
        raise ValueError("an empty file cannot be sent")
    if any(file.size > PERSON_BYTES for file in files):
        raise ValueError(f"a file has at most {PERSON_BYTES} bytes")
    captions = [content, *[NOTHING] * (len(files) - 1)]
    drafts = [
        _draft(person_id, chat, words, manner, file)
        for words, file in zip(captions, files, strict=True)
    ]
    return _write(world, drafts)


def amend(world: World, person_id: int, chat: Chat, message_id: int, text: str) -> Message:
    """A person edits a message of theirs.

    Raises:
        ValueError: it is not theirs, or the text is none.
    """
    message = chat.messages.get(message_id)
    if message is None or message.sender_id != person_id:
        raise ValueError("only one's own messages can be edited")
    content = typed(text)
    least, most = (1, TEXT_LENGTH) if message.file is None else (0, CAPTION_LENGTH)
    if not least <= len(content.text) <= most:
        raise ValueError(f"it may have {least} to {most} characters")
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


def _draft(
    person_id: int,
    chat: Chat,
    content: Formatted,
    manner: Manner,
    file: StoredFile | None = None,
) -> Message:
    _check_member(chat, person_id)
    return Message(
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


def _write(world: World, drafts: Sequence[Message]) -> list[Message]:
    """Keep what a person has written, and tell the bot where it may know."""
    chat = world.chats[drafts[0].chat_id]
    chat.started, chat.blocked = True, False
    messages = world.store_album(drafts)
    for message in messages:
        if names_bot(message.text, world.bot):
            chat.bot_spoke_last = True
        _tell(world, chat, "message", message)
    return messages


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

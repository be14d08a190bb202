"""The whole played world, and what the bot can change in it.

It joins the parts (people, chats, updates, taps, menu, files) and keeps their rules together:
who may write where, how messages are numbered, what an edit leaves. What people do is in `acts.py`,
what it looks like in JSON in `wire.py`.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from sandbox.errors import bad_request
from sandbox.faults import Faults
from sandbox.limits import Limits
from sandbox.state.callbacks import Callbacks
from sandbox.state.chats import Chat, Kind, Status
from sandbox.state.files import Files
from sandbox.state.hook import Hook
from sandbox.state.journal import Happening, Journal
from sandbox.state.menu import Menu
from sandbox.state.messages import Keyboard, Message
from sandbox.state.people import Bot, Person
from sandbox.state.stored import StoredFile
from sandbox.state.updates import Updates
from sandbox.text.formatted import Formatted

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
DELETABLE = 48 * 3600  # seconds
ALBUM_BITS = 56


class World:
    """Everything that the server knows. Not thread-safe: one event loop owns it."""

    def __init__(
        self, bot: Bot, clock: Callable[[], float], *, limits: bool, local: bool = False
    ) -> None:
        self.bot = bot
        self.clock = clock
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.updates = Updates(clock)
        self.callbacks = Callbacks(clock)
        self.menu = Menu()
        self.files = Files(bot.token, local=local)
        self.hook = Hook()
        self.journal = Journal()
        self.limits = Limits(clock, on=limits)
        self.faults = Faults()
        self.texts: dict[tuple[str, str], str] = {}
        self._next_message = 1

    @property
    def now(self) -> int:
        """The server's time in whole seconds, as messages carry it."""
        return int(self.clock())

    def add_person(self, person: Person) -> None:
        """Create a person and the private chat with the bot."""
        self.people[person.id] = person
        self.chats[person.id] = Chat(
            person.id,
            Kind.PRIVATE,
            person.name,
            started=person.started,
            deactivated=person.deactivated,
        )

    def add_group(self, chat_id: int, title: str, members: Iterable[int]) -> Chat:
        """Create a group with the bot in it; the first member created it.

        Ids that begin with -100 are supergroups, as at Telegram; others are basic groups.
        """
        kind = Kind.SUPERGROUP if str(chat_id).startswith("-100") else Kind.GROUP
        statuses = dict.fromkeys(members, Status.MEMBER)
        if statuses:
            statuses[next(iter(statuses))] = Status.CREATOR
        self.chats[chat_id] = Chat(chat_id, kind, title, statuses)
        return self.chats[chat_id]

    def chat(self, chat_id: int) -> Chat:
        """The chat with this id.

        Raises:
            ApiError: 400, where the bot knows none.
        """
        if (chat := self.chats.get(chat_id)) is None:
            raise bad_request("chat not found")
        return chat

    def store(self, draft: Message) -> Message:
        """Give a message its number and date and keep it."""
        chat = self.chats[draft.chat_id]
        if chat.alone:
            number, chat.next_id = chat.next_id, chat.next_id + 1
        else:
            number, self._next_message = self._next_message, self._next_message + 1
        message = replace(draft, id=number, date=self.now)
        chat.keep(message)
        self.journal.add(Happening.SENT, chat.id, message)
        return message

    def post(self, draft: Message) -> Message:
        """The bot sends a message.

        Raises:
            ApiError: 403 or 400 where it may not, 429 where it is too much.
        """
        return self.post_album([draft])[0]

    def post_album(self, drafts: Sequence[Message]) -> list[Message]:
        """The bot sends several messages that belong together, or none of them.

        Raises:
            ApiError: 403 or 400 where it may not, 429 where it is too much.
        """
        chat = self.chat(drafts[0].chat_id)
        chat.refuse_writing()
        self.limits.spend(chat.id, len(drafts))
        chat.bot_spoke_last = True
        return self.store_album(drafts)

    def store_album(self, drafts: Sequence[Message]) -> list[Message]:
        """Keep several messages; two or more are shown as one album."""
        album = str(secrets.randbits(ALBUM_BITS)) if len(drafts) > 1 else None
        return [self.store(replace(draft, album=album)) for draft in drafts]

    def own_message(self, chat: Chat, message_id: int) -> Message:
        """A message that the bot may edit.

        Raises:
            ApiError: 400, where there is none or it is another's.
        """
        chat.refuse_writing()
        message = chat.messages.get(message_id)
        if message is None:
            raise bad_request("message to edit not found")
        if message.sender_id != self.bot.id or message.service is not None:
            raise bad_request("message can't be edited")
        return message

    def change(
        self,
        message: Message,
        content: Formatted,
        keyboard: Keyboard,
        file: StoredFile | None = None,
    ) -> Message:
        """The bot edits its message.

        Raises:
            ApiError: 400 where nothing changes, 429 where it is too much.
        """
        kept = file or message.file
        if (content, keyboard, kept) == (message.content, message.keyboard, message.file):
            raise bad_request(NOT_MODIFIED)
        self.limits.spend(message.chat_id)
        # A keyboard alone may change without the clients showing "edited".
        edited = message.edit_date if content == message.content and file is None else self.now
        changed = replace(message, content=content, keyboard=keyboard, file=kept)
        return self.put(replace(changed, edit_date=edited))

    def put(self, message: Message) -> Message:
        """Put the new version of a message in the place of the old one, and tell."""
        newer = replace(message, version=message.version + 1)
        self.chats[message.chat_id].keep(newer)
        self.journal.add(Happening.EDITED, message.chat_id, newer)
        return newer

    def delete(self, chat: Chat, message_id: int) -> None:
        """The bot deletes a message.

        Raises:
            ApiError: 400, where it may not.
        """
        chat.refuse_writing()
        message = chat.messages.get(message_id)
        if message is None:
            raise bad_request("message to delete not found")
        mine = message.sender_id == self.bot.id
        if not (mine or chat.private or chat.bot_status is Status.ADMINISTRATOR):
            raise bad_request("message can't be deleted")
        if self.now - message.date >= DELETABLE and chat.bot_status is not Status.ADMINISTRATOR:
            raise bad_request("message can't be deleted for everyone")
        del chat.messages[message_id]
        self.journal.add(Happening.DELETED, chat.id, message)

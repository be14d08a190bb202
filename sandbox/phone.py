"""One person's view of one chat, for tests: what is typed, tapped and seen.

A `Phone` reads the journal at its own pace: `wait()` hands out what the bot sent or edited since
the last look, in order, and fails with the whole chat in words when nothing comes. Nothing here
sleeps for time to pass; a wait ends when something happens.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from sandbox.state import acts
from sandbox.state.acts import Manner
from sandbox.state.chats import Chat
from sandbox.state.journal import Event, Happening
from sandbox.state.messages import Button, Message
from sandbox.state.stored import StoredFile
from sandbox.state.world import World
from sandbox.text.entity import Entity, span
from sandbox.text.links import tappable
from sandbox.text.rendered import as_html

Found = TypeVar("Found")

PATIENCE = 10.0  # seconds of real time before a wait fails


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as a person saw it at one moment; an edit is a new `Seen`."""

    phone: "Phone"
    message: Message

    @property
    def id(self) -> int:
        """The number of the message in its chat."""
        return self.message.id

    @property
    def text(self) -> str:
        """The plain text, or the caption of a file."""
        return self.message.text

    @property
    def html(self) -> str:
        """The text with Telegram's tags, as `parse_mode=HTML` would give it again."""
        return as_html(self.message.content)

    @property
    def entities(self) -> tuple[Entity, ...]:
        """The entities, those included that a client finds by itself."""
        return self.message.entities

    @property
    def buttons(self) -> list[list[str]]:
        """The labels of the inline keyboard, row by row."""
        return [[button.text for button in row] for row in self.message.keyboard]

    @property
    def document(self) -> tuple[str, bytes] | None:
        """The name and whole content of the file, where there is one; for what is small."""
        file = self.message.file
        return None if file is None else (file.name, file.read())

    @property
    def file(self) -> StoredFile | None:
        """The document or photo: its name, size, `place` on disk, `read()` and `save(path)`."""
        return self.message.file

    @property
    def album(self) -> str | None:
        """What the messages of one album have in common."""
        return self.message.album

    @property
    def silent(self) -> bool:
        """Whether it came without a sound."""
        return self.message.silent

    @property
    def reply_to(self) -> int | None:
        """The number of the message that it answers."""
        return self.message.reply_to

    @property
    def tappable(self) -> list[str]:
        """The pieces of the text that lead somewhere when tapped."""
        return [span(self.text, entity.offset, entity.length) for entity in tappable(self.entities)]

    @property
    def now(self) -> "Seen | None":
        """The same message as it is now, None where it was deleted."""
        message = self.phone.chat.messages.get(self.id)
        return None if message is None else replace(self, message=message)

    async def tap(self, label: str, within: float = PATIENCE) -> str:
        """Tap the button as it was seen, and return the text of the answer.

        Raises:
            AssertionError: there is no such button, it is no callback, or no answer came.
        """
        data = self.data_of(label)
        return await self.phone.tap_data(data, self, within=within)

    def data_of(self, label: str) -> str:
        """The callback data under a label.

        Raises:
            AssertionError: there is no such button, or it is no callback.
        """
        found = [button for row in self.message.keyboard for button in row if button.text == label]
        if not found:
            raise AssertionError(f"no button {label!r}, only {self.buttons}")
        return _data(found[0])

    async def changed(self, within: float = PATIENCE) -> "Seen":
        """Wait until the message is another than was seen, and return it.

        Raises:
            AssertionError: it stayed as it was, or was deleted.
        """

        def newer() -> Message | None:
            message = self.phone.chat.messages.get(self.id)
            if message is None:
                raise AssertionError(f"message {self.id} was deleted")
            return message if message.version > self.message.version else None

        message = await self.phone.until(newer, f"no edit of {self.text[:40]!r}", within)
        return replace(self, message=message)


class Phone:
    """What one person sees and does in one chat with the bot."""

    def __init__(self, world: World, chat: Chat, person_id: int, *, anonymous: bool) -> None:
        self.chat = chat
        self.person_id = person_id
        self._world = world
        self._anonymous = anonymous
        self._read = 0

    async def send(
        self,
        text: str,
        *,
        reply_to: Seen | Message | None = None,
        thread_id: int | None = None,
        forwarded_from: int | None = None,
    ) -> Message:
        """Send a text and return it as sent."""
        manner = self._manner(reply_to, thread_id, forwarded_from)
        return acts.say(self._world, self.person_id, self.chat, text, manner)

    async def send_document(
        self,
        name: str,
        content: bytes | Path,
        caption: str = "",
        *,
        reply_to: Seen | Message | None = None,
        thread_id: int | None = None,
        forwarded_from: int | None = None,
    ) -> Message:
        """Send a file, from memory or from a path, and return its message."""
        manner = self._manner(reply_to, thread_id, forwarded_from)
        return (await self._share([(name, content)], caption, manner))[0]

    async def send_photo(
        self,
        content: bytes | Path,
        caption: str = "",
        *,
        reply_to: Seen | Message | None = None,
        thread_id: int | None = None,
    ) -> Message:
        """Send a picture as a photo and return its message; it must be a PNG, JPEG, GIF or WebP.

        Raises:
            ValueError: it cannot be a photo.
        """
        manner = self._manner(reply_to, thread_id, None)
        return (await self._share([("", content)], caption, manner))[0]

    async def send_album(
        self,
        files: Sequence[tuple[str, bytes | Path]],
        caption: str = "",
        *,
        reply_to: Seen | Message | None = None,
        thread_id: int | None = None,
    ) -> list[Message]:
        """Send 2 to 10 files as one album; the first has the caption, as on a phone.

        Args:
            files: names and contents; photos are those without a name.
            caption: of the first.
            reply_to: the message that all of them answer.
            thread_id: the topic.
        """
        return await self._share(files, caption, self._manner(reply_to, thread_id, None))

    async def ask(self, text: str, *, within: float = PATIENCE) -> Seen:
        """Send a text and wait for the next message of the bot."""
        await self.send(text)
        return await self.wait(within=within)

    async def wait(self, within: float = PATIENCE) -> Seen:
        """The next message or edit of the bot that this person has not seen yet.

        Raises:
            AssertionError: nothing came; the chat so far is in the message.
        """
        return await self.until(self._next, "the bot said nothing", within)

    def unseen(self) -> list[Seen]:
        """All that the bot sent or edited since the last look, without waiting."""
        found = []
        while (seen := self._next()) is not None:
            found.append(seen)
        return found

    async def edit(self, message: Message, text: str) -> Message:
        """Edit an own message and return it as it is now."""
        return acts.amend(self._world, self.person_id, self.chat, message.id, text)

    async def tap_data(
        self, data: str, message: Seen | Message | None = None, *, within: float = PATIENCE
    ) -> str:
        """Send callback data of any kind on a message, the last of the bot's by default.

        Raises:
            AssertionError: there is no message, or the bot did not answer.
        """
        number = self._last_of_bot() if message is None else message.id
        start = self._world.journal.last
        callback = acts.tap(self._world, self.person_id, self.chat, number, data)

        def answer() -> Event | None:
            for event in self._world.journal.after(start):
                if event.callback_id == callback.id:
                    return event
            return None

        return (await self.until(answer, f"no answer to the tap {data!r}", within)).text

    def block(self) -> None:
        """Block the bot."""
        acts.block(self._world, self.chat)

    def unblock(self) -> None:
        """Let the bot write again."""
        acts.block(self._world, self.chat, blocked=False)

    @property
    def history(self) -> list[Seen]:
        """All messages as they are shown now, oldest first."""
        return [Seen(self, message) for message in self.chat.messages.values()]

    @property
    def menu(self) -> list[tuple[str, str]]:
        """The command menu that this person sees here: names and descriptions."""
        person = self._world.people[self.person_id]
        commands = self._world.menu.seen_by(person.id, person.language, self.chat)
        return [(command.command, command.description) for command in commands]

    async def until(self, look: Callable[[], Found | None], missing: str, within: float) -> Found:
        """Wait until a look finds something, looking at every event."""
        try:
            async with asyncio.timeout(within):
                while (found := look()) is None:
                    await self._world.journal.bell.wait()
        except TimeoutError:
            raise AssertionError(f"{missing} in {within:g} s\n{self.transcript()}") from None
        return found

    def transcript(self) -> str:
        """The chat in words, for a failing test to show."""
        bot = self._world.bot.id
        lines = [
            f"{'bot' if seen.message.sender_id == bot else seen.message.sender_id}: "
            + (f"({seen.file.name}, {seen.file.size} bytes) " if seen.file else "")
            + seen.text
            + "".join(f"\n    [{'] ['.join(row)}]" for row in seen.buttons)
            for seen in self.history
        ]
        return "\n".join(["the chat so far:", *(lines or ["(empty)"])])

    def _next(self) -> Seen | None:
        for event in self._world.journal.after(self._read):
            self._read = event.number
            if (message := self._from_bot(event)) is not None:
                return Seen(self, message)
        return None

    def _from_bot(self, event: Event) -> Message | None:
        message = event.message
        told = event.what in {Happening.SENT, Happening.EDITED} and event.chat_id == self.chat.id
        if told and message is not None and message.sender_id == self._world.bot.id:
            return message
        return None

    def _last_of_bot(self) -> int:
        own = [m.id for m in self.chat.messages.values() if m.sender_id == self._world.bot.id]
        if not own:
            raise AssertionError("the bot has sent nothing here yet")
        return own[-1]

    async def _share(
        self, contents: Sequence[tuple[str, bytes | Path]], caption: str, manner: Manner
    ) -> list[Message]:
        store = self._world.files
        kept = []
        for name, content in contents:
            async with store.incoming(content) as place:
                kept.append(store.keep(name, place) if name else store.keep_photo(place))
        return acts.share(self._world, self.person_id, self.chat, kept, caption, manner)

    def _manner(
        self, reply_to: Seen | Message | None, thread_id: int | None, forwarded_from: int | None
    ) -> Manner:
        number = None if reply_to is None else reply_to.id
        return Manner(number, thread_id, forwarded_from, self._anonymous)


def _data(button: Button) -> str:
    if button.data is None:
        raise AssertionError(f"{button.text!r} is no callback button, it is {button.action}")
    return button.data

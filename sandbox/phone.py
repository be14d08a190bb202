"""One person's view of one chat, for tests: what is typed, tapped and seen.

A `Phone` reads the journal at its own pace: `wait()` hands out what the bot sent or edited since
the last look, in order, and fails with the whole chat in words when nothing comes. Nothing here
sleeps for time to pass; a wait ends when something happens.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from sandbox.seen import PATIENCE, Seen
from sandbox.state import acts
from sandbox.state.acts import Manner
from sandbox.state.chats import Chat
from sandbox.state.journal import Event, Happening
from sandbox.state.messages import Message
from sandbox.state.world import World

Found = TypeVar("Found")
Content = tuple[str | None, bytes | Path]


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
        """Send a file, from memory or from a path, and return its message.

        An empty name is no name: the Bot API does not promise one.
        """
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
        return (await self._share([(None, content)], caption, manner))[0]

    async def send_album(
        self,
        files: Sequence[Content],
        caption: str = "",
        *,
        reply_to: Seen | Message | None = None,
        thread_id: int | None = None,
    ) -> list[Message]:
        """Send 2 to 10 files as one album; the first has the caption, as on a phone.

        Args:
            files: names and contents; photos are those named None.
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
        self, contents: Sequence[Content], caption: str, manner: Manner
    ) -> list[Message]:
        store = self._world.files
        kept = []
        for name, content in contents:
            async with store.incoming(content) as place:
                kept.append(store.keep_photo(place) if name is None else store.keep(name, place))
        return acts.share(self._world, self.person_id, self.chat, kept, caption, manner)

    def _manner(
        self, reply_to: Seen | Message | None, thread_id: int | None, forwarded_from: int | None
    ) -> Manner:
        number = None if reply_to is None else reply_to.id
        return Manner(number, thread_id, forwarded_from, self._anonymous)

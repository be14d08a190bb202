"""A message as a person saw it, for tests to look at and to tap."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sandbox.state.messages import Button, Message
from sandbox.state.stored import StoredFile
from sandbox.text.entity import Entity, span
from sandbox.text.links import tappable
from sandbox.text.rendered import as_html

if TYPE_CHECKING:
    from sandbox.phone import Phone

PATIENCE = 30.0  # seconds of real time before a wait fails


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


def _data(button: Button) -> str:
    if button.data is None:
        raise AssertionError(f"{button.text!r} is no callback button, it is {button.action}")
    return button.data

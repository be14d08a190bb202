"""What a chat holds: messages and their buttons, all of them values.

An edit puts a new value in the place of the old one and raises `version`, so that a person who
looks at the old value can wait for the next one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.state.stored import StoredFile
from sandbox.text.entity import Entity
from sandbox.text.formatted import Formatted

NOTHING = Formatted("")
MOST_IN_ALBUM = 10


@dataclass(frozen=True, slots=True)
class Button:
    """One button of an inline keyboard; `action` is the field's name, `value` its content."""

    text: str
    action: str
    value: object

    @property
    def data(self) -> str | None:
        """The callback data, where the button has any."""
        return str(self.value) if self.action == "callback_data" else None

    def as_json(self) -> dict[str, object]:
        """The InlineKeyboardButton of the Bot API."""
        return {"text": self.text, self.action: self.value}


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is shown now. `text` is the caption where there is a file."""

    id: int
    chat_id: int
    sender_id: int
    date: int
    content: Formatted = NOTHING
    file: StoredFile | None = None
    keyboard: Keyboard = ()
    reply_to: int | None = None
    thread_id: int | None = None
    sender_chat: int | None = None
    forwarded_from: int | None = None
    service: Mapping[str, object] | None = None
    edit_date: int | None = None
    silent: bool = False
    protected: bool = False
    album: str | None = None
    preview: bool = True
    reactions: tuple[str, ...] = ()
    version: int = 0

    @property
    def text(self) -> str:
        """The text, or the caption of a file."""
        return self.content.text

    @property
    def entities(self) -> tuple[Entity, ...]:
        """The entities of the text."""
        return self.content.entities

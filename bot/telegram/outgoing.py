"""One message on its way out: what it says, where to, and how it is kept until it is accepted."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from storage import outbox

REPLY = 5
PROGRESS = 7


@dataclass(frozen=True, slots=True)
class Key:
    """A key of an inline keyboard: its text and the random id that a tap brings back."""

    text: str
    data: str


@dataclass(frozen=True, slots=True)
class File:
    """A document: a safe name, and its bytes or the file of the spool that has them.

    A `picture` is shown, not offered.
    """

    name: str
    content: bytes | Path
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message, an edit or a document.

    `html` is what Telegram parses; if it can't, `plain` goes out with `entities`. `slot` names the
    message that it replaces; without one it is a new one. `id` is its row, None while it is not
    stored. The lowest `priority` goes first. `instead` is said elsewhere if this chat is closed to
    the bot; of a document, here if Telegram does not take it. `operation` is the call that it shows
    while it runs.
    """

    chat: int
    html: str
    plain: str
    entities: tuple[dict[str, Any], ...] = ()
    keyboard: tuple[tuple[Key, ...], ...] = ()
    file: File | None = None
    thread: int | None = None
    slot: str | None = None
    reply_to: int | None = None
    silent: bool = True
    priority: int = REPLY
    id: int | None = None
    instead: Outgoing | None = None
    operation: str | None = None

    @property
    def button_ids(self) -> tuple[str, ...]:
        """The ids of its buttons."""
        return tuple(key.data for line in self.keyboard for key in line)

    @property
    def spooled(self) -> Path | None:
        """The file that is to be sent, where it is one of the spool."""
        content = self.file.content if self.file else None
        return content if isinstance(content, Path) else None

    def row(self, bot: int, instance: str, now: float) -> outbox.Outgoing:
        """As it is stored, for an instance to send."""
        content = self.file.content if self.file else None
        keyboard = [[asdict(key) for key in line] for line in self.keyboard]
        said = {
            "html": self.html,
            "plain": self.plain,
            "entities": self.entities,
            "keyboard": keyboard,
            "instead": asdict(self.instead) if self.instead else None,
            "spooled": self.spooled and str(self.spooled),
            "picture": self.file is not None and self.file.picture,
        }
        return outbox.Outgoing(
            bot=bot,
            instance=instance,
            chat=self.chat,
            payload=json.dumps(said, ensure_ascii=True),
            created_at=now,
            thread=self.thread,
            slot=self.slot,
            edit=self.slot is not None,
            priority=self.priority,
            file=content if isinstance(content, bytes) else None,
            file_name=self.file.name if self.file else None,
            reply_to=self.reply_to,
            silent=self.silent,
        )


def stored(row: outbox.Outgoing) -> Outgoing:
    """A message of the last run, as it is sent now."""
    said = json.loads(row.payload)
    keyboard = tuple(tuple(Key(**key) for key in line) for line in said["keyboard"])
    return Outgoing(
        chat=row.chat,
        html=said["html"],
        plain=said["plain"],
        entities=tuple(said["entities"]),
        keyboard=keyboard,
        file=_file(row, said.get("spooled"), picture=said.get("picture", False)),
        thread=row.thread,
        slot=row.slot,
        reply_to=row.reply_to,
        silent=row.silent,
        priority=row.priority,
        id=row.id,
        instead=_plain(**said["instead"]) if said["instead"] else None,
    )


def spooled_in(payload: str) -> str | None:
    """The path of the file of the spool that a stored message has, if any."""
    found: str | None = json.loads(payload).get("spooled")
    return found


def _file(row: outbox.Outgoing, spooled: str | None, *, picture: bool) -> File | None:
    content = Path(spooled) if spooled else row.file
    return None if content is None else File(row.file_name or "file", content, picture)


def _plain(entities: list[dict[str, Any]], **more: Any) -> Outgoing:  # noqa: ANN401 - JSON's values
    """A message without keyboard and file, as it was stored with another."""
    return replace(Outgoing(**more), entities=tuple(entities), keyboard=())

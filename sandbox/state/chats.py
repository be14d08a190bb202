"""Where people talk: private chats, groups and supergroups, with members and messages.

A chat keeps its own messages, bounded, and knows whether the bot may speak in it. Which texts the
bot gets to see in a group is in `privacy.py`.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.errors import ApiError, bad_request, forbidden, refusal
from sandbox.state.messages import Message

MOST_MESSAGES = 2000  # a chat; the oldest go


class Kind(StrEnum):
    """The `type` of a chat."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"


class Status(StrEnum):
    """The `status` of a member of a chat."""

    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    LEFT = "left"
    KICKED = "kicked"

    @property
    def present(self) -> bool:
        """Whether such a member is in the chat."""
        return self not in {Status.LEFT, Status.KICKED}


@dataclass(slots=True)
class Chat:
    """One chat. In a private one the id is the person's, and `blocked` is the person's doing."""

    id: int
    kind: Kind
    title: str
    members: dict[int, Status] = field(default_factory=dict)
    bot_status: Status = Status.MEMBER
    started: bool = True
    blocked: bool = False
    deactivated: bool = False
    migrated_to: int | None = None
    topics: dict[int, str] = field(default_factory=dict)
    bot_spoke_last: bool = False
    next_id: int = 1
    messages: OrderedDict[int, Message] = field(default_factory=OrderedDict)

    @property
    def private(self) -> bool:
        """Whether only one person and the bot are in it."""
        return self.kind is Kind.PRIVATE

    @property
    def alone(self) -> bool:
        """Whether it numbers its own messages, as supergroups do."""
        return self.kind is Kind.SUPERGROUP

    def keep(self, message: Message) -> None:
        """Store a message, or its new version; the oldest beyond the bound is forgotten."""
        self.messages[message.id] = message
        while len(self.messages) > MOST_MESSAGES:
            self.messages.popitem(last=False)

    def refuse_writing(self) -> None:
        """Raise what the service says where the bot cannot write."""
        if error := self._obstacle():
            raise error

    def refuse_reading(self) -> None:
        """Raise what the service says where the bot cannot even look."""
        if self.kind is Kind.SUPERGROUP and not self.bot_status.present:
            raise forbidden(self._absence())

    def _obstacle(self) -> ApiError | None:
        if self.deactivated:
            return forbidden("user is deactivated")
        if self.private and not self.started:
            return forbidden("bot can't initiate conversation with a user")
        if self.blocked:
            return forbidden("bot was blocked by the user")
        if self.migrated_to is not None:
            return refusal(
                400,
                "group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": self.migrated_to},
            )
        return None if self.bot_status.present else forbidden(self._absence())

    def _absence(self) -> str:
        if self.bot_status is Status.KICKED:
            return f"bot was kicked from the {self.kind} chat"
        return f"bot is not a member of the {self.kind} chat"

    def refuse_topic(self, thread_id: int | None) -> None:
        """Raise where a message goes to a topic that does not exist."""
        if self.alone and thread_id is not None and thread_id not in self.topics:
            raise bad_request("message thread not found")

    def as_json(self) -> dict[str, object]:
        """The Chat of the Bot API."""
        name = {"first_name": self.title} if self.private else {"title": self.title}
        json: dict[str, object] = {"id": self.id, "type": str(self.kind), **name}
        if self.topics:
            json["is_forum"] = True
        if self.kind is Kind.GROUP:
            json["all_members_are_administrators"] = False
        return json

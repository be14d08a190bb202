"""Who there is: the people of the played world, and the bot that talks to them."""

from dataclasses import dataclass

ANONYMOUS_ADMIN = 1087968824  # the account that Telegram shows for an anonymous admin


@dataclass(frozen=True, slots=True)
class Person:
    """A human account. `started` says whether it ever wrote to the bot."""

    id: int
    name: str
    language: str = "en"
    username: str = ""
    started: bool = True
    deactivated: bool = False

    def as_json(self) -> dict[str, object]:
        """The User of the Bot API."""
        json: dict[str, object] = {"id": self.id, "is_bot": False, "first_name": self.name}
        if self.username:
            json["username"] = self.username
        if self.language:
            json["language_code"] = self.language
        return json


@dataclass(frozen=True, slots=True)
class Bot:
    """The bot under test, named by its token."""

    token: str
    username: str
    name: str
    reads_all: bool = False

    @property
    def id(self) -> int:
        """The number before the colon of the token."""
        return int(self.token.partition(":")[0])

    def as_json(self) -> dict[str, object]:
        """The User of the Bot API, as others see the bot."""
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.name,
            "username": self.username,
        }

    def as_me(self) -> dict[str, object]:
        """The User that `getMe` returns."""
        return self.as_json() | {
            "can_join_groups": True,
            "can_read_all_group_messages": self.reads_all,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "has_topics_enabled": False,
        }

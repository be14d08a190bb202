"""What a person can do from the browser chat; each deed is named in the request's path."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sandbox.state import acts
from sandbox.state.chats import Chat
from sandbox.state.journal import Happening
from sandbox.state.world import World

Given = Mapping[str, Any]
LANGUAGES = frozenset({"en", "ru", "de", "es", "fr", "uk", "pt", "it", ""})


def place_of(world: World, given: Given) -> tuple[int, Chat]:
    """Who acts, and in which chat.

    Raises:
        ValueError: there is no such person or chat.
    """
    person, chat = int(given["person"]), int(given["chat"])
    if person not in world.people or chat not in world.chats:
        raise ValueError("no such person or chat")
    return person, world.chats[chat]


def send(world: World, given: Given) -> object:
    """Send a text, perhaps as a reply."""
    person, chat = place_of(world, given)
    manner = acts.Manner(reply_to=given.get("reply_to"))
    return {"id": acts.say(world, person, chat, str(given["text"]), manner).id}


def edit(world: World, given: Given) -> object:
    """Edit an own message."""
    person, chat = place_of(world, given)
    acts.amend(world, person, chat, int(given["message"]), str(given["text"]))
    return {}


def tap(world: World, given: Given) -> object:
    """Tap a callback button; the answer comes as an event with this id."""
    person, chat = place_of(world, given)
    number, data = int(given["message"]), str(given["data"])
    return {"callback": acts.tap(world, person, chat, number, data).id}


def block(world: World, given: Given) -> object:
    """Block the bot in a private chat, or let it write again."""
    _person, chat = place_of(world, given)
    if not chat.private:
        raise ValueError("only a private chat can block the bot")
    acts.block(world, chat, blocked=bool(given["blocked"]))
    return {}


def speak(world: World, given: Given) -> object:
    """Choose the language of a person's client."""
    person, language = world.people[int(given["person"])], str(given["language"])
    if language not in LANGUAGES:
        raise ValueError("no such language")
    world.people[person.id] = replace(person, language=language)
    world.journal.add(Happening.CHAT, person.id)
    return {}


DEEDS: Mapping[str, Callable[[World, Given], object]] = {
    "send": send,
    "edit": edit,
    "tap": tap,
    "block": block,
    "speak": speak,
}

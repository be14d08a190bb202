"""What the browser chat is told: the whole state once, then one event after the other.

It is not the Bot API's JSON. A browser needs to know what a client would show: who wrote, which
buttons there are, what is quoted, where a file can be downloaded, and which menu each person sees.
"""

from itertools import islice

from sandbox.state.chats import Chat
from sandbox.state.journal import Event, Happening
from sandbox.state.messages import Button, Message
from sandbox.state.stored import StoredFile
from sandbox.state.wire import Json
from sandbox.state.world import World

MOST_SHOWN = 300  # messages of a chat
QUOTE_LENGTH = 80
RELOADING = frozenset({Happening.MENU, Happening.CHAT})


def state_view(world: World) -> Json:
    """Everything that a page needs to start."""
    return {
        "last": world.journal.last,
        "bot": {"id": world.bot.id, "name": world.bot.name, "username": world.bot.username},
        "people": [
            {"id": person.id, "name": person.name, "language": person.language}
            for person in world.people.values()
        ],
        "chats": [_chat_view(world, chat) for chat in world.chats.values()],
    }


def _chat_view(world: World, chat: Chat) -> Json:
    present = [person for person, status in chat.members.items() if status.present]
    members = [chat.id] if chat.private else present
    skipped = max(len(chat.messages) - MOST_SHOWN, 0)
    return {
        "id": chat.id,
        "private": chat.private,
        "title": world.bot.name if chat.private else chat.title,
        "blocked": chat.blocked,
        "members": members,
        "menus": {str(person): _menu(world, person, chat) for person in members},
        "messages": [
            message_view(world, message)
            for message in islice(chat.messages.values(), skipped, None)
        ],
    }


def _menu(world: World, person_id: int, chat: Chat) -> list[Json]:
    language = world.people[person_id].language if person_id in world.people else ""
    return [command.as_json() for command in world.menu.seen_by(person_id, language, chat)]


def event_view(world: World, event: Event) -> Json:
    """One event; those that change more than a message ask the page to start again."""
    if event.what in RELOADING:
        return {"what": "reload"}
    view: Json = {"what": str(event.what), "chat": event.chat_id}
    if event.message is not None:
        view["message"] = message_view(world, event.message)
    if event.person_id is not None:
        view["person"] = event.person_id
    return view | {"text": event.text, "alert": event.alert, "callback": event.callback_id}


def message_view(world: World, message: Message) -> Json:
    """One message as it is shown."""
    chat = world.chats[message.chat_id]
    quoted = chat.messages.get(message.reply_to or 0)
    return {
        "id": message.id,
        "chat": message.chat_id,
        "sender": message.sender_id,
        "name": _name(world, message),
        "bot": message.sender_id == world.bot.id,
        "date": message.date,
        "text": message.text,
        "entities": [entity.as_json() for entity in message.entities],
        "keyboard": [[_button_view(button) for button in row] for row in message.keyboard],
        "file": message.file and _file_view(message.file),
        "album": message.album,
        "quote": quoted and _quote_view(world, quoted),
        "edited": message.edit_date is not None,
        "silent": message.silent,
        "service": _service(world, message),
        "reactions": list(message.reactions),
        "version": message.version,
    }


def _name(world: World, message: Message) -> str:
    if message.sender_chat is not None:
        return world.chats[message.sender_chat].title
    if message.sender_id == world.bot.id:
        return world.bot.name
    person = world.people.get(message.sender_id)
    return "Anonymous" if person is None else person.name


def _button_view(button: Button) -> Json:
    shown = button.value if isinstance(button.value, str) else ""
    if button.action == "copy_text" and isinstance(button.value, dict):
        shown = str(button.value.get("text", ""))
    return {"text": button.text, "action": button.action, "value": shown}


def _file_view(file: StoredFile) -> Json:
    return {
        "id": file.id,
        "name": _title(file),
        "size": file.size,
        "pixels": file.pixels if file.photo else None,
    }


def _title(file: StoredFile | None) -> str:
    if file is None:
        return ""
    return "Photo" if file.photo else file.name or "file"


def _quote_view(world: World, message: Message) -> Json:
    text = message.text or _title(message.file)
    return {"id": message.id, "name": _name(world, message), "text": text[:QUOTE_LENGTH]}


def _service(world: World, message: Message) -> str:
    if message.service is None:
        return ""
    if "new_chat_members" in message.service:
        return f"{world.bot.name} was added"
    if "left_chat_member" in message.service:
        return f"{world.bot.name} was removed"
    return "The group became a supergroup"

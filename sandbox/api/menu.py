"""The command menu: setMyCommands and its kin, with scopes and languages."""

import re
from typing import Any

from sandbox.api.params import Params, string
from sandbox.errors import bad_request
from sandbox.state.journal import Happening
from sandbox.state.menu import Command, Scope
from sandbox.state.world import World

PLAIN_SCOPES = frozenset(
    {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
)
CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})
NAME = re.compile(r"[a-z0-9_]{1,32}")
NAME_LENGTH = 32
DESCRIPTION_LENGTH = 256
MOST_COMMANDS = 100


def set_commands(world: World, params: Params) -> object:
    """SetMyCommands."""
    commands = _read_commands(params)
    scope = _read_scope(world, params)
    _refuse(commands)
    world.menu.put(scope, _language(params), commands)
    world.journal.add(Happening.MENU, scope.chat)
    return True


def get_commands(world: World, params: Params) -> object:
    """GetMyCommands."""
    scope = _read_scope(world, params)
    return [command.as_json() for command in world.menu.get(scope, _language(params))]


def delete_commands(world: World, params: Params) -> object:
    """DeleteMyCommands."""
    scope = _read_scope(world, params)
    world.menu.put(scope, _language(params), ())
    world.journal.add(Happening.MENU, scope.chat)
    return True


def _language(params: Params) -> str:
    code = params.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("LANG_CODE_INVALID")
    return code


def _read_commands(params: Params) -> tuple[Command, ...]:
    items: Any = params.json("commands", "Can't parse commands JSON object")
    if items is None:
        return ()
    if not isinstance(items, list):
        raise bad_request("Expected an Array of BotCommand")
    return tuple(_read_command(item) for item in items)


def _read_command(item: object) -> Command:
    if not isinstance(item, dict):
        raise bad_request("Can't parse BotCommand: expected an Object")
    try:
        name, description = string(item, "command"), string(item, "description")
    except ValueError as error:
        raise bad_request(f"Can't parse BotCommand: {error}") from None
    return Command(name.strip().removeprefix("/"), description.strip())


def _refuse(commands: tuple[Command, ...]) -> None:
    for command in commands:
        if not command.command:
            raise bad_request("Command must be non-empty")
        if len(command.command) > NAME_LENGTH:
            raise bad_request(f"Command length must not exceed {NAME_LENGTH}")
        if not command.description:
            raise bad_request("Command description must be non-empty")
        if len(command.description) > DESCRIPTION_LENGTH:
            raise bad_request(f"Command description length must not exceed {DESCRIPTION_LENGTH}")
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    if not all(NAME.fullmatch(command.command) for command in commands):
        raise bad_request("BOT_COMMAND_INVALID")


def _read_scope(world: World, params: Params) -> Scope:
    given: Any = params.json("scope", "Can't parse BotCommandScope JSON object")
    if given is None:
        return Scope()
    if not isinstance(given, dict):
        raise bad_request("Can't parse BotCommandScope: BotCommandScope must be an Object")
    try:
        kind = string(given, "type")
        if kind in PLAIN_SCOPES:
            return Scope(kind)
        if kind not in CHAT_SCOPES:
            raise ValueError("Unsupported type specified")  # noqa: TRY301
        number = string(given, "chat_id")
        person = string(given, "user_id") if kind == "chat_member" else "0"
    except ValueError as error:
        raise bad_request(f"Can't parse BotCommandScope: {error}") from None
    values = Params({"chat_id": number, "user_id": person})
    chat = world.chat(values.integer("chat_id"))
    return Scope(kind, chat.id, values.integer("user_id"))

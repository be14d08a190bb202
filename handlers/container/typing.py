"""What is typed in a session: each line, and each key, is a call of its own.

So it is limited, authorized and recorded like any other, and its order is that of the messages. The
commands are hidden: a reply to the message of a session types them (`bot.telegram.replies`).
"""

from __future__ import annotations

from collections.abc import Callable

from bot.command.call import Call
from bot.command.kinds import choice
from bot.command.sessions import KEYS
from bot.command.spec import Command, Danger, Handler, argument, command, option, targets
from bot.errors import Conflict, Denied
from bot.hosts.types import Kind, Target
from bot.message import msg
from bot.pipeline.authorize import refusal
from bot.reply import Reply
from handlers import root

_NOTHING = msg("Nothing was typed.")


def line_command(path: str, *, permission: str) -> Callable[[Handler], Command]:
    """Declare what types into the sessions that one command has opened, with its own right."""

    def declare(handler: Handler) -> Command:
        for add in (
            argument("text", default=""),
            argument("session"),
            targets(Kind.CONTAINER, nargs=1),
            option("-k", "--key", type=choice(*KEYS), help="Press a key instead"),
        ):
            handler = add(handler)
        return command(
            path,
            permission=permission,
            act=msg("type into {target}"),
            danger=Danger.CHANGE,
            feature="exec",
            hidden=True,
            root=root.into,
        )(handler)

    return declare


@line_command("session exec", permission="container.exec")
async def exec_line(
    call: Call, container: Target, session: str, text: str, key: str | None
) -> Reply:
    """Type a line into what was started with exec."""
    return _typed(call, session, text, key)


@line_command("session attach", permission="container.attach")
async def attach_line(
    call: Call, container: Target, session: str, text: str, key: str | None
) -> Reply:
    """Type a line into what somebody is attached to."""
    return _typed(call, session, text, key)


def _typed(call: Call, name: str, text: str, key: str | None) -> Reply:
    """Type it; there is nothing to say of that: the session shows what comes of it."""
    session = call.services.sessions.get(name)
    if session is None:
        raise Conflict(msg("This session has ended."), _NOTHING)
    if session.owner != call.actor.id:
        raise Denied(msg("Only who opened a session can type in it."), _NOTHING)
    if (session.typist, session.host, session.target) != _meant(call):
        raise Conflict(refusal(call), _NOTHING)
    line = call.ticket.line if call.ticket else 0
    if line and not session.follows(line):
        raise Conflict(msg("A line before it was not typed, so this one wasn't either."))
    session.typed_at = call.services.clock()
    keyboard = session.keyboard
    if not (keyboard.press(key) if key else keyboard.line(text)):
        raise Conflict(msg("It does not read what is typed."), _NOTHING)
    return Reply(())


def _meant(call: Call) -> tuple[str, str, str]:
    """What a session must be for this call to be about it."""
    return call.command.name, call.host.name, call.targets[0].id

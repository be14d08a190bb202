"""What is offered about a container that was just made; what changes something comes last."""

from __future__ import annotations

from bot.command.call import Call
from bot.message import Message, Untrusted, msg
from bot.reply import Button
from handlers.container.run.making import Made
from handlers.offer import may

Keys = tuple[tuple[Button, ...], ...]


def of_created(call: Call, made: Made) -> Keys:
    """It was never started."""
    return _key(call, made, "container start", msg("Start {name}…", name=made.shown))


def of_running(call: Call, made: Made) -> Keys:
    """It runs."""
    stop = msg("Stop {name}…", name=made.shown)
    return _logs(call, made) + _key(call, made, "container stop", stop)


def of_ended(call: Call, made: Made) -> Keys:
    """It has ended, and is still there."""
    return _logs(call, made) + _key(
        call, made, "container rm", msg("Remove {name}…", name=made.shown)
    )


def _logs(call: Call, made: Made) -> Keys:
    return _key(call, made, "container logs", msg("Logs {name}", name=Untrusted(made.wanted.name)))


def _key(call: Call, made: Made, verb: str, label: Message) -> Keys:
    if not may(call, verb):
        return ()
    return ((Button(label, (*verb.split(), made.wanted.name), host=call.host.name),),)

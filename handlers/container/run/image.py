"""The image that a container is to be made of: whether it is there, and how it comes there."""

from __future__ import annotations

from bot.command.call import Call
from bot.message import Code, Message, Untrusted, msg
from bot.reply import Button, Outcome, Reply, Text
from handlers.offer import may

_PULL = "image pull"


def pulled_first(call: Call) -> Reply | None:
    """What is said if it is to be pulled whatever there is; None if it is not."""
    if call.params["pull"] != "always":
        return None
    first = msg("{option} is done by {command}, before.", option=_OPTION, command=Code("/pull"))
    return _reply(call, first)


def missing(call: Call) -> Reply:
    """What is said where it is not there."""
    image, host = Untrusted(call.params["image"]), Untrusted(call.host.name)
    return _reply(call, msg("There is no image {image} on {host}.", image=image, host=host))


def _reply(call: Call, verdict: Message) -> Reply:
    blocks = (Text(verdict), Text(msg("Nothing was changed.")))
    return Reply(blocks, buttons=_pull(call), outcome=Outcome.FAILED)


def _pull(call: Call) -> tuple[tuple[Button, ...], ...]:
    if call.params["pull"] == "never" or not may(call, _PULL):
        return ()
    image, host = call.params["image"], call.host.name
    label = msg("Pull {image} on {host}", image=Untrusted(image), host=Untrusted(host))
    return ((Button(label, (*_PULL.split(), image), host=host),),)


_OPTION = Code("--pull always")

"""The image that a container is to be made of: whether it is there, and how it comes there."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.kinds import BadValue
from bot.command.references import SOURCE
from bot.errors import BotError, Cancelled
from bot.message import Message, Untrusted, msg
from bot.reply import Outcome, Reply, Text
from handlers.image.pull import bring


async def pull(call: Call) -> None:
    """Download it, as `/pull` would: who may not do that may not have it done by this.

    Raises:
        Denied: who asks may not pull, or not this.
        Cancelled: somebody stopped it.
        BotError: the registry refuses, or the Engine.
    """
    image = call.params["image"]
    platform, quiet = call.params["platform"], call.params["quiet"]
    try:
        await bring(call, image, _missing(call), platform=platform, quiet=quiet)
    except Cancelled:
        raise
    except BotError as error:
        if call.params["pull"] != "always":
            error.hints = (_missing(call), *error.hints)
        raise


def is_pulled(call: Call) -> bool:
    """Whether it is to be pulled if it is not there, and a registry may have it."""
    if call.params["pull"] != "missing":
        return False
    try:
        SOURCE.convert(call.params["image"], None, None)
    except BadValue:
        return False
    return True


def missing(call: Call) -> Reply:
    """What is said where it is not there."""
    blocks = (Text(_missing(call)), Text(msg("Nothing was changed.")))
    return Reply(blocks, outcome=Outcome.FAILED)


def _missing(call: Call) -> Message:
    image, host = Untrusted(call.params["image"]), Untrusted(call.host.name)
    return msg("There is no image {image} on {host}.", image=image, host=host)

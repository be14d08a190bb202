"""What is said to what is no command: where the commands are, or what a document is good for."""

from __future__ import annotations

from collections.abc import Iterator

from bot.command.call import Request
from bot.command.services import Services
from bot.message import Code, Message, Tappable, msg
from bot.reply import Reply, say

# What takes a document, and the caption that it takes it with.
_USES = (
    ("container cp", "/cp CONTAINER:PATH"),
    ("image load", "/image load"),
    ("image import", "/image import - NAME:TAG"),
    ("image build", "/image build -t NAME:TAG -"),
)


def hint(request: Request, services: Services) -> Reply:
    """What its sender could have meant, of what they may do."""
    uses = tuple(_uses(request, services))
    if request.picture and uses:
        smaller = msg("Telegram makes photos smaller: send it as a file.")
        return say(smaller, msg("Then write with it, or reply to it with:"), *uses)
    if request.attachment is not None and uses:
        name = request.attachment.name
        return say(msg("What is to be done with {name}?", name=name), msg("Reply with:"), *uses)
    return say(msg("Commands begin with a slash: {help} lists them.", help=Tappable("/help")))


def _uses(request: Request, services: Services) -> Iterator[Message]:
    for name, caption in _USES:
        found = services.registry.get(name)
        if found is not None and services.may(request.actor.id, found):
            yield msg("{caption}", caption=Code(caption))

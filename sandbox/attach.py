"""Files that a person attaches in the browser chat: one multipart body, straight to the disk."""

from collections.abc import Mapping

from starlette.requests import Request

from sandbox.api.body import AROUND, Incoming, read_parts
from sandbox.api.multipart import Multipart
from sandbox.deeds import place_of
from sandbox.errors import ApiError
from sandbox.state import acts
from sandbox.state.files import PERSON_BYTES, UnusablePhoto
from sandbox.state.messages import MOST_IN_ALBUM
from sandbox.state.world import World

MOST_BYTES = MOST_IN_ALBUM * PERSON_BYTES + AROUND


async def attach(world: World, request: Request) -> object:
    """Send the files of a request, several as one album.

    Its fields are `person`, `chat`, `caption`, `reply_to` and, where they are photos, `photos`.

    Raises:
        ValueError: it cannot be; the words are for the person.
        KeyError: a field lacks.
    """
    body = Incoming(request.receive)
    try:
        whole = Request(request.scope, body)
        async with read_parts(whole, world.files, PERSON_BYTES, MOST_BYTES) as parts:
            return _share(world, dict(parts.fields), parts)
    except UnusablePhoto:
        raise ValueError("this cannot be sent as a photo") from None
    except ApiError as error:
        await body.drain()
        raise ValueError(error.description) from None


def _share(world: World, given: Mapping[str, str], parts: Multipart) -> object:
    person, chat = place_of(world, given)
    store = world.files
    files = [
        store.keep_photo(part.place) if given.get("photos") else store.keep(part.name, part.place)
        for part in parts.uploads[: MOST_IN_ALBUM + 1]
    ]
    reply_to = given.get("reply_to")
    manner = acts.Manner(reply_to=int(reply_to) if reply_to else None)
    sent = acts.share(world, person, chat, files, given.get("caption", ""), manner)
    return {"ids": [message.id for message in sent]}

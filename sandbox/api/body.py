"""Reading the parameters of a request, in any of the encodings that the service takes."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.types import Message, Receive

from sandbox.api.multipart import FIELD_BYTES, Multipart
from sandbox.api.params import Params
from sandbox.errors import bad_request, too_large
from sandbox.state.files import MIB, Files

AROUND = MIB  # the fields around a file
MULTIPART = "multipart/form-data"


class LineCut(Exception):
    """The body has come as far as it shall."""


class Incoming:
    """The body of one request as it arrives.

    Attributes:
        cut_at: how many bytes shall come before the line is cut, None for all.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._bytes = 0
        self._ended = False
        self.cut_at: int | None = None

    async def __call__(self) -> Message:
        """The next message.

        Raises:
            LineCut: so much has come as shall come.
        """
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        if self.cut_at is not None and self._bytes >= self.cut_at:
            raise LineCut
        return message

    async def drain(self) -> None:
        """Let the rest come, so that the client is there to read why it was refused."""
        self.cut_at = None
        while not self._ended:
            await self()


@asynccontextmanager
async def read_params(request: Request, store: Files) -> AsyncIterator[Params]:
    """The parameters of the query string and the body together; the body wins.

    Files that came along are gone when the block ends, unless the store has kept them.

    Raises:
        ApiError: 413 where the body is too big, 400 where it is malformed.
    """
    given = request.headers.get("content-type", "")
    kind = given.partition(";")[0].strip().lower()
    values = dict(request.query_params)
    if kind == MULTIPART:
        most = store.upload_bytes
        async with read_parts(request, store, most, most + AROUND) as parts:
            yield Params(values | dict(parts.fields), {part.field: part for part in parts.uploads})
        return
    body = b"".join([chunk async for chunk in _bounded(request, FIELD_BYTES)])
    yield Params(values | _fields(kind, body))


@asynccontextmanager
async def read_parts(
    request: Request, store: Files, most_file: int, most: int
) -> AsyncIterator[Multipart]:
    """A multipart body; its files are gone when the block ends, unless the store has kept them.

    Raises:
        ApiError: 413 where the body or a file has more bytes, 400 where it is malformed.
    """
    parts = Multipart(request.headers.get("content-type", ""), store, most_file)
    try:
        async for chunk in _bounded(request, most):
            parts.feed(chunk)
        parts.finish()
        yield parts
    finally:
        parts.discard()


async def _bounded(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body piece by piece, no further than so many bytes, announced or not."""
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > most:
        raise too_large()
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > most:
            raise too_large()
        yield chunk


def _fields(kind: str, body: bytes) -> dict[str, str]:
    if kind == "application/json":
        return _from_json(body)
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return {}


def _from_json(body: bytes) -> dict[str, str]:
    try:
        fields = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise bad_request("can't parse JSON object") from None
    if not isinstance(fields, Mapping):
        raise bad_request("expected a JSON object")
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in fields.items()
        if value is not None
    }

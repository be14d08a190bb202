"""Files in and out of an Engine, as streams: never whole in memory, ended by leaving the block."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bot.errors import NotFound
from bot.hosts.answer import Unexpected, integer, mapping, moment, string
from bot.hosts.link import Link
from bot.hosts.messages import Told, messages
from bot.hosts.paths import one_segment
from bot.hosts.stream import Sends, Streams
from bot.message import Untrusted

_STAT = "X-Docker-Container-Path-Stat"
_TAR = {"Content-Type": "application/x-tar"}
# Of Go's os.FileMode: a folder, a link, and devices, pipes, sockets and what is none of these.
_DIR, _LINK, _ODD = 1 << 31, 1 << 27, 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21 | 1 << 19
_STALL = 300.0  # seconds: an Engine packs a large folder before it sends anything
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """What is at a path in a container. `size` in bytes; `changed` in seconds since the epoch.

    `leads` is where a link leads, as a path in the container, "" if it is none.
    """

    name: Untrusted
    size: int
    mode: int
    changed: float
    leads: str

    @property
    def regular(self) -> bool:
        """Whether it is a file with a content: no device, pipe or socket."""
        return not self.mode & (_DIR | _LINK | _ODD)

    @property
    def folder(self) -> bool:
        """Whether it is one."""
        return bool(self.mode & _DIR)


class Archives:
    """Opens them. Every method raises DockerFault where the Engine fails, as `faults` puts it."""

    def __init__(self, link: Link, streams: Streams) -> None:
        self._link = link
        self._streams = streams

    async def stat(self, id: str, path: str) -> Entry | None:  # noqa: A002 - Docker's name for it
        """What is at a path of a container, None for nothing."""
        where, asks = self._archive(id), Sends("HEAD", changes=False)
        try:
            async with self._streams.open(
                where, {"path": path}, stall=self._link.timeout, sends=asks
            ) as response:
                return _entry(response.headers)
        except NotFound:
            return None

    @asynccontextmanager
    async def fetch(
        self,
        id: str,  # noqa: A002 - Docker's name for it
        path: str,
    ) -> AsyncIterator[tuple[Entry, AsyncIterator[bytes]]]:
        """What is at a path of a container, and it as a tar."""
        async with self._streams.open(self._archive(id), {"path": path}, stall=_STALL) as response:
            yield _entry(response.headers), _pieces(response)

    async def put(
        self,
        id: str,  # noqa: A002 - Docker's name for it
        folder: str,
        tar: AsyncIterable[bytes],
        *,
        keep_owner: bool = False,
    ) -> None:
        """Unpack a tar into a folder of a container; a folder never takes a file's place."""
        params = {"path": folder, "noOverwriteDirNonDir": "true"}
        params |= {"copyUIDGID": "true"} if keep_owner else {}
        sends = Sends("PUT", tar, _TAR)
        async with self._streams.open(self._archive(id), params, stall=None, sends=sends) as done:
            await done.read()

    @asynccontextmanager
    async def export(self, id: str) -> AsyncIterator[AsyncIterator[bytes]]:  # noqa: A002 - the same
        """The file system of a container as a tar."""
        where = f"/containers/{one_segment(self._link.name, id)}/export"
        async with self._streams.open(where, {}, stall=_STALL) as response:
            yield _pieces(response)

    @asynccontextmanager
    async def save(self, names: Sequence[str]) -> AsyncIterator[AsyncIterator[bytes]]:
        """Images with all their layers, as a tar that `load` takes."""
        wanted = [("names", name) for name in names]
        async with self._streams.open("/images/get", wanted, stall=_STALL) as response:
            yield _pieces(response)

    async def load(self, tar: AsyncIterable[bytes]) -> AsyncIterator[Told]:
        """Load images; what the Engine tells meanwhile."""
        sends = Sends("POST", tar, _TAR)
        async with self._streams.open(
            "/images/load", {"quiet": "0"}, stall=None, sends=sends
        ) as response:
            async for told in messages(response, self._link.name):
                yield told

    async def import_(
        self, tar: AsyncIterable[bytes], params: Mapping[str, str], changes: Sequence[str] = ()
    ) -> AsyncIterator[Told]:
        """Make an image of a file system; what the Engine tells meanwhile."""
        asked = [("fromSrc", "-"), *params.items(), *(("changes", one) for one in changes)]
        sends = Sends("POST", tar, _TAR)
        async with self._streams.open("/images/create", asked, stall=None, sends=sends) as response:
            async for told in messages(response, self._link.name):
                yield told

    def _archive(self, id: str) -> str:  # noqa: A002 - Docker's name for it
        return f"/containers/{one_segment(self._link.name, id)}/archive"


async def _pieces(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """The body, in pieces of about a megabyte: each costs a turn of a thread."""
    room: list[bytes] = []
    size = 0
    async for piece in response.content.iter_any():
        room.append(piece)
        size += len(piece)
        if size >= _PIECE:
            yield b"".join(room)
            room, size = [], 0
    if room:
        yield b"".join(room)


def _entry(headers: Mapping[str, str]) -> Entry:
    """The header of an answer about a path."""
    try:
        told = mapping(json.loads(base64.b64decode(headers.get(_STAT, ""), validate=True)))
    except (binascii.Error, ValueError) as error:
        raise Unexpected(_STAT) from error
    mode = integer(told, "mode")
    return Entry(
        name=Untrusted(string(told, "name")),
        size=integer(told, "size"),
        mode=mode,
        changed=moment(told, "mtime") or 0.0,
        leads=string(told, "linkTarget") if mode & _LINK else "",
    )

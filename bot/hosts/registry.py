"""Images from and to registries; what the Engine tells meanwhile. Ending a task ends it there too.

An Engine talks to the registry by itself: the credentials go along in a header of its request, and
are never part of an address, an answer or a log.
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.errors import DockerFault
from bot.hosts.answer import Refused, identity, mapping
from bot.hosts.client import Client
from bot.hosts.link import Link
from bot.hosts.messages import Failed, Told, messages
from bot.hosts.paths import image_reference
from bot.hosts.reference import registry_of
from bot.hosts.stream import Query, Sends, Streams

_HUB = "docker.io"
_HUB_KEY = "https://index.docker.io/v1/"  # under which an Engine looks for the hub's
_TAR = "application/x-tar"
_PATIENCE = 20.0  # seconds for a registry to say what it has


@dataclass(frozen=True, slots=True)
class Login:
    """Who one is at a registry; `repr` does not tell."""

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    def entry(self, registry: str) -> dict[str, str]:
        """As an Engine takes it (`registry.AuthConfig`)."""
        where = _HUB_KEY if registry == _HUB else registry
        if not self.user:
            return {}
        return {"username": self.user, "password": self.password, "serveraddress": where}


class Registry:
    """One Engine's way to registries. `logins` are those that are known, by the registry's host."""

    def __init__(self, link: Link, streams: Streams, logins: Mapping[str, Login]) -> None:
        self._link = link
        self._streams = streams
        self._logins = logins

    def knows(self, registry: str) -> bool:
        """Whether there is a name and a password for it."""
        return bool(self._logins.get(registry, Login()).user)

    async def pull(self, name: str, tag: str, platform: str | None = None) -> AsyncIterator[Told]:
        """Fetch an image; `tag` may be a digest, and without one all tags come.

        Raises:
            Failed: the registry, or the Engine, refuses.
            DockerFault: the Engine can't be asked.
        """
        params = {"fromImage": image_reference(self._link.name, name), "tag": tag}
        params |= {"platform": platform} if platform else {}
        async for told in self._told("/images/create", params, self._auth(name)):
            yield told

    async def push(self, name: str, tag: str) -> AsyncIterator[Told]:
        """Send an image; without a tag all of its tags.

        Raises:
            Failed: the registry, or the Engine, refuses.
            DockerFault: the Engine can't be asked.
        """
        where = f"/images/{image_reference(self._link.name, name)}/push"
        params = {"tag": tag} if tag else {}
        async for told in self._told(where, params, self._auth(name)):
            yield told

    async def digest(self, name: str) -> str:
        """What the registry has under a name now: the digest that a pull of it would bring.

        Raises:
            Failed: the registry, or the Engine, refuses.
            DockerFault: the Engine can't be asked, or the registry does not answer in time.
        """
        image, headers = image_reference(self._link.name, name), self._auth(name)

        def work(client: Client) -> str:
            found = mapping(client.distribution(image, headers))
            return identity(mapping(found.get("Descriptor")), "digest")

        with _in_their_words(self._link.name):
            return await self._link.run(work, seconds=_PATIENCE, slow=True)

    async def build(
        self, context: AsyncIterable[bytes], params: Sequence[tuple[str, str]]
    ) -> AsyncIterator[Told]:
        """Build an image of a context, a tar. What it needs to pull is asked for with all logins.

        Raises:
            Failed: a step did.
            DockerFault: the Engine can't be asked.
        """
        logins = {
            _HUB_KEY if host == _HUB else host: login.entry(host)
            for host, login in self._logins.items()
            if login.user
        }
        headers = {"Content-Type": _TAR, "X-Registry-Config": _coded(logins)}
        async for told in self._told("/build", params, headers, context):
            yield told

    async def _told(
        self,
        where: str,
        params: Query,
        headers: Mapping[str, str],
        body: AsyncIterable[bytes] | None = None,
    ) -> AsyncIterator[Told]:
        sends = Sends("POST", body, headers, slow=True)
        host = self._link.name
        with _in_their_words(host):
            async with self._streams.open(where, params, stall=None, sends=sends) as response:
                async for told in messages(response, host):
                    yield told

    def _auth(self, name: str) -> dict[str, str]:
        """The header for one registry; a push needs it, be it empty."""
        registry = registry_of(name)
        login = self._logins.get(registry, Login())
        return {"X-Registry-Auth": _coded(login.entry(registry))}


@contextmanager
def _in_their_words(host: str) -> Iterator[None]:
    """What the Engine refuses in its own words, which are mostly the registry's.

    What it refuses before it tells anything, it has not begun.
    """
    try:
        yield
    except DockerFault as error:
        if isinstance(error.__cause__, Refused):
            raise Failed(host, error.__cause__.why, error.__cause__.status) from error
        raise


def _coded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()

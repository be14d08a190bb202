"""The docker SDK's low-level client, made safe for many threads and for a hostile Engine.

Four things differ from the SDK's own: one pool of connections for all requests (the SDK's is keyed
by full URL, so that a hundred containers mean a hundred connections), a time-out chosen for each
call, answers read up to a bound in bytes and seconds, and no redirects, proxies or `.netrc`.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from io import BytesIO
from typing import Any
from urllib.parse import quote

import requests
import urllib3
from docker import APIClient
from docker.transport import UnixHTTPAdapter
from docker.transport.unixconn import UnixHTTPConnection, UnixHTTPConnectionPool

from bot.hosts.answer import Unexpected, refusal

# 5,000 containers of 6 KiB each. While an answer becomes values, there are several copies of it.
_LARGEST = 32 * 1024 * 1024
# Two bytes of JSON can become 64 in memory, but no two values stand without a comma between them.
_COMMAS = 2_000_000
_CHUNK = 64 * 1024
_ERROR = 400
_NOT_MODIFIED = 304


class _Connection(UnixHTTPConnection):
    """Closes its socket where nobody listens; the SDK leaves that to the garbage collector."""

    def connect(self) -> None:
        """Connect, or raise OSError."""
        with ExitStack() as undo:
            sock = undo.enter_context(socket.socket(socket.AF_UNIX))
            sock.settimeout(self.timeout)
            sock.connect(self.unix_socket)
            undo.pop_all()
        self.sock = sock


class _Connections(UnixHTTPConnectionPool):
    """The connections to one socket."""

    def _new_conn(self) -> _Connection:  # type: ignore[override]  # urllib3 types it as a protocol that its own class does not fit
        return _Connection(self.base_url, self.socket_path)


class OneSocket(UnixHTTPAdapter):
    """All requests share one pool of connections, whatever their URL."""

    def __init__(self, url: str, connections: int) -> None:
        super().__init__(url)
        self._connections = _Connections(url, self.socket_path, maxsize=connections)

    def get_connection(self, url: bytes | str, proxies: object = None) -> UnixHTTPConnectionPool:
        """The one pool."""
        del url, proxies
        return self._connections

    def close(self) -> None:
        """Close the connections that are idle; the others end with their answers."""
        self._connections.close()
        super().close()


class Client(APIClient):
    """One Engine, for the threads of its pools. Constructing it does no I/O on the socket."""

    podman = False  # what Podman counts is not all as Docker has it

    def __init__(self, url: str, version: str, connections: int) -> None:
        super().__init__(base_url=url, version=version, max_pool_size=connections)
        self.trust_env = False
        self._patience = threading.local()
        if url.startswith("unix://"):
            self.mount("http+docker://", OneSocket(f"http+{url}", connections))

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Requests of this thread take at most about `seconds` each."""
        self._patience.seconds = seconds
        yield

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as requests declares it
        """Send one request and read its answer, whole but bounded.

        Raises:
            Refused: if the Engine answers with an error.
            Unexpected: if the answer is too large.
        """
        seconds: float = self._patience.seconds
        end = time.monotonic() + seconds
        kwargs |= {"timeout": seconds, "stream": True, "allow_redirects": False}
        response = super().send(request, **kwargs)
        with response.raw:
            body = _read(response.raw, end)
        if response.status_code >= _ERROR:
            raise refusal(response.status_code, body.getvalue())
        if body.getvalue().count(b",") > _COMMAS:
            raise Unexpected("too many values")
        response.raw = body
        return response

    def send_json(self, path: str, name: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401 - what JSON holds
        """`POST` a body to a path in which `{}` stands for a name; what is answered.

        The SDK does not know all limits of a container.
        """
        where = path.format(quote(name, safe=""))
        return self.post(f"{self.base_url}/v{self.api_version}{where}", json=dict(body)).json()

    def look(self, path: str, name: str, **params: str | int) -> Any:  # noqa: ANN401 - what JSON holds
        """`GET` a path in which `{}` stands for a name: what the SDK has no parameter for."""
        where = path.format(quote(name, safe=""))
        return self.get(f"{self.base_url}/v{self.api_version}{where}", params=params).json()

    def distribution(self, image: str, headers: Mapping[str, str]) -> Any:  # noqa: ANN401 - what JSON holds
        """What its registry has under an image's name, asked with these headers.

        The SDK would look for logins in files of its own.
        """
        where = f"/distribution/{quote(image, safe='/:@')}/json"
        return self.get(f"{self.base_url}/v{self.api_version}{where}", headers=headers).json()

    def change(self, path: str, name: str, **params: str | int | None) -> bool:
        """`POST` a path in which `{}` stands for a name; None are left out.

        False where the Engine says that it is so already (304). The SDK's own `start` and `stop` do
        not tell that, nor do they take a signal.
        """
        where = path.format(quote(name, safe=""))
        response = self.post(f"{self.base_url}/v{self.api_version}{where}", params=params)
        return response.status_code != _NOT_MODIFIED


def _read(raw: urllib3.HTTPResponse, end: float) -> BytesIO:
    """The body. An Engine that sends a byte now and then must not hold a thread for ever."""
    body = BytesIO()
    while chunk := raw.read1(_CHUNK, decode_content=True):  # what is there, not all of a chunk
        body.write(chunk)
        if body.tell() > _LARGEST:
            raise Unexpected("too large")
        if time.monotonic() > end:
            raise TimeoutError
    body.seek(0)
    return body

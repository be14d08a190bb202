"""Whether something answers on a unix socket: the one question asked before any client is built.

Standard library alone, so that it costs nothing and works before anything is installed.
"""

from __future__ import annotations

import http.client
import socket
from pathlib import Path

SCHEME = "unix://"


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("docker", timeout=timeout)
        self.path = path

    def connect(self) -> None:
        """Connect to the socket instead of to a host."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def ping(path: Path, timeout: float = 3.0) -> None:
    """Return when an Engine answers `GET /_ping` on the socket at `path` within `timeout` seconds.

    Raises:
        OSError: nothing listens, it is not allowed, or what answers is no Engine.
    """
    connection = UnixConnection(path, timeout)
    try:
        connection.request("GET", "/_ping")
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise OSError(f"it answered {answer.status} {answer.reason}")
    except http.client.HTTPException as bad:
        raise OSError("what answers does not speak HTTP") from bad
    finally:
        connection.close()

"""What Docker's own command line makes of a line: the body that it sends to create a container.

The Engine that it speaks with is a socket that takes what comes and creates nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any

API = "1.45"


class _Handler(BaseHTTPRequestHandler):
    """Answers as an Engine does, and keeps what it was to create."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_HEAD(self) -> None:
        self._answer(200, b"")

    def do_GET(self) -> None:
        self._answer(200, json.dumps({"ApiVersion": API, "Os": "linux"}).encode())

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.bodies.append(json.loads(sent))
        self._answer(201, json.dumps({"Id": "a" * 64, "Warnings": []}).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Api-Version", API)
        self.send_header("Ostype", "linux")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body:
            self.wfile.write(body)

    def address_string(self) -> str:
        return ""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: str) -> None:
        super().__init__(path, _Handler)
        self.bodies: list[dict[str, Any]] = []


class Dockers:
    """Docker's command line."""

    def __init__(self, server: _Server, home: str, url: str) -> None:
        self._server = server
        self._env = {"PATH": os.environ["PATH"], "DOCKER_HOST": url, "DOCKER_CONFIG": home}

    def created(self, words: tuple[str, ...]) -> dict[str, Any] | str:
        """The body without what is empty, or what it says is wrong."""
        self._server.bodies.clear()
        done = subprocess.run(
            ["docker", "create", *words],
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
            errors="replace",
        )
        if done.returncode:
            return done.stderr
        (body,) = self._server.bodies
        found = slim(body)
        assert isinstance(found, dict)
        return found


@contextmanager
def dockers() -> Iterator[Dockers]:
    with tempfile.TemporaryDirectory() as home:
        path = str(Path(home) / "engine.sock")
        with _Server(path) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            try:
                yield Dockers(server, home, f"unix://{path}")
            finally:
                server.shutdown()


# Maps whose keys say something, whatever is under them.
_MAPS = frozenset(
    {
        "Annotations",
        "Config",
        "DriverOpts",
        "EndpointsConfig",
        "ExposedPorts",
        "Labels",
        "Options",
        "PortBindings",
        "StorageOpt",
        "Sysctls",
        "Tmpfs",
        "Volumes",
    }
)
# What is there says something, also where it says no.
_TOLD = frozenset({"Init", "MaskedPaths", "MemorySwappiness", "ReadonlyPaths", "StopTimeout"})
# What docker/cli always says, and the Engine takes for granted.
_USUAL: dict[str, object] = {
    "ConsoleSize": [0, 0],
    "MemorySwappiness": -1,
    "RestartPolicy": {"Name": "no"},
}


def slim(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Without what is empty: it means the same to an Engine as what is not there."""
    if isinstance(value, list):
        return [slim(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, inner in value.items():
        told = {k: slim(v) for k, v in inner.items()} if key in _MAPS and inner else slim(inner)
        empty = told in (None, {}, [], "", 0)
        if (key in _TOLD and told is not None) or not empty:
            found[key] = told
    return {key: inner for key, inner in found.items() if inner != _USUAL.get(key, ...)}

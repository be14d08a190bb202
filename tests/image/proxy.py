"""What stands for compose.yaml's proxy, in a container: it lets through what it is told to.

As wollomatic/socket-proxy 1.12 does: the whole path against the patterns of the method, 405 for a
method without any, 403 for a path that none matches, and a socket for its own user alone. Standard
library only, as the file runs by itself. A word that it does not know ends it.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

DOCKER = "/var/run/docker.sock"
ALLOW = re.compile(r"-allow(GET|HEAD|POST|PUT|DELETE)=(.+)")
ENDPOINT = re.compile(r"-proxysocketendpoint=(/.+)")
OTHER = re.compile(r"-(loglevel=\w+|shutdowngracetime=\d+|watchdoginterval=\d+|stoponwatchdog)")
CONNECTION = re.compile(rb"\r\nconnection: *[^\r]*", re.IGNORECASE)

Rules = Mapping[str, Sequence[re.Pattern[str]]]


def read(arguments: Sequence[str]) -> tuple[str, Rules]:
    """Where to listen, and what passes."""
    endpoints, rules = [], dict[str, list[re.Pattern[str]]]()
    for argument in arguments:
        if found := ALLOW.fullmatch(argument):
            rules.setdefault(found[1], []).append(re.compile(found[2], re.ASCII))
        elif found := ENDPOINT.fullmatch(argument):
            endpoints.append(found[1])
        elif not OTHER.fullmatch(argument):
            raise SystemExit(f"unknown: {argument}")
    (endpoint,) = endpoints
    return endpoint, rules


def refusal(rules: Rules, method: str, target: str) -> HTTPStatus | None:
    """Why a request does not pass; None if it does."""
    if method not in rules:
        return HTTPStatus.METHOD_NOT_ALLOWED
    path = unquote(urlsplit(target).path)
    return None if any(r.fullmatch(path) for r in rules[method]) else HTTPStatus.FORBIDDEN


async def serve(rules: Rules, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
    """One request a connection: whoever wants more connects again."""
    head = await client.readuntil(b"\r\n\r\n")
    method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    if status := refusal(rules, method, target):
        print(f"blocked: {method} {target}", flush=True)  # noqa: T201 - its log
        text = f"{status.phrase}\n"
        lines = f"HTTP/1.1 {status} {status.phrase}\r\nContent-Length: {len(text)}"
        answer.write(f"{lines}\r\nConnection: close\r\n\r\n{text}".encode())
    else:
        engine, request = await asyncio.open_unix_connection(DOCKER)
        request.write(CONNECTION.sub(b"", head)[:-2] + b"Connection: close\r\n\r\n")
        sent = asyncio.ensure_future(carry(client, request))
        await carry(engine, answer)
        sent.cancel()
        request.close()
    await answer.drain()
    answer.close()


async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Hand on what comes, until nothing more does."""
    while piece := await source.read(1 << 16):
        target.write(piece)
        await target.drain()


async def main(arguments: Sequence[str]) -> None:
    """Serve until killed."""
    endpoint, rules = read(arguments)
    server = await asyncio.start_unix_server(lambda i, o: serve(rules, i, o), endpoint)
    print("listening", flush=True)  # noqa: T201 - its log
    await server.serve_forever()


if __name__ == "__main__":
    os.umask(0o177)
    asyncio.run(main(sys.argv[1:]))

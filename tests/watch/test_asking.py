"""What comes of asking an address, from servers that answer well, badly, slowly, or not at all."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.watch.asking import ask
from bot.watch.probe import Fault, Finding, Probe


@asynccontextmanager
async def serving(answer: bytes | None, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server's port. It answers so, or (None) never; what it was asked counts for nothing."""
    served: list[asyncio.Task[object] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, ConnectionError):  # tcp:// asks nothing
            await reader.readuntil(b"\r\n\r\n")
        if answer is None:
            await reader.read()
        else:
            writer.write(answer)
        with suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*filter(None, served))


def http(status: str, body: bytes = b"all is well", *more: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *more]
    return "\r\n".join((*head, "", "")).encode() + body


@pytest.mark.parametrize(
    ("answer", "status", "contains", "found"),
    [
        (http("200 OK"), None, "", Finding(status=200)),
        (http("204 No Content", b""), None, "", Finding(status=204)),
        (http("503 Busy"), None, "", Finding(Fault.STATUS, 503)),
        (http("200 OK"), 204, "", Finding(Fault.STATUS, 200)),
        (http("401 No"), 401, "", Finding(status=401)),
        (http("200 OK"), None, "is well", Finding(status=200)),
        (http("200 OK"), None, "is ill", Finding(Fault.TEXT, 200)),
        (http("200 OK", b"x" * 10**6 + b"end"), None, "end", Finding(Fault.TEXT, 200)),
        (b"SSH-2.0-OpenSSH\r\n\r\n", None, "", Finding(Fault.BROKEN)),
        (b"", None, "", Finding(Fault.BROKEN)),
    ],
)
async def test_an_answer(answer: bytes, status: int | None, contains: str, found: Finding) -> None:
    async with serving(answer) as port:
        address = f"http://127.0.0.1:{port}/health"
        assert await ask(Probe(address, status=status, contains=contains)) == found


async def test_a_redirect_is_an_answer_and_leads_nowhere() -> None:
    async with serving(http("200 OK")) as other:
        away = http("302 Found", b"", f"Location: http://127.0.0.1:{other}/")
        async with serving(away) as port:
            found = await ask(Probe(f"http://127.0.0.1:{port}/"))
            assert found == Finding(Fault.STATUS, 302)


async def test_one_that_never_answers_has_its_time() -> None:
    async with serving(None) as port:
        found = await ask(Probe(f"http://127.0.0.1:{port}/", timeout=0.05))
        assert found == Finding(Fault.TIMEOUT)


async def test_a_port_that_nobody_listens_at() -> None:
    async with serving(b"") as port:
        assert await ask(Probe(f"tcp://127.0.0.1:{port}")) == Finding()
    assert await ask(Probe(f"tcp://127.0.0.1:{port}")) == Finding(Fault.REFUSED)
    assert await ask(Probe(f"http://127.0.0.1:{port}/")) == Finding(Fault.REFUSED)


async def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    form = ("-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost")
    out = ("-keyout", str(key), "-out", str(certificate))
    await asyncio.to_thread(
        subprocess.run,
        ["openssl", "req", "-x509", *form, *out],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    async with serving(http("200 OK"), context) as port:
        assert await ask(Probe(f"https://localhost:{port}/")) == Finding(Fault.TLS)


@pytest.mark.parametrize("address", ["http://no-such-name.invalid/", "tcp://no-such.invalid:80"])
async def test_a_name_that_nobody_knows(address: str) -> None:
    assert await ask(Probe(address)) == Finding(Fault.NAME)

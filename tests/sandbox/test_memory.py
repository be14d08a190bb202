"""Sixty megabytes up and down, every way there is, while the server's own memory stays bounded."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

SIZE = 60 << 20
PIECE = bytes(1 << 20)
MOST = 16 << 20  # bytes that the server's memory may grow by
HEAD = b'--x\r\nContent-Disposition: form-data; name="%b"; filename="big.tar"\r\n\r\n'
FIELD = b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n42\r\n'


@dataclass
class Server:
    """`python -m sandbox --local` in a process of its own."""

    process: int
    root: str
    key: str
    client: httpx.AsyncClient

    def peak(self) -> int:
        """The most memory that it ever had, in bytes."""
        status = Path(f"/proc/{self.process}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) << 10

    async def bot(self, method: str, **params: object) -> Any:  # noqa: ANN401 - any JSON
        """What a method returns."""
        answer = await self.client.post(f"{self.root}/bot1:A/{method}", json=params)
        return answer.json()["result"]

    async def upload(self, path: str, field: bytes) -> httpx.Response:
        """Send the big file as a form."""
        return await self.client.post(
            f"{self.root}{path}",
            headers={
                "Content-Type": "multipart/form-data; boundary=x",
                "X-Sandbox-Key": self.key,
            },
            content=form(field),
        )

    async def download(self, path: str) -> int:
        """How many bytes come."""
        headers = {"X-Sandbox-Key": self.key}
        async with self.client.stream("GET", f"{self.root}{path}", headers=headers) as answer:
            assert answer.status_code == 200
            return sum([len(chunk) async for chunk in answer.aiter_raw()])


def on_disk(path: Path) -> int:
    """How many bytes a file has."""
    return path.stat().st_size


async def form(field: bytes) -> AsyncIterator[bytes]:
    """A multipart body with the big file in it, piece by piece."""
    for name in (b"chat_id", b"person", b"chat"):
        yield FIELD % name
    yield HEAD % field
    for _ in range(SIZE // len(PIECE)):
        yield PIECE
    yield b"\r\n--x--\r\n"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "--token", "1:A", "--person", "42:owner", "--local"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    root = (await process.stdout.readline()).decode().split()[-1]
    key = (await process.stdout.readline()).decode().strip().rpartition("=")[2]
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        yield Server(process.pid, root, key, client)
    process.terminate()
    assert await process.wait() == 0


async def test_a_big_file_is_never_in_memory(server: Server) -> None:
    small = {"document": ("a.txt", b"a")}  # what is loaded once is loaded now
    await server.client.post(f"{server.root}/bot1:A/sendDocument?chat_id=42", files=small)
    before = server.peak()

    sent = (await server.upload("/bot1:A/sendDocument", b"document")).json()["result"]
    assert sent["document"]["file_size"] == SIZE
    assert (await server.upload("/chat/attach", b"file")).json()["ids"]
    (update,) = await server.bot("getUpdates")
    document = update["message"]["document"]
    assert (document["file_name"], document["file_size"]) == ("big.tar", SIZE)
    path = Path((await server.bot("getFile", file_id=document["file_id"]))["file_path"])
    assert path.is_absolute()
    assert on_disk(path) == SIZE
    by_address = await server.bot("sendDocument", chat_id=42, document=path.as_uri())
    assert by_address["document"]["file_size"] == SIZE
    assert await server.download(f"/chat/file/{document['file_id']}") == SIZE

    assert server.peak() - before < MOST

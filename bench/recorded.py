"""An Engine 25 of recorded answers, as a process: `python -m bench.recorded SOCKET COUNT`.

No such Engine can be had everywhere. Its answers are those that the tests have, for so many
containers; it answers at once, as a real one does there (4.5 ms for each), so that what is measured
is who asks.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_SAMPLE = _ROOT / "tests" / "hosts" / "recorded" / "stats-25-v2.json"
_STATS = re.compile(r"GET /(?:v[\d.]+/)?containers/(\w+)/stats")
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_SECOND = 1_000_000_000


@asynccontextmanager
async def recorded(socket: Path, count: int) -> AsyncIterator[str]:
    """Its address, for as long as it runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.recorded", str(socket), str(count), cwd=_ROOT, stdout=PIPE
    )
    try:
        if process.stdout is None or not await process.stdout.readline():
            raise RuntimeError("the recorded Engine has ended by itself")
        yield f"unix://{socket}"
    finally:
        process.terminate()
        await process.wait()


class _Engine:
    def __init__(self, count: int) -> None:
        self._sample = json.loads(_SAMPLE.read_text())
        ids = [f"{number:064x}" for number in range(count)]
        self._list = json.dumps([_row(one) for one in ids]).encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := (await reader.readuntil(b"\r\n\r\n")).decode():
                body = self._answer(line)
                writer.write(_HEAD % len(body) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _answer(self, request: str) -> bytes:
        if found := _STATS.match(request):
            self._sample["cpu_stats"]["system_cpu_usage"] += _SECOND
            return json.dumps(self._sample | {"id": found[1]}).encode()
        if "/containers/json" in request:
            return self._list
        return b'{"ApiVersion": "1.45", "MinAPIVersion": "1.24", "Version": "26.1.5", "ID": "X"}'


def _row(cid: str) -> dict[str, object]:
    return {
        "Id": cid,
        "Names": [f"/app-{cid[-4:]}"],
        "Image": "busybox",
        "ImageID": f"sha256:{cid}",
        "Command": "sleep",
        "Created": 1700000000,
        "State": "running",
        "Status": "Up 5 minutes",
        "Ports": [],
        "Labels": {},
        "NetworkSettings": {"Networks": {}},
        "Mounts": [],
    }


async def _main(socket: str, count: int) -> None:
    server = await asyncio.start_unix_server(_Engine(count).serve, socket, backlog=1024)
    async with server:
        print("ready", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2])))

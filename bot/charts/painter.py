"""Has charts drawn by a process of its own: bounded in time, memory, and how many at once."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

_PROGRAM = Path(__file__).with_name("paint.py")
_AT_ONCE = 1
_SECONDS = 30.0  # for one, the way to its turn not counted
_WAITING = 8
_LARGEST = 4 * 1024 * 1024  # bytes of a picture; Telegram takes ten
_WHY = 2000  # bytes of what went wrong
_PNG = b"\x89PNG\r\n\x1a\n"


class Undrawn(Exception):
    """There is no picture; the log says why."""


@dataclass(slots=True)
class Painter:
    """Draws sheets, each in a folder that is gone afterwards."""

    program: Path = _PROGRAM
    seconds: float = _SECONDS
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    _waiting: int = 0

    async def __call__(self, sheet: bytes) -> bytes:
        """The PNG of a sheet.

        Raises:
            Undrawn: it could not be drawn.
        """
        if self._waiting >= _WAITING:
            raise Undrawn
        self._waiting += 1
        try:
            async with self._turns:
                return await self._draw(sheet)
        finally:
            self._waiting -= 1

    async def _draw(self, sheet: bytes) -> bytes:
        try:
            with tempfile.TemporaryDirectory(prefix="pierhead-", ignore_cleanup_errors=True) as own:
                picture, why, code = await self._run(sheet, own)
        except TimeoutError as error:
            log.warning("a chart was not drawn in %.0f s", self.seconds)
            raise Undrawn from error
        except OSError as error:
            log.warning("what draws charts can't be started: %s", error)
            raise Undrawn from error
        if code != 0 or not picture.startswith(_PNG):
            log.warning("a chart was not drawn: %s: %s", code, why.decode("utf-8", "replace"))
            raise Undrawn
        return picture

    async def _run(self, sheet: bytes, folder: str) -> tuple[bytes, bytes, int]:
        """Without the bot's environment: its secrets are nothing for what draws."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(self.program)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env={
                "HOME": folder,
                "MPLCONFIGDIR": folder,
                "OPENBLAS_NUM_THREADS": "1",
                "LC_ALL": "C.UTF-8",
            },
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self.seconds):
                return await _worked(process, sheet)
        finally:
            await _ended(process)


async def _worked(process: asyncio.subprocess.Process, sheet: bytes) -> tuple[bytes, bytes, int]:
    """What it has written, why it did not, and how it ended."""
    picture, why, _ = await asyncio.gather(
        _read(process.stdout, _LARGEST), _read(process.stderr, _WHY), _write(process.stdin, sheet)
    )
    return picture, why, await process.wait()


async def _read(stream: asyncio.StreamReader | None, most: int) -> bytes:
    """All of it, of which no more than `most` bytes are kept."""
    found = bytearray()
    while stream is not None and (piece := await stream.read(65536)):
        found += piece[: max(most - len(found), 0)]
    return bytes(found)


async def _write(stream: asyncio.StreamWriter | None, data: bytes) -> None:
    if stream is None:
        return
    with suppress(ConnectionError):  # it has ended already, and says itself why
        stream.write(data)
        await stream.drain()
    stream.close()


async def _ended(process: asyncio.subprocess.Process) -> None:
    """See to it that nothing of it is left."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    # It counts as ended only once what it has written was read.
    await asyncio.gather(_read(process.stdout, 0), _read(process.stderr, 0))
    await process.wait()

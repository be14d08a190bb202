"""The program `docker compose`, where it is installed: the only thing here that is one.

It runs without a shell, in a group of processes of its own, and sees nothing of our environment but
where programs are: `${TOKEN}` in a file that somebody sent must find nothing.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from bot.errors import BotError
from bot.hosts.composefile import BadCompose
from bot.message import Code, Message, Untrusted, msg

_PROGRAM = "docker"
_NOWHERE = "/dev/null"
_GRACE = 0.6  # seconds between asking it to end and ending it: who cancels waits no longer
_LOOKS = 30.0  # seconds that it may take to read a file
_BLOCK = 8192
_LINE = 300
_WHOLE = 1024 * 1024


class Missing(BotError):
    """There is no such program here."""


class Ended(BotError):
    """It ended with an error; `code` is its own."""

    def __init__(self, why: Message, code: int) -> None:
        super().__init__(why)
        self.code = code


class Compose:
    """Runs it for one Engine, at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def config(self, folder: Path, file: str, project: str) -> bytes:
        """The normal form of a file in a folder, as JSON.

        Raises:
            Missing: the program is not there.
            BadCompose: it takes the file for none, and says why.
        """
        await self._there(folder)
        words = (*self._on(folder, file, project), "config", "--format", "json")
        told, said = bytearray(), Tail()

        def keep(piece: bytes) -> None:
            if len(told) <= _WHOLE:
                told.extend(piece)

        code = await self._bounded(folder, words, keep, said.hear)
        if code or len(told) > _WHOLE:
            raise BadCompose(
                msg("Compose does not take the file."),
                msg("It says: {why}", why=Untrusted(said.last)),
            )
        return bytes(told)

    async def up(
        self, folder: Path, file: str, project: str, hear: Callable[[bytes], None]
    ) -> None:
        """Make and start what the file says; `hear` gets what it prints. Builds and pulls nothing.

        Cancelled, it ends, with all that it started.

        Raises:
            Ended: it failed.
        """
        verb = ("up", "--detach", "--no-build", "--pull", "never")
        words = (*self._on(folder, file, project), *verb)
        code = await self._run(folder, words, hear, hear)
        if code:
            raise Ended(msg("Compose failed, with code {code}.", code=code), code)

    def _on(self, folder: Path, file: str, project: str) -> Sequence[str]:
        return (
            *("--project-name", project, "--project-directory", str(folder)),
            *("--file", str(folder / file), "--env-file", _NOWHERE),
            *("--ansi", "never", "--progress", "plain"),
        )

    async def _there(self, folder: Path) -> None:
        path = os.environ.get("PATH", os.defpath)
        if shutil.which(_PROGRAM, path=path) is None or await self._bounded(
            folder, ("version",), _deaf, _deaf
        ):
            raise Missing(
                msg("There is no {program} where I run.", program=Code("docker compose")),
                msg("Whoever runs me can install it. All else of a stack goes without."),
                msg("Nothing was changed."),
            )

    async def _bounded(
        self,
        folder: Path,
        words: Sequence[str],
        out: Callable[[bytes], None],
        err: Callable[[bytes], None],
    ) -> int:
        """Run what only looks; it is not waited for without end."""
        try:
            async with asyncio.timeout(_LOOKS):
                return await self._run(folder, words, out, err)
        except TimeoutError as error:
            raise BadCompose(msg("Compose did not tell what it makes of the file.")) from error

    async def _run(
        self,
        folder: Path,
        words: Sequence[str],
        out: Callable[[bytes], None],
        err: Callable[[bytes], None],
    ) -> int:
        process = await asyncio.create_subprocess_exec(
            *(_PROGRAM, "compose", *words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env=self._environment(folder),
            start_new_session=True,
        )
        try:
            await asyncio.gather(_read(process.stdout, out), _read(process.stderr, err))
            return await process.wait()
        finally:
            if process.returncode is None:
                await _ended(process)

    def _environment(self, folder: Path) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),
            "DOCKER_CONFIG": str(folder),
            "DOCKER_HOST": self._url,
            "COMPOSE_DISABLE_ENV_FILE": "1",
            "LC_ALL": "C.UTF-8",
        }


class Tail:
    """The end of what a program prints, as lines: however much it is, it takes little room."""

    def __init__(self, most: int = 12) -> None:
        self._most = most
        self._text = ""

    def hear(self, piece: bytes) -> None:
        """Take the next piece in."""
        text = self._text + piece.decode("utf-8", "replace")
        self._text = "\n".join(text.split("\n")[-self._most - 1 :])[-self._most * _LINE :]

    @property
    def text(self) -> str:
        """The last lines."""
        return self._text.strip()

    @property
    def last(self) -> str:
        """The last line."""
        return self.text.rpartition("\n")[2]


async def _read(stream: asyncio.StreamReader | None, hear: Callable[[bytes], None]) -> None:
    if stream is None:
        return
    while piece := await stream.read(_BLOCK):
        hear(piece)


def _deaf(_piece: bytes) -> None:
    """What it prints is of no interest."""


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End it, and what it has started: they are one group, and it is the first of them."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE):
                await process.wait()

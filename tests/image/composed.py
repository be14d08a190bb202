"""What `docker compose up` makes of compose.yaml, on the Engine of the tests."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from pathlib import Path

from sandbox import Sandbox
from tests.e2e.conftest import TOKEN
from tests.image.base import AHEAD
from tests.image.compose import Compose
from tests.private_engine import Engine

NAME = "pierhead"  # of the image, the service and the container
USER = 10001
SOCKET = "/var/run/docker.sock"
PATIENCE = 60.0  # seconds of real time before a wait fails
CODE = re.compile(r"^ +(/start \S+)$", re.MULTILINE)
ANSWERS = "Pierhead answers as @"


class Composed:
    """Its containers. `ahead` is the file that pushes their time on."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.token = folder / "token"
        self.ahead = folder / "ahead"
        socket = engine.private.socket
        variables = {"DOCKER_GID": str(socket.stat().st_gid)}
        self._compose = Compose(folder, variables, {SOCKET: str(socket)})
        self._write()

    def _write(self) -> None:
        """Do what the first lines of compose.yaml say."""
        self.token.write_text(TOKEN)
        os.chown(self.token, USER, -1)
        self.token.chmod(0o400)
        self.ahead.write_text("0")

    async def up(self, telegram: Sandbox, *more: str) -> str:
        """Bring both up, Pierhead with more options: the command that makes an owner.

        It has the network of this process, as Telegram is played on this 127.0.0.1 alone.
        """
        for arguments in self._compose.volumes():
            self.engine.docker("volume", "create", *arguments)
        self.engine.docker("run", "--detach", *self._compose.run("engine"))
        await self.until(lambda: "listening" in self.logs("engine"))
        server = f"--env=PIERHEAD_TELEGRAM__BASE_URL={telegram.base_url}"
        self.engine.docker("run", "--detach", *self.pierhead("--network=host", server, *more))
        await self.until(lambda: ANSWERS in self.logs())
        claim: str = CODE.findall(self.logs())[0]
        return claim

    def pierhead(self, *more: str) -> list[str]:
        """The arguments of `docker run` for Pierhead."""
        clock = f"--volume={self.ahead}:{AHEAD}:ro"
        return self._compose.run(NAME, clock, *more)

    def logs(self, name: str = NAME) -> str:
        """What a container has written."""
        written: bytes = self.engine.sdk.api.logs(name)
        return written.decode()

    def health(self) -> tuple[str, str]:
        """What Docker thinks of Pierhead's health, and what the last check said."""
        found = self.engine.sdk.api.inspect_container(NAME)["State"]["Health"]
        return found["Status"], found["Log"][-1]["Output"] if found["Log"] else ""

    async def until(self, look: Callable[[], bool]) -> None:
        """Wait until it is so. Where it does not become so, what the containers say is told."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    if await asyncio.to_thread(look):
                        return
                    await asyncio.sleep(0.1)
        except TimeoutError:
            names = self.engine.docker("ps", "--all", "--format={{.Names}}").split()
            told = [self.engine.docker("ps", "--all"), *map(self.logs, names)]
            raise AssertionError("\n".join([f"not in {PATIENCE:g} s:", *told])) from None

    def down(self) -> None:
        """Leave nothing of it."""
        for container in self.engine.sdk.api.containers(all=True):
            self.engine.sdk.api.remove_container(container["Id"], force=True, v=True)
        for arguments in self._compose.volumes():
            self.engine.docker("volume", "rm", "--force", arguments[-1])

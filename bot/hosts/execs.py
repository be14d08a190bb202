"""Processes that are started in a running container: `docker exec`."""

from __future__ import annotations

import asyncio
import json
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass

from bot.errors import DockerFault
from bot.hosts.answer import Refused, boolean, identity, integer, mapping, optional
from bot.hosts.client import Client
from bot.hosts.link import Link
from bot.hosts.paths import one_segment
from bot.hosts.wire import Wire, wired

_UNFIT = 400
_TRIES, _LOOKS, _PAUSE = 5, 20, 0.05


@dataclass(frozen=True, slots=True)
class Launch:
    """What to run, and how; what is empty is as the container has it."""

    command: tuple[str, ...]
    env: tuple[str, ...] = ()
    user: str = ""
    workdir: str = ""
    privileged: bool = False
    tty: bool = False
    stdin: bool = False
    detach: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process is, or how it ended. `pid` is the host's, 0 if it was never started."""

    running: bool
    code: int | None
    pid: int


@dataclass(frozen=True, slots=True)
class Window:
    """The size of a terminal, in characters."""

    columns: int
    rows: int


class Execs:
    """The processes that were started in one Engine's containers.

    Every method raises NotFound where there is no such thing, Conflict where the container's state
    forbids it, and DockerFault where the Engine fails.
    """

    def __init__(self, link: Link) -> None:
        self._link = link

    async def create(self, container: str, launch: Launch) -> str:
        """Prepare it; nothing runs yet. Its id."""
        name = one_segment(self._link.name, container)
        attached = not launch.detach

        def work(client: Client) -> str:
            made = client.exec_create(
                name,
                list(launch.command),
                stdout=attached,
                stderr=attached,
                stdin=launch.stdin and attached,
                tty=launch.tty,
                privileged=launch.privileged,
                user=launch.user,
                environment=list(launch.env),
                workdir=launch.workdir or None,
            )
            return identity(mapping(made))

        return await self._link.run(work)

    def start(
        self,
        id: str,  # noqa: A002 - Docker's name for it
        *,
        tty: bool = False,
        window: Window | None = None,
    ) -> AbstractAsyncContextManager[Wire]:
        """Start it, with its output, and its input if it was created so, on a connection.

        Leaving the block ends the connection. It does not end the process.
        """
        asked: dict[str, object] = {"Detach": False, "Tty": tty}
        if window is not None and tty:
            asked["ConsoleSize"] = [window.rows, window.columns]
        return wired(self._link, f"/exec/{id}/start", {}, json.dumps(asked).encode())

    async def detach(self, id: str, *, tty: bool = False) -> str:  # noqa: A002 - as above
        """Start it, and let it run; why it could not be started, "" if it was."""

        def work(client: Client) -> str:
            try:
                client.exec_start(id, detach=True, tty=tty)
            except Refused as error:
                if error.status != _UNFIT:
                    raise
                return error.why
            return ""

        return await self._link.run(work, changes=True)

    async def resize(self, id: str, window: Window) -> None:  # noqa: A002 - as above
        """Give its terminal a size, once it has one: an Engine before 23 does not begin with it.

        That it can't be done is no reason to end it.
        """
        for _ in range(_TRIES):  # it may not run yet
            with suppress(DockerFault):
                await self._link.run(
                    lambda client: client.exec_resize(id, window.rows, window.columns)
                )
                return
            await asyncio.sleep(_PAUSE)

    async def inspect(self, id: str) -> Ended:  # noqa: A002 - as above
        """How it is now."""
        return await self._link.run(lambda client: _ended(client.exec_inspect(id)))

    async def ended(self, id: str) -> Ended:  # noqa: A002 - as above
        """How it ended; its output may end a moment before, or, if it closes that, long before."""
        for _ in range(_LOOKS):
            found = await self.inspect(id)
            if not found.running:
                break
            await asyncio.sleep(_PAUSE)
        return found


def _ended(value: object) -> Ended:
    raw = mapping(value)
    return Ended(boolean(raw, "Running"), optional(raw, "ExitCode"), integer(raw, "Pid"))

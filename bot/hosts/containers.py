"""What can be done with one container. Each method is one request."""

from __future__ import annotations

from collections.abc import Callable

from bot.hosts import faults
from bot.hosts.answer import mapping, sequence, strings
from bot.hosts.changes import Change, changes
from bot.hosts.client import Client
from bot.hosts.details import details
from bot.hosts.link import Link
from bot.hosts.paths import one_segment
from bot.hosts.types import Details, Processes
from bot.hosts.version import parts
from bot.message import Untrusted

_GRACE = 10
_LONG = 60.0  # seconds for what makes the Engine walk through a container's files
_SIGNALS_SINCE = "1.42"
# Titles and cells are what `ps` of the host printed: nothing bounds them there.
_PROCESSES, _COLUMNS, _CELL = 500, 32, 256


class Containers:
    """The containers of one Engine, by id or name.

    Every method raises NotFound where there is no such container, Conflict where its state forbids
    it, and DockerFault where the Engine fails (`unknown` where it may have done it).
    """

    def __init__(self, link: Link) -> None:
        self._link = link

    async def inspect(self, id: str, *, size: bool = False) -> Details:  # noqa: A002 - Docker's name for it
        """Everything that the Engine knows about it; `size` takes it long."""
        name = one_segment(self._link.name, id)
        if not size:
            return await self._link.run(lambda client: details(client.inspect_container(name)))
        return await self._link.run(
            lambda client: details(client.look("/containers/{}/json", name, size="1")),
            seconds=_LONG,
            slow=True,
        )

    async def diff(self, id: str) -> tuple[Change, ...]:  # noqa: A002 - Docker's name for it
        """What is not as in its image, by path. May take the Engine long."""
        name = one_segment(self._link.name, id)
        return await self._link.run(
            lambda client: changes(client.diff(name)), seconds=_LONG, slow=True
        )

    async def start(self, id: str) -> bool:  # noqa: A002 - Docker's name for it
        """Start it; False if it was running already."""
        return await self._change("start", id)

    async def stop(
        self,
        id: str,  # noqa: A002 - Docker's name for it
        timeout: int | None = None,  # noqa: ASYNC109 - the Engine's, not the caller's
        signal: str | None = None,
    ) -> bool:
        """Stop it, killing it after `timeout` seconds (-1: never); False if it was down already."""
        return await self._change("stop", id, timeout, signal)

    async def restart(
        self,
        id: str,  # noqa: A002 - Docker's name for it
        timeout: int | None = None,  # noqa: ASYNC109 - the Engine's, not the caller's
        signal: str | None = None,
    ) -> bool:
        """Stop it as `stop` does, and start it."""
        return await self._change("restart", id, timeout, signal, steps=True)

    async def kill(self, id: str, signal: str) -> None:  # noqa: A002 - Docker's name for it
        """Send a signal to its first process."""
        await self._do(id, lambda client, name: client.kill(name, signal))

    async def pause(self, id: str) -> None:  # noqa: A002 - Docker's name for it
        """Freeze all its processes."""
        await self._do(id, lambda client, name: client.pause(name))

    async def unpause(self, id: str) -> None:  # noqa: A002 - Docker's name for it
        """Let its processes go on."""
        await self._do(id, lambda client, name: client.unpause(name))

    async def rename(self, id: str, name: str) -> None:  # noqa: A002 - Docker's name for it
        """Give it another name."""
        await self._do(id, lambda client, old: client.rename(old, name))

    async def remove(
        self,
        id: str,  # noqa: A002 - Docker's name for it
        *,
        force: bool = False,
        volumes: bool = False,
    ) -> None:
        """Remove it; `force` kills it first, `volumes` takes its anonymous volumes along."""
        await self._do(
            id, lambda client, name: client.remove_container(name, v=volumes, force=force)
        )

    async def top(
        self,
        id: str,  # noqa: A002 - Docker's name for it
        ps_args: str | None = None,
        *,
        cell: int = _CELL,
    ) -> Processes:
        """Its processes, as `ps` with these arguments sees them; a cell is cut at `cell`."""
        name = one_segment(self._link.name, id)
        return await self._link.run(lambda client: _processes(client.top(name, ps_args), cell))

    async def _do(self, id: str, work: Callable[[Client, str], object]) -> None:  # noqa: A002
        name = one_segment(self._link.name, id)
        await self._link.run(lambda client: work(client, name), changes=True)

    async def _change(
        self,
        verb: str,
        id: str,  # noqa: A002 - Docker's name for it
        grace: int | None = None,
        signal: str | None = None,
        *,
        steps: bool = False,
    ) -> bool:
        name = one_segment(self._link.name, id)

        def work(client: Client) -> bool:
            if signal is not None and parts(client.api_version) < parts(_SIGNALS_SINCE):
                raise faults.too_old(self._link.name, "--signal")
            return client.change(f"/containers/{{}}/{verb}", name, t=grace, signal=signal)

        seconds = self._link.patience + max(_GRACE if grace is None else grace, 0)
        return await self._link.run(work, changes=True, steps=steps, seconds=seconds)


def _processes(value: object, cell: int) -> Processes:
    raw = mapping(value)
    rows = sequence(raw.get("Processes"))
    return Processes(
        titles=_cells(raw.get("Titles"), cell),
        rows=tuple(_cells(row, cell) for row in rows[:_PROCESSES]),
        more=max(0, len(rows) - _PROCESSES),
    )


def _cells(row: object, cell: int) -> tuple[Untrusted, ...]:
    texts = strings({"row": sequence(row)[:_COLUMNS]}, "row")
    return tuple(Untrusted(t if len(t) <= cell else f"{t[:cell]}…") for t in texts)

"""The bot as a process of its own, which can be killed.

Each is forked from one that has imported everything, so that it starts at once.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.e2e import dying

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([dying.__name__])


class Running:
    """One that was started; `said` is what it wrote to its outputs."""

    def __init__(self, process: ForkServerProcess, outputs: Path) -> None:
        self._process = process
        self._outputs = outputs

    @property
    def returncode(self) -> int | None:
        """How it ended, as a shell tells it less the sign; None while it runs."""
        return self._process.exitcode

    @property
    def said(self) -> str:
        return self._outputs.read_text()

    def arm(self) -> None:
        """From here on it dies at its steps."""
        self.send(signal.SIGUSR2)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self._process.pid or 0, number)

    async def ended(self, within: float = 30) -> None:
        """Wait until it has ended."""
        await asyncio.to_thread(self._process.join, within)
        assert self.returncode is not None, self.said


class Process:
    """Starts it with an environment, and with a config if it has one."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.config: Path | None = None
        self._environment = {"PATH": os.environ["PATH"], **environment}

    @asynccontextmanager
    async def running(
        self, *steps: str, later: float = 0.0, armed: bool = True
    ) -> AsyncIterator[Running]:
        """Run it with steps at which it dies; it is ended, if it still runs, with the block.

        With `armed` false they count only once they are armed.
        """
        with tempfile.TemporaryDirectory() as folder:
            outputs = Path(folder) / "outputs"
            outputs.touch()
            given = (self._environment, str(outputs), steps, later, self.config)
            process = _FORKS.Process(target=dying.main, args=given, kwargs={"armed": armed})
            process.start()
            running = Running(process, outputs)
            try:
                yield running
            finally:
                if running.returncode is None:
                    running.send(signal.SIGTERM)
                await running.ended()
                process.close()

    async def dies(self, *steps: str) -> None:
        """Run it until it kills itself."""
        async with self.running(*steps) as running:
            await running.ended()
            assert running.returncode == -signal.SIGKILL, running.said

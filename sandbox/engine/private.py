"""A Docker Engine of our own: started here, used here, gone afterwards without a trace.

The tests prune, and the demo shows how things are removed; neither may do so on an Engine that
somebody else uses. Ready in about 0.4 s and gone in 0.1 s (Engine 20.10, 2 cores).
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.engine import keeper
from sandbox.engine.errors import EngineUnavailable
from sandbox.engine.found import daemon_here
from sandbox.engine.ping import SCHEME, ping

PROGRAMS = ("dockerd", "containerd", "runc", "iptables", "unshare", "setpriv", "ip", "mount")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
HOME = Path("/var/tmp")  # noqa: S108 - made by mkdtemp; on disk, where /tmp may be memory
STOP = 15.0  # seconds; the keeper only kills and deletes


def why_not() -> str | None:
    """Why no private Engine can be started on this machine, as a sentence; None if it can."""
    if sys.platform != "linux":
        return "A private Docker Engine needs Linux."
    if os.geteuid() != 0:
        return "A private Docker Engine needs root."
    missing = [program for program in PROGRAMS if not shutil.which(program, path=_path())]
    if missing:
        return f"A private Docker Engine needs {', '.join(missing)} (Debian: docker.io, iproute2)."
    return None


class PrivateEngine:
    """One dockerd with its own processes, mounts, files and, where `isolated`, its own network.

    Not `isolated`, it shares the network of this process, which must be a namespace of its own
    too: then published ports are reachable on 127.0.0.1. A context manager, `async` or not.
    """

    def __init__(self, *, isolated: bool = True, deadline: float = 30.0) -> None:
        self.isolated = isolated
        self.deadline = deadline
        self._home: Path | None = None
        self._keeper: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Where it listens."""
        if self._home is None:
            raise EngineUnavailable("The private Docker Engine is not running.")
        return self._home / "docker.sock"

    @property
    def url(self) -> str:
        """Its address, as in `DOCKER_HOST`."""
        return f"{SCHEME}{self.socket}"

    def start(self) -> None:
        """Start it and return when it answers.

        Raises:
            EngineUnavailable: it cannot run here, or did not answer in `deadline` seconds.
        """
        if reason := why_not():
            raise EngineUnavailable(reason)
        if not self.isolated and (pid := daemon_here()):
            raise EngineUnavailable(f"A Docker daemon runs already in this network (pid {pid}).")
        self._home = Path(tempfile.mkdtemp(prefix="pierhead-", dir=HOME))
        (self._home / "daemon.json").write_text(json.dumps(_config(self._home)))
        (self._home / "log").touch()
        self._keeper = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", keeper.__file__, str(self._home), *self._flags()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PATH": _path()},
            start_new_session=True,  # Ctrl-C is for the owner, who lets go in its own time
        )
        try:
            self._wait(self._keeper)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it, with its containers, and remove its files. Does nothing where it is not running.

        The keeper removes everything by itself once its input closes.
        """
        self._home, process, self._keeper = None, self._keeper, None
        if process is None:
            return
        with process:
            if process.stdin:
                process.stdin.close()
            process.wait(STOP)

    def _flags(self) -> list[str]:
        return ["isolated" if self.isolated else "shared"]

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + self.deadline
        while True:
            try:
                return ping(self.socket)
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise EngineUnavailable(self._failure(process)) from None
            time.sleep(0.02)

    def _failure(self, process: subprocess.Popen[bytes]) -> str:
        if process.poll() is None:
            tail = self.log()
            return f"The private Docker Engine did not answer in {self.deadline:g} s.\n{tail}"
        tail = process.stdout.read().decode(errors="replace") if process.stdout else ""
        return f"The private Docker Engine did not start.\n{tail}"

    def log(self) -> str:
        """The end of the daemon's log."""
        content = (self.socket.parent / "log").read_bytes()
        return content[-keeper.TAIL :].decode(errors="replace")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.stop)


def _path() -> str:
    """The search path with the `sbin` folders, which a cron job's or `su`'s may lack."""
    return f"{os.environ.get('PATH', '')}:{PATH}"


def _config(home: Path) -> dict[str, object]:
    """The daemon's whole configuration: a file of our own, so that the machine's is not read."""
    return {
        "hosts": [f"{SCHEME}{home / 'docker.sock'}"],
        "data-root": str(home / "data"),
        "exec-root": str(home / "exec"),
        "pidfile": str(home / "pid"),
        "log-level": "warn",
        "cgroup-parent": f"/{home.name}",
        # systemd would not know a parent that is no slice, and may not run at all
        "exec-opts": ["native.cgroupdriver=cgroupfs"],
    }

"""An Engine that is stopped as an init system stops it, and started again with what it has."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker

from sandbox.engine import import_image, keeper, why_not
from sandbox.engine.images import BUSYBOX
from sandbox.engine.ping import ping
from sandbox.engine.private import HOME, _config, _path
from tests.unavailable import unavailable

PATIENCE = 30.0
# As of `sandbox.engine.keeper`, but that what its id is made of outlives it, as on a machine.
BOOT = """
mkdir -p /etc/docker
mount --bind "$1/etc" /etc/docker && mount -t tmpfs tmpfs /run || exit
ip link set lo up
exec dockerd --config-file "$1/daemon.json"
"""
SPACES = ("--pid", "--fork", "--kill-child", "--mount", "--mount-proc", "--net")
KEPT = ("setpriv", "--pdeathsig", "KILL", "unshare", *SPACES)


class Restarting:
    """Lives in `home`, in namespaces of its own, and never longer than the tests."""

    def __init__(self, home: Path) -> None:
        self.socket = home / "docker.sock"
        self.url = f"unix://{self.socket}"
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        (home / "etc").mkdir()
        config = _config(home) | {"shutdown-timeout": 1}
        (home / "daemon.json").write_text(json.dumps(config))

    def start(self) -> None:
        """Start it, and return when it answers."""
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*KEPT, "sh", "-c", BOOT, "sh", str(self._home)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PATH": _path()},
            )
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return ping(self.socket)
            except OSError:
                assert time.monotonic() < until, (self._home / "log").read_text()
                time.sleep(0.05)

    def stop(self) -> None:
        """Have it stop, and all that runs on it; return when it has."""
        assert self._process is not None
        number = self._process.pid
        (daemon,) = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        os.kill(int(daemon), signal.SIGTERM)
        self._process.wait(PATIENCE)

    def end(self) -> None:
        """Take it away."""
        if self._process is not None:
            keeper.end(self._process, self._home.name)
        keeper.remove_cgroups(self._home.name)
        shutil.rmtree(self._home, ignore_errors=True)


@contextmanager
def restarting() -> Iterator[Restarting]:
    """One that runs, and has the image that the tests have."""
    if reason := why_not():
        unavailable(reason)
    home = Path(tempfile.mkdtemp(prefix="pierhead-", dir=HOME))
    one = Restarting(home)
    try:
        one.start()
        client = docker.DockerClient(base_url=one.url)
        import_image(client, BUSYBOX)
        client.close()
        yield one
    finally:
        one.end()

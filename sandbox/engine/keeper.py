"""Keeps one private Engine: starts it, and takes it away when its owner is gone, however it went.

A process of its own, started by `sandbox.engine.private`, which holds the other end of its standard
input. When that end closes, because the owner let go or was killed with `kill -9`, the Engine is
ended and all that it had is removed; so there is one way to end, and it is always the same.

The Engine lives in namespaces of its own: of processes, so that killing the first one kills
containerd, the shims and every container with it; of the network, so that it does not fight over
`docker0` with another; of mounts, so that none is left behind. There `/run` is empty, which hides a
system containerd that dockerd would adopt, and so is `/etc/docker`, where Docker up to 23 keeps the
key that its id is made of. Standard library only: it runs by file name, outside any package.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
BOOT = """
mkdir -p /etc/docker
mount -t tmpfs tmpfs /etc/docker && mount -t tmpfs tmpfs /run || exit
[ "$1" = isolated ] && ip link set lo up
exec dockerd --config-file "$2"
"""
_THAW = 0.2  # seconds between attempts
TAIL = 2000  # bytes of the daemon's log that are told when it did not start


def command(config: Path, *, isolated: bool) -> list[str]:
    """The Engine's command line; it dies with this process, even where that is killed."""
    spaces = ["--pid", "--fork", "--kill-child", "--mount", "--mount-proc"]
    return [
        *("setpriv", "--pdeathsig", "KILL", "unshare", *spaces),
        *(("--net",) if isolated else ()),
        *("sh", "-c", BOOT, "sh", "isolated" if isolated else "shared", str(config)),
    ]


def end(engine: subprocess.Popen[bytes], name: str) -> None:
    """Kill the first process of the namespace; `unshare` then reaps it and ends too."""
    children = Path(f"/proc/{engine.pid}/task/{engine.pid}/children")
    try:
        first = int(children.read_text().split()[0])
    except (OSError, IndexError):
        first = engine.pid
    with contextlib.suppress(ProcessLookupError):
        os.kill(first, signal.SIGKILL)
    while engine.poll() is None:
        thaw(name)
        with contextlib.suppress(subprocess.TimeoutExpired):
            engine.wait(_THAW)


def thaw(name: str, root: Path = CGROUPS) -> None:
    """Let paused containers go on: a frozen process cannot die, not even of SIGKILL."""
    for file, word in (("freezer.state", "THAWED"), ("cgroup.freeze", "0")):
        for path in (*root.glob(f"{name}/**/{file}"), *root.glob(f"*/{name}/**/{file}")):
            with contextlib.suppress(OSError):
                path.write_text(word)


def remove_cgroups(name: str, root: Path = CGROUPS) -> None:
    """Remove the control groups of the containers, on cgroup v1 and v2 alike."""
    tops = [top for top in (*root.glob(name), *root.glob(f"*/{name}")) if top.is_dir()]
    for top in tops:
        for path in sorted((top, *top.rglob("*/")), reverse=True):
            if path.is_dir():
                _rmdir(path)


def _rmdir(path: Path, tries: int = 50) -> None:
    for _ in range(tries):  # the kernel lets go of a group a moment after its last process
        try:
            path.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.01)


def main() -> int:
    """Run one Engine in `home` until standard input closes: 0, or until it ends by itself: 1."""
    home, isolated = Path(sys.argv[1]), sys.argv[2] == "isolated"
    with (home / "log").open("wb") as log:
        engine = subprocess.Popen(  # noqa: S603 - our own command, no shell over its arguments
            command(home / "daemon.json", isolated=isolated),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    died = os.pidfd_open(engine.pid)
    ready, _, _ = select.select([sys.stdin, died], [], [])
    end(engine, home.name)
    if died in ready:
        sys.stdout.buffer.write((home / "log").read_bytes()[-TAIL:])
    remove_cgroups(home.name)
    shutil.rmtree(home, ignore_errors=True)
    return int(died in ready)


if __name__ == "__main__":
    sys.exit(main())

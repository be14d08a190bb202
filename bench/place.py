"""Where it is measured: a folder of our own, and a private Engine with what the benchmarks need.

The Engine starts when a benchmark first asks for it; what is put on it (150 containers, two big
logs, much that is random) stays for the next ones.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from docker import APIClient

from sandbox.engine.images import BUSYBOX

LINE = 128  # bytes of a line of `log`, the 8 of its frame included
EVERY = 40_000  # one line in so many is an ERROR: what is found fits into one message
FOLDER = "/bulk"  # of a container that has much
_AT_ONCE = 4
_TEXT = (
    "%08d level=%s method=GET path=/api/orders/4711 status=200"
    " took=12ms peer=10.12.0.7:5113 agent=curl/8.5.0 id=4b1d"
)


class Place:
    """`engine` is the `unix://` address of an Engine that has `busybox:latest`."""

    def __init__(self, engine: str, folder: Path) -> None:
        self.engine = engine
        self.sdk = APIClient(base_url=engine)
        self._root = folder
        self._number = itertools.count(1)

    def folder(self) -> Path:
        """A new and empty folder."""
        new = self._root / str(next(self._number))
        new.mkdir()
        return new

    def fleet(self, count: int) -> None:
        """Have `count` containers running, the first of them `web`. Blocks for many seconds."""
        lacking = count - len(self.sdk.containers())
        if lacking > 0:
            with ThreadPoolExecutor(_AT_ONCE) as threads:
                names = itertools.chain(["web"], (f"app-{n}" for n in itertools.count(1)))
                known = {name for one in self.sdk.containers(all=True) for name in one["Names"]}
                fresh = (name for name in names if f"/{name}" not in known)
                list(threads.map(self.sleeper, itertools.islice(fresh, lacking)))

    def log(self, name: str, size: int) -> int:
        """Have an ended container with a log of about `size` bytes; how many lines it has."""
        lines = size // LINE
        known = {n for one in self.sdk.containers(all=True) for n in one["Names"]}
        if f"/{name}" not in known:
            self._start(name, ["awk", _program(lines)])
            self.sdk.wait(name)
        return lines

    def bulk(self, name: str, size: int) -> None:
        """Have an ended container and an image, each with so many random bytes in a file.

        It has the same name as they, and is in `FOLDER`.
        """
        file = f"{FOLDER}/{name}"
        self._start(name, ["sh", "-c", f"mkdir {FOLDER} && head -c {size} /dev/urandom > {file}"])
        self.sdk.wait(name)
        self.sdk.commit(name, name, "latest")

    def close(self) -> None:
        """Let go of the connection."""
        self.sdk.close()

    def sleeper(self, name: str) -> None:
        """Have a container that does nothing, and for long."""
        self._start(name, ["sleep", "1000000"])

    def _start(self, name: str, command: list[str]) -> None:
        alone = self.sdk.create_host_config(network_mode="none")
        self.sdk.create_container(BUSYBOX, command, name=name, host_config=alone)
        self.sdk.start(name)


def _program(lines: int) -> str:
    """What writes so many lines, in awk."""
    level = f'i % {EVERY} ? "INFO " : "ERROR"'
    return f'BEGIN {{ for (i = 0; i < {lines}; i++) printf("{_TEXT}\\n", i, {level}) }}'

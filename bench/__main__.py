"""`python -m bench [NAME ...]`: run all benchmarks, or those that are named; print the table."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import docker

from bench import (
    alerts,
    audit,
    builds,
    bulk,
    cancel,
    logs,
    ps,
    requests,
    resident,
    start,
    strangers,
    sweep,
)
from bench.place import Place
from bench.table import Row, show
from sandbox.engine import EngineUnavailable, PrivateEngine, import_image

BENCHMARKS: dict[str, Callable[[Place], Awaitable[list[Row]]]] = {
    "ps": ps.measure,
    "requests": requests.measure,
    "strangers": strangers.measure,
    "logs": logs.measure,
    "start": start.measure,
    "resident": resident.measure,
    "sweep": sweep.measure,
    "alerts": alerts.measure,
    "audit": audit.measure,
    "bulk": bulk.measure,
    "builds": builds.measure,
    "cancel": cancel.measure,
}


def main(argv: list[str] | None = None) -> int:
    """Run what is asked for; 0 whatever the figures are, 1 where no Engine can be had."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    asked = parser.parse_args(argv).names or list(BENCHMARKS)
    if unknown := [name for name in asked if name not in BENCHMARKS]:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    try:
        with PrivateEngine() as engine, tempfile.TemporaryDirectory() as folder:
            print(show(asyncio.run(_run(engine.url, Path(folder), asked))))
    except EngineUnavailable as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


async def _run(engine: str, folder: Path, names: list[str]) -> list[Row]:
    client = docker.DockerClient(base_url=engine)
    import_image(client)
    client.close()
    place = Place(engine, folder)
    rows: list[Row] = []
    try:
        for name in names:
            begun = time.monotonic()
            rows += await BENCHMARKS[name](place)
            print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr)
    finally:
        place.close()
    return rows


if __name__ == "__main__":
    sys.exit(main())

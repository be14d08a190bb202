"""The Engine that is on this machine already, if there is one: looked for, never touched.

Three answers: it is here and answers; there is none at all, so one may be started; something is
here but cannot be used, and then nothing is started beside it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from sandbox.engine.errors import EngineUnavailable
from sandbox.engine.ping import SCHEME, ping

SYSTEM = Path("/var/run/docker.sock")
PROC = Path("/proc")
# Below the home directory: Docker Desktop (macOS, Linux), Colima, OrbStack, Rancher Desktop.
DESKTOPS = (
    ".docker/run/docker.sock",
    ".docker/desktop/docker.sock",
    ".colima/default/docker.sock",
    ".orbstack/run/docker.sock",
    ".rd/docker.sock",
)


def find_engine(environment: Mapping[str, str] = os.environ, system: Path = SYSTEM) -> str | None:
    """The address (`unix://…`) of an Engine that answers; None where there is none at all.

    Raises:
        EngineUnavailable: there is one, but it does not answer or may not be used.
    """
    silent: list[str] = []
    for path in sockets(environment, system):
        try:
            ping(path)
        except OSError as failure:
            silent.append(_reason(path, failure))
        else:
            return f"{SCHEME}{path}"
    if silent:
        raise EngineUnavailable(silent[0])
    if pid := daemon_here():
        raise EngineUnavailable(
            f"A Docker daemon runs (pid {pid}), but no socket of it was found."
            " Set DOCKER_HOST to its unix:// address."
        )
    return None


def sockets(environment: Mapping[str, str], system: Path = SYSTEM) -> Iterator[Path]:
    """The sockets to try, best first; only DOCKER_HOST where it is set."""
    if named := environment.get("DOCKER_HOST"):
        if not named.startswith(SCHEME):
            raise EngineUnavailable(
                f"DOCKER_HOST is {named.split('://')[0]}://…, and only unix:// can be used here."
                " Unset it, or run this on the machine where the Engine is."
            )
        yield Path(named.removeprefix(SCHEME))
        return
    places = [system]
    if runtime := environment.get("XDG_RUNTIME_DIR"):  # rootless Docker
        places.append(Path(runtime, "docker.sock"))
    if home := environment.get("HOME"):
        places += [Path(home, desktop) for desktop in DESKTOPS]
    yield from (place for place in places if place.exists())


def daemon_here(proc: Path = PROC) -> int | None:
    """The process id of a dockerd in this network namespace: the only ones that fight over it."""
    own = _network(proc / "self")
    for entry in proc.glob("[0-9]*"):
        if _runs_dockerd(entry) and _network(entry) in (own, None):
            return int(entry.name)
    return None


def _runs_dockerd(entry: Path) -> bool:
    """Whether it is a dockerd that runs: one that has ended stays a while, as a zombie."""
    try:
        name, _, rest = (entry / "stat").read_text().partition("(")[2].rpartition(")")
    except OSError:  # it has ended meanwhile
        return False
    return name == "dockerd" and rest.split()[:1] != ["Z"]


def _network(entry: Path) -> str | None:
    try:
        return str((entry / "ns/net").readlink())
    except OSError:  # not ours to see, or just ended
        return None


def _reason(path: Path, failure: OSError) -> str:
    if isinstance(failure, PermissionError):
        return (
            f"{path} is not readable for you. Add yourself to its group"
            " (sudo usermod -aG docker $USER), log in again, and try once more."
        )
    if isinstance(failure, TimeoutError):
        return f"Docker at {path} does not answer. Restart it, then try once more."
    detail = failure.strerror or failure
    return f"Docker at {path} does not answer ({detail}). Start it, then try once more."

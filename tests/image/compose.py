"""compose.yaml as the options of `docker run`, where there is no `docker compose`.

Every key of it counts: one that is not known here fails the test instead of being left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[2] / "compose.yaml"
PROXY: str = yaml.safe_load(FILE.read_text())["services"]["engine"]["image"]
VARIABLE = re.compile(r"\$\{(\w+):\?[^}]*\}")  # one that must be given

Tree = Mapping[str, Any]
Flags = Iterator[str]


class Compose:
    """The file, with what it leaves to `.env` and to the folder in which it stands.

    `instead` are sources of mounts that are elsewhere in a test.
    """

    def __init__(
        self, folder: Path, variables: Mapping[str, str], instead: Mapping[str, str]
    ) -> None:
        text = VARIABLE.sub(lambda found: variables[found[1]], FILE.read_text())
        tree = yaml.safe_load(text)
        known(tree, "services", "secrets", "volumes")
        self.services: Tree = tree["services"]
        self._volumes: Tree = tree["volumes"]
        self._secrets = {name: folder / given["file"] for name, given in tree["secrets"].items()}
        self._instead = instead

    def volumes(self) -> Iterator[list[str]]:
        """The arguments of `docker volume create`, for each."""
        for name, given in self._volumes.items():
            driver = given or {}
            known(driver, "driver", "driver_opts")
            options = driver.get("driver_opts", {}).items()
            flags = (f"--opt={key}={value}" for key, value in options)
            yield [f"--driver={driver.get('driver', 'local')}", *flags, name]

    def run(self, name: str, *more: str) -> list[str]:
        """The arguments of `docker run` for a service; `more` options come last, and win."""
        service = self.services[name]
        flags = [flag for key, value in service.items() for flag in self._flags(key, value)]
        command = service.get("command", ())
        return [f"--name={name}", *flags, *more, service["image"], *command]

    def _flags(self, key: str, value: Any) -> Flags:  # noqa: ANN401 - whatever YAML holds
        match key:
            case "build" | "image" | "command" | "depends_on":
                return iter(())
            case "volumes":
                return (f"--volume={self._mount(mount)}" for mount in value)
            case "secrets":
                return (f"--volume={self._secrets[name]}:/run/secrets/{name}:ro" for name in value)
            case _:
                return FLAGS[key](value)

    def _mount(self, mount: str) -> str:
        source, colon, rest = mount.partition(":")
        return self._instead.get(source, source) + colon + rest


def known(tree: Tree, *keys: str) -> None:
    """Fail at a key that is not among these."""
    assert set(tree) <= set(keys), f"compose.yaml says more than is tested: {set(tree) - set(keys)}"


def _one(flag: str) -> Callable[[Any], Flags]:
    return lambda value: iter([f"--{flag}={str(value).lower() if value is True else value}"])


def _each(flag: str) -> Callable[[Any], Flags]:
    return lambda values: (f"--{flag}={value}" for value in values)


FLAGS: Mapping[str, Callable[[Any], Flags]] = {
    "cap_drop": _each("cap-drop"),
    "environment": lambda table: (f"--env={key}={value}" for key, value in table.items()),
    "mem_limit": _one("memory"),
    "network_mode": _one("network"),
    "pids_limit": _one("pids-limit"),
    "read_only": _one("read-only"),
    "restart": _one("restart"),
    "security_opt": _each("security-opt"),
    "tmpfs": _each("tmpfs"),
    "user": _one("user"),
}

"""What Docker's own command line takes: its verbs and their flags, as docker.toml lists them.

Pierhead is held against it: the page of the commands says of each flag whether it is understood or
why not, and the tests fail where a command leaves one out.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("docker.toml")
_MANY = frozenset(
    {"filter", "gpu-request", "list", "map", "mount", "network", "strings", "ulimit"}
)  # the types whose values add up; of any other the last one given counts


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag; `type` is the word for its value in Docker's own help, `default` what it shows."""

    name: str
    type: str
    short: str | None = None
    default: str | None = None
    hidden: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """As they are typed: `-a`, `--all`."""
        return (*((f"-{self.short}",) if self.short else ()), f"--{self.name}")

    @property
    def takes_value(self) -> bool:
        """Whether a value has to follow."""
        return self.type != "bool"

    @property
    def repeats(self) -> bool:
        """Whether every value given counts, and not only the last."""
        return self.type in _MANY


@dataclass(frozen=True, slots=True)
class Verb:
    """One command of Docker's: how many words it takes, and which flags.

    `stops`: what follows its first word is no flag any more, as in `docker run alpine ls -l`.
    """

    name: str
    usage: str
    aliases: tuple[str, ...]
    least: int
    most: int | None
    stops: bool
    flags: tuple[Flag, ...]


@cache
def verbs() -> tuple[Verb, ...]:
    """All of `docker container`, then of `docker image`, each by its name."""
    found = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(_verb(name, facts) for name, facts in found.items())


def _verb(name: str, facts: dict[str, Any]) -> Verb:
    return Verb(
        name=name,
        usage=facts["usage"],
        aliases=tuple(facts["aliases"]),
        least=facts["least"],
        most=facts.get("most"),
        stops=facts.get("stops", False),
        flags=tuple(Flag(**flag) for flag in facts.get("flags", ())),
    )

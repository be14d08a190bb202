"""Compose projects, read from the labels that compose puts on what it makes.

Anybody who makes a container can write these labels: names may be anything, and what is said to
depend on each other may go round in circles. A circle is cut where it is met first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from bot.hosts.types import Container, Stack
from bot.message import Untrusted

_LABEL = "com.docker.compose."
_DEPENDS = f"{_LABEL}depends_on"
_ONE_OFF = f"{_LABEL}oneoff"


def stacks(containers: Iterable[Container]) -> tuple[Stack, ...]:
    """The stacks of these containers, by name."""
    found: dict[str, list[Container]] = {}
    for one in containers:
        if one.project is not None and one.labels.get(_ONE_OFF) != "True":
            found.setdefault(one.project.raw, []).append(one)
    return tuple(_stack(name, found[name]) for name in sorted(found))


def service_of(container: Container) -> str:
    """The service that it is of; its own name where no label tells."""
    return container.labels.get(f"{_LABEL}service") or container.name.raw


def number_of(container: Container) -> int:
    """Which of its service's containers it is; 0 where that is not told."""
    number = container.labels.get(f"{_LABEL}container-number", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 9 else 0  # noqa: PLR2004 - digits


def origin_of(stack: Stack) -> tuple[Untrusted | None, Untrusted | None]:
    """The folder that it was brought up from, and the files, as its first container tells."""
    tags = stack.containers[0].labels
    folder = tags.get(f"{_LABEL}project.working_dir")
    files = tags.get(f"{_LABEL}project.config_files")
    return Untrusted(folder) if folder else None, Untrusted(files) if files else None


def needs_of(containers: Iterable[Container]) -> Mapping[str, frozenset[str]]:
    """For each of their services, those of the others that it depends on."""
    named: dict[str, set[str]] = {}
    for one in containers:
        named.setdefault(service_of(one), set()).update(_depends_on(one))
    return {name: frozenset(named.keys() & needs - {name}) for name, needs in named.items()}


def ordered(needs: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The services, each after what it depends on, else by name; without recursion."""
    done: dict[str, None] = {}
    entered: set[str] = set()
    for first in sorted(needs):
        path: list[tuple[str, Iterator[str]]] = []
        following: str | None = first
        while following is not None or path:
            if following is not None and following not in entered:
                entered.add(following)
                path.append((following, iter(sorted(needs[following]))))
            following = next(path[-1][1], None) if path else None
            if following is None and path:
                done[path.pop()[0]] = None
    return tuple(done)


def _stack(name: str, containers: list[Container]) -> Stack:
    ranks = {service: rank for rank, service in enumerate(ordered(needs_of(containers)))}
    containers.sort(key=lambda c: (ranks[service_of(c)], number_of(c), c.name.raw))
    seen = "\n".join(sorted(f"{c.id} {c.state} {c.exit_code}" for c in containers))
    state = hashlib.sha256(seen.encode("utf-8", "replace")).hexdigest()[:16]
    return Stack(Untrusted(name), tuple(containers), state)


def _depends_on(container: Container) -> Iterator[str]:
    """The names in "db:service_started:false,cache:service_healthy:true"."""
    for entry in container.labels.get(_DEPENDS, "").split(","):
        if name := entry.partition(":")[0].strip():
            yield name

"""What a prune would remove: chosen here, shown, and then deleted by id.

Docker's own prune tells what it removed only afterwards, and takes whatever is there by then. So
its rules are applied to lists (moby `daemon/prune.go`, `images/image_prune.go`): what is chosen is
what is asked about, and nothing else goes. Where seconds are all that a list tells of a time, or a
container is about to start again, the thing is kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.hosts.types import BuildRecord, Container, Image, Network, Volume

_RUNNING = frozenset({"running", "paused", "restarting"})
_LOCAL = "local"
_INGRESS = "ingress"


@dataclass(frozen=True, slots=True)
class Filters:
    """`--filter` of the prune commands: `until` in seconds since the epoch, `label` and `label!`.

    A label is "key" or "key=value". All of `labels` must be there; what has all of `without` stays.
    """

    until: float | None = None
    labels: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def old_enough(self, created: float) -> bool:
        """Whether it was surely made before `until`; `created` is cut to seconds."""
        return self.until is None or created < math.floor(self.until)

    def fits(self, labels: Mapping[str, str]) -> bool:
        """Whether labels let it go."""
        if self.without and _has_all(labels, self.without):
            return False
        return _has_all(labels, self.labels)


NO_FILTERS = Filters()


def prunable_containers(
    containers: Iterable[Container], filters: Filters = NO_FILTERS
) -> tuple[Container, ...]:
    """Those that do not run."""
    return tuple(
        c
        for c in containers
        if c.state not in _RUNNING and filters.old_enough(c.created) and filters.fits(c.labels)
    )


def without(containers: Iterable[Container], going: Iterable[Container]) -> tuple[Container, ...]:
    """The containers that will still be there."""
    gone = {container.id for container in going}
    return tuple(c for c in containers if c.id not in gone)


def prunable_images(
    images: Iterable[Image],
    containers: Iterable[Container],
    *,
    all: bool = False,  # noqa: A002 - Docker's name for it
    filters: Filters = NO_FILTERS,
) -> tuple[Image, ...]:
    """Those without a tag or, with `all`, without a container, be it a stopped one.

    `images` comes without the layers between; `containers` are those that will still be there.
    Docker also takes tags from an image in use that has several: that is not done here.
    """
    used = {container.image_id for container in containers}
    return tuple(
        i
        for i in images
        if (all or i.dangling)
        and i.id not in used
        and filters.old_enough(i.created)
        and filters.fits(i.labels)
    )


def prunable_networks(
    networks: Iterable[Network],
    containers: Iterable[Container],
    filters: Filters = NO_FILTERS,
) -> tuple[Network, ...]:
    """Those of people's own that no running container is attached to: a stopped one is not."""
    used = {name for c in containers if c.state in _RUNNING for name in c.networks}
    return tuple(
        n
        for n in networks
        if not (n.builtin or n.users or n.name in used or n.name.raw == _INGRESS)
        and filters.old_enough(n.created)
        and filters.fits(n.labels)
    )


def prunable_volumes(
    volumes: Iterable[Volume],
    containers: Iterable[Container],
    *,
    all: bool = False,  # noqa: A002 - Docker's name for it
    filters: Filters = NO_FILTERS,
) -> tuple[Volume, ...]:
    """Those of the local driver without a container, be it a stopped one; named ones with `all`.

    Engines before API 1.42 would take the named ones as well. `until` does not exist for volumes.
    """
    used = {name for c in containers for name in c.mounts}
    return tuple(
        v
        for v in volumes
        if v.driver.raw == _LOCAL
        and (all or v.anonymous)
        and not (v.users or v.name in used)
        and filters.fits(v.labels)
    )


def prunable_builds(
    records: Iterable[BuildRecord],
    *,
    all: bool = False,  # noqa: A002 - Docker's name for it
    filters: Filters = NO_FILTERS,
) -> tuple[BuildRecord, ...]:
    """Those of the build cache whose removal frees something; a builder's own with `all`.

    `until` is of their last use. They have no labels, so none fits a `label`: Docker takes no
    notice of that filter here, and would remove all of them (moby `builder-next/builder.go`).
    """
    return tuple(
        r
        for r in records
        if not (r.in_use or r.shared)
        and (all or not r.internal)
        and filters.old_enough(r.used or 0.0)
        and filters.fits({})
    )


def _has_all(labels: Mapping[str, str], wanted: Iterable[str]) -> bool:
    return all(_has(labels, one) for one in wanted)


def _has(labels: Mapping[str, str], wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in labels and (not equals or labels[key] == value)

"""The four built-in roles, and how roles become plain lists of permission globs.

A role allows what it says itself and what the roles that it includes allow. A configuration may
replace either for a built-in role, and add roles of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from bot.config.kinds import Glob, Items, RoleRef, Section
from bot.config.problem import Refused
from bot.message import msg

OWNER = "owner"


class Role(Section):
    """What a role allows by itself, and the roles whose permissions it has as well."""

    allow: Items[Glob] = ()
    includes: Items[RoleRef] = ()


BUILT_IN: Mapping[str, Role] = {
    "viewer": Role(
        allow=(
            "container.ls",
            "container.logs",
            "container.stats",
            "container.inspect",
            "container.top",
            "container.diff",
            "container.port",
            "container.wait",
            "image.ls",
            "image.history",
            "image.inspect",
            "volume.ls",
            "volume.inspect",
            "network.ls",
            "network.inspect",
            "stack.ls",
            "stack.ps",
            "stack.logs",
            "system.df",
            "system.events",
            "system.info",
            "system.report",
            "system.version",
            "host.ls",
            "schedule.ls",
            "alert.ls",
            "self.*",  # one's own language, rights and running operations
        )
    ),
    "operator": Role(
        includes=("viewer",),
        allow=(
            "container.start",
            "container.stop",
            "container.restart",
            "container.kill",
            "container.outdated",  # an Engine goes out to its registries
            "container.pause",
            "container.unpause",
            "stack.start",
            "stack.stop",
            "stack.restart",
            "stack.pause",
            "stack.unpause",
            "schedule.edit",  # one's own; what they run takes the rights that one has then
            "alert.ack",
            "alert.snooze",
            "alert.silence",
        ),
    ),
    "admin": Role(
        includes=("operator",),
        allow=(
            "container.*",
            "image.*",
            "volume.*",
            "network.*",
            "stack.*",
            "system.*",
            "host.*",
            "audit.*",
            "schedule.*",  # with .others, people's own, and .unattended, what asks otherwise
            "alert.*",
        ),
    ),
    OWNER: Role(allow=("*",)),
}


def flatten(roles: Mapping[str, Role]) -> Mapping[str, tuple[str, ...]]:
    """The globs of every role, built-in ones included, with what they inherit.

    Raises:
        Refused: a role includes itself, by way of others or directly.
    """
    every = {**BUILT_IN, **{name: _over(name, role) for name, role in roles.items()}}
    sorter = TopologicalSorter({name: role.includes for name, role in every.items()})
    try:
        order = tuple(sorter.static_order())
    except CycleError as error:
        names = [name for name in error.args[1] if name in roles]
        raise Refused(
            msg("A role cannot include itself, by way of others or directly."),
            at=("roles", *names[:1], "includes"),
        ) from None
    globs: dict[str, tuple[str, ...]] = {}
    for name in order:
        role = every.get(name, Role())
        inherited = [glob for included in role.includes for glob in globs[included]]
        globs[name] = tuple(dict.fromkeys((*inherited, *role.allow)))
    return globs


def _over(name: str, given: Role) -> Role:
    """A built-in role with what the configuration says instead; any other role as it is."""
    said = {key: getattr(given, key) for key in given.model_fields_set}
    return BUILT_IN.get(name, given).model_copy(update=said)

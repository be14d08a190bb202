"""Which containers of a stack are meant: all, or those of the services that were named."""

from __future__ import annotations

from collections.abc import Iterable

from bot.command.call import Call
from bot.command.plan import Item, of_target
from bot.errors import UsageError
from bot.hosts.resolve import target
from bot.hosts.stacks import service_of
from bot.hosts.types import Container, Stack
from bot.message import Names, Untrusted, msg

_NAMED = 12


def stack_of(call: Call) -> Stack:
    """The stack, as it was seen when its name was looked up."""
    return next(thing for thing in call.seen if isinstance(thing, Stack))


def chosen(call: Call) -> tuple[Container, ...]:
    """The containers that are meant, each after what it depends on.

    Raises:
        UsageError: the stack has no service of a name.
    """
    stack = stack_of(call)
    _, wanted = call.params["stack"]
    if not wanted:
        return stack.containers
    known = tuple(dict.fromkeys(map(service_of, stack.containers)))
    for name in wanted:
        if name not in known:
            raise UsageError(
                msg("{stack} has no service {name}.", stack=stack.name, name=Untrusted(name)),
                msg("It has {names}.", names=Names(tuple(map(Untrusted, known[:_NAMED])))),
            )
    return tuple(c for c in stack.containers if service_of(c) in wanted)


def items_of(call: Call, containers: Iterable[Container]) -> tuple[Item, ...]:
    """Containers as items of a plan."""
    return tuple(of_target(target(one, call.host.name)) for one in containers)


def plain(stack: Stack, container: Container) -> str:
    """How a container is called within its stack: `shop-web-1` of `shop` is `web-1`."""
    name = container.name.raw
    for joint in ("-", "_"):
        short = name.removeprefix(f"{stack.name.raw}{joint}")
        if short != name and not short.isdecimal() and short:
            return short
    return name

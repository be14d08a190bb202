"""The verbs that change a stack: each does one thing to its containers in order, and tells it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.command.call import Call
from bot.command.kinds import SECONDS
from bot.command.plan import Item
from bot.command.spec import Danger, command, of_stack, option, refused
from bot.hosts.resolve import target
from bot.hosts.types import Container, Target
from bot.message import Message, msg
from bot.reply import Reply
from handlers import root
from handlers.each import Act
from handlers.stack.chosen import chosen
from handlers.stack.order import in_order

Chosen = tuple[Target, tuple[str, ...]]

DEADLINE = 300.0  # seconds: one container after the other
PATIENT = option(
    "-t", "--timeout", "time", type=SECONDS, help="Seconds to wait before killing a container"
)
_UP = frozenset({"running", "paused", "restarting"})


async def starts(call: Call) -> tuple[Message, ...]:
    """Why who lets these containers run is root: as for each of them by itself."""
    found = tuple(target(one, call.host.name) for one in chosen(call))
    return await root.starts(replace(call, targets=found))


@command(
    "stack start",
    aliases=("compose start",),
    permission="stack.start",
    act=msg("start {target}"),
    danger=Danger.CHANGE,
    root=starts,
    cost=3,
    deadline=DEADLINE,
)
@of_stack()
@refused("--wait", why=msg("I don't wait until it is healthy."))
@refused("--wait-timeout", value=True, why=msg("I don't wait until it is healthy."))
async def start(call: Call, stack: Chosen) -> Reply:
    """Start the containers of a stack, each after what it depends on.

    What is only to be started once something else is healthy is not kept waiting for that.
    """
    return await in_order(
        call,
        chosen(call),
        lambda item: call.host.containers.start(item.id),
        done=msg("Started {name}."),
        already=msg("{name} was running already."),
    )


@command(
    "stack stop",
    aliases=("compose stop",),
    permission="stack.stop",
    act=msg("stop {target}"),
    danger=Danger.DISRUPTIVE,
    cost=3,
    deadline=DEADLINE,
)
@of_stack()
@PATIENT
async def stop(call: Call, stack: Chosen, time: int | None) -> Reply:
    """Stop the containers of a stack, each before what it depends on."""
    return await in_order(
        call,
        chosen(call),
        lambda item: call.host.containers.stop(item.id, timeout=time),
        done=msg("Stopped {name}."),
        already=msg("{name} was stopped already."),
        backwards=True,
    )


@command(
    "stack restart",
    aliases=("compose restart",),
    permission="stack.restart",
    act=msg("restart {target}"),
    danger=Danger.DISRUPTIVE,
    root=starts,
    cost=3,
    deadline=DEADLINE,
)
@of_stack()
@PATIENT
@refused("--no-deps", why=msg("Only what you name is restarted, nothing else."))
async def restart(call: Call, stack: Chosen, time: int | None) -> Reply:
    """Restart the containers of a stack, each after what it depends on."""
    return await in_order(
        call,
        chosen(call),
        lambda item: call.host.containers.restart(item.id, timeout=time),
        done=msg("Restarted {name}."),
    )


@command(
    "stack pause",
    aliases=("compose pause",),
    permission="stack.pause",
    act=msg("pause {target}"),
    danger=Danger.DISRUPTIVE,
    cost=3,
)
@of_stack()
async def pause(call: Call, stack: Chosen) -> Reply:
    """Pause the containers of a stack that run."""
    return await in_order(
        call,
        chosen(call),
        _where(call, call.host.containers.pause, paused=False),
        done=msg("Paused {name}."),
        already=msg("{name} was paused already."),
        backwards=True,
    )


@command(
    "stack unpause",
    aliases=("compose unpause",),
    permission="stack.unpause",
    act=msg("unpause {target}"),
    danger=Danger.CHANGE,
    cost=3,
)
@of_stack()
async def unpause(call: Call, stack: Chosen) -> Reply:
    """Unpause the containers of a stack."""
    return await in_order(
        call,
        chosen(call),
        _where(call, call.host.containers.unpause, paused=True),
        done=msg("{name} goes on."),
        already=msg("{name} was not paused."),
    )


def is_up(container: Container) -> bool:
    """Whether it would have to be stopped first."""
    return container.state in _UP


def _where(call: Call, change: Callable[[str], Awaitable[None]], *, paused: bool) -> Act:
    """Do it only where it changes anything: what does not run, compose leaves out as well."""
    up = {one.id for one in chosen(call) if is_up(one)}

    async def act(item: Item) -> bool | Message:
        if item.id not in up:
            return msg("{name} does not run.")
        if (item.state == "paused") is not paused:
            return False
        await change(item.id)
        return True

    return act

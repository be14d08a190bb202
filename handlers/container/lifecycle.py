"""The verbs that change a container: each does one thing to every target, and tells it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.command.call import Call, Request
from bot.command.kinds import SECONDS, SIGNAL
from bot.command.plan import Item
from bot.command.spec import Danger, command, option, refused, targets
from bot.hosts.types import Container, Kind, Target
from bot.message import Code, msg
from bot.reply import Reply
from handlers import root
from handlers.container.conflicts import explained
from handlers.each import Act, each

# Docker called it `--time` until 28, and still understands that.
_before_it_is_killed = option(
    "-t",
    "--timeout",
    "--time",
    "time",
    type=SECONDS,
    help="Seconds to wait before killing the container",
)
_ATTACH = msg(
    "Start it without, then {attach} opens a session, and {logs} shows what it says.",
    attach=Code("/attach"),
    logs=Code("/logs -f"),
)
_CHECKPOINTS = msg("Checkpoints are an experiment of Docker's that needs a program on the host.")


def _is_down(container: Container) -> bool:
    return container.state in {"created", "exited", "dead"}


def _is_up(container: Container) -> bool:
    return container.state in {"running", "restarting"}


def _is_greeting(words: tuple[str, ...], _request: Request) -> str | None:
    """Telegram opens a chat with `/start`; a code begins with `_`, which no container name can."""
    if not words:
        return "greet"
    return "claim" if words[0].startswith("_") else None


def _is_paused(container: Container) -> bool:
    return container.state == "paused"


def _where(*, paused: bool, change: Callable[[str], Awaitable[None]]) -> Act:
    """Do it only where it changes anything: what is so already the Engine calls an error (500)."""

    async def act(item: Item) -> bool:
        if (item.state == "paused") is not paused:
            return False
        await change(item.id)
        return True

    return act


@command(
    "container start",
    shortcut="start",
    permission="container.start",
    act=msg("start {target}"),
    danger=Danger.CHANGE,
    asks=True,  # a link of Telegram's can type "/start web" for somebody
    redirect=_is_greeting,
    root=root.starts,
)
@targets(Kind.CONTAINER, among=_is_down)
@refused("-a", "--attach", why=_ATTACH)
@refused("-i", "--interactive", why=_ATTACH)
@refused("--detach-keys", value=True, why=_ATTACH)
@refused("--checkpoint", value=True, why=_CHECKPOINTS)
@refused("--checkpoint-dir", value=True, why=_CHECKPOINTS)
async def start(call: Call, containers: tuple[Target, ...]) -> Reply:
    """Start one or more stopped containers."""
    return await each(
        call,
        explained(call, lambda item: call.host.containers.start(item.id)),
        done=msg("Started {name}."),
        already=msg("{name} was running already."),
    )


@command(
    "container stop",
    shortcut="stop",
    permission="container.stop",
    act=msg("stop {target}"),
    danger=Danger.DISRUPTIVE,
)
@targets(Kind.CONTAINER, among=_is_up)
@_before_it_is_killed
@option("-s", "--signal", type=SIGNAL, help="Signal to send to the container")
async def stop(
    call: Call, containers: tuple[Target, ...], time: int | None, signal: str | None
) -> Reply:
    """Stop one or more running containers."""
    return await each(
        call,
        explained(
            call, lambda item: call.host.containers.stop(item.id, timeout=time, signal=signal)
        ),
        done=msg("Stopped {name}."),
        already=msg("{name} was stopped already."),
    )


@command(
    "container restart",
    shortcut="restart",
    permission="container.restart",
    act=msg("restart {target}"),
    danger=Danger.DISRUPTIVE,
    root=root.starts,
)
@targets(Kind.CONTAINER)
@_before_it_is_killed
@option("-s", "--signal", type=SIGNAL, help="Signal to send to the container")
async def restart(
    call: Call, containers: tuple[Target, ...], time: int | None, signal: str | None
) -> Reply:
    """Restart one or more containers."""
    return await each(
        call,
        explained(
            call, lambda item: call.host.containers.restart(item.id, timeout=time, signal=signal)
        ),
        done=msg("Restarted {name}."),
    )


@command(
    "container kill",
    shortcut="kill",
    permission="container.kill",
    act=msg("kill {target}"),
    danger=Danger.DISRUPTIVE,
)
@targets(Kind.CONTAINER, among=_is_up)
@option("-s", "--signal", type=SIGNAL, default="KILL", help="Signal to send to the container")
async def kill(call: Call, containers: tuple[Target, ...], signal: str) -> Reply:
    """Kill one or more running containers."""
    return await each(
        call,
        explained(call, lambda item: call.host.containers.kill(item.id, signal=signal)),
        done=msg("Sent {signal} to {name}.", signal=Code(signal)),
    )


@command(
    "container pause",
    shortcut="pause",
    permission="container.pause",
    act=msg("pause {target}"),
    danger=Danger.DISRUPTIVE,
)
@targets(Kind.CONTAINER, among=_is_up)
async def pause(call: Call, containers: tuple[Target, ...]) -> Reply:
    """Pause all processes within one or more containers."""
    return await each(
        call,
        explained(call, _where(paused=False, change=call.host.containers.pause)),
        done=msg("Paused {name}."),
        already=msg("{name} was paused already."),
    )


@command(
    "container unpause",
    shortcut="unpause",
    permission="container.unpause",
    act=msg("unpause {target}"),
    danger=Danger.CHANGE,
)
@targets(Kind.CONTAINER, among=_is_paused)
async def unpause(call: Call, containers: tuple[Target, ...]) -> Reply:
    """Unpause all processes within one or more containers."""
    return await each(
        call,
        explained(call, _where(paused=True, change=call.host.containers.unpause)),
        done=msg("{name} goes on."),
        already=msg("{name} was not paused."),
    )

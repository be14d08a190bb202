"""The verbs that change a container: each does one thing to every target, and tells it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.command.call import Call, Request, at
from bot.command.kinds import SECONDS, SIGNAL
from bot.command.plan import Item, Plan, of_target
from bot.command.spec import Danger, argument, command, flag, option, targets
from bot.errors import Conflict, UsageError
from bot.hosts.types import Container, Kind, Target
from bot.message import Code, Message, Names, Untrusted, msg, plural
from bot.pipeline.confirm import states
from bot.reply import Block, Reply, Text
from handlers import root
from handlers.each import Act, each


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
async def start(call: Call, containers: tuple[Target, ...]) -> Reply:
    """Start one or more stopped containers."""
    return await each(
        call,
        lambda item: call.host.containers.start(item.id),
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
@option("-t", "--time", type=SECONDS, help="Seconds to wait before killing the container")
@option("-s", "--signal", type=SIGNAL, help="Signal to send to the container")
async def stop(
    call: Call, containers: tuple[Target, ...], time: int | None, signal: str | None
) -> Reply:
    """Stop one or more running containers."""
    return await each(
        call,
        lambda item: call.host.containers.stop(item.id, timeout=time, signal=signal),
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
@option("-t", "--time", type=SECONDS, help="Seconds to wait before killing the container")
@option("-s", "--signal", type=SIGNAL, help="Signal to send to the container")
async def restart(
    call: Call, containers: tuple[Target, ...], time: int | None, signal: str | None
) -> Reply:
    """Restart one or more containers."""
    return await each(
        call,
        lambda item: call.host.containers.restart(item.id, timeout=time, signal=signal),
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
        lambda item: call.host.containers.kill(item.id, signal=signal),
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
        _where(paused=False, change=call.host.containers.pause),
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
        _where(paused=True, change=call.host.containers.unpause),
        done=msg("{name} goes on."),
        already=msg("{name} was not paused."),
    )


@command(
    "container rename",
    shortcut="rename",
    permission="container.rename",
    act=msg("rename {target}"),
    danger=Danger.CHANGE,
)
@targets(Kind.CONTAINER, nargs=1)
@argument("new_name")
async def rename(call: Call, container: Target, new_name: str) -> Reply:
    """Rename a container."""
    new = at(Untrusted(new_name), call.host.name)

    async def act(item: Item) -> None:
        try:
            await call.host.containers.rename(item.id, new_name)
        except Conflict as error:
            if all(new_name != c.name.raw for c in await call.host.inventory.containers()):
                raise
            taken = msg("There is a {name} already.", name=new)
            raise Conflict(taken, msg("Nothing was changed.")) from error

    return await each(call, act, done=msg("{name} is now {new}.", new=new))


async def _plan_rm(call: Call) -> Plan:
    """What would go, and in which state it is; a running one needs `--force`, as with Docker."""
    up = [t for t in call.targets if t.state.startswith(("running", "paused", "restarting"))]
    going = [t for t in call.targets if call.params["force"] or t not in up]
    if not going:
        raise UsageError(
            _not_stopped(up),
            msg("Stop it first, or add {flag}. Nothing was changed.", flag=Code("--force")),
        )
    notes: list[Block] = list(states(call))
    if len(going) < len(call.targets):
        notes.append(Text(_not_stopped(up)))
        notes.append(Text(msg("What is not stopped stays; {flag} removes it.", flag=Code("-f"))))
    if call.params["volumes"]:
        notes.append(Text(msg("Volumes without a name go as well.")))
    notes.append(Text(msg("Cannot be undone.")))
    names = Names(tuple(at(t.name, t.host) for t in going))
    what = call.command.act.having(target=names)
    return Plan(
        question=msg("{what!c}?", what=what),
        yes=msg("{what!c}", what=what) if len(going) == 1 else _remove_all(call, len(going)),
        items=tuple(map(of_target, going)),
        blocks=tuple(notes),
    )


def _not_stopped(up: Sequence[Target]) -> Message:
    names = Names(tuple(at(t.name, t.host) for t in up))
    return plural("{names} is not stopped.", "{names} are not stopped.", len(up), names=names)


def _remove_all(call: Call, count: int) -> Message:
    """A button has no room for several names."""
    host = Untrusted(call.host.name)
    return plural("Remove {count} on {host}", "Remove {count} on {host}", count, host=host)


@command(
    "container rm",
    shortcut="rm",
    aliases=("container remove",),
    permission="container.rm",
    act=msg("remove {target}"),
    danger=Danger.DESTRUCTIVE,
    plan=_plan_rm,
)
@targets(Kind.CONTAINER, among=_is_down)
@flag("-f", "--force", help="Force the removal of a running container")
@flag("-v", "--volumes", help="Remove anonymous volumes associated with the container")
async def rm(call: Call, containers: tuple[Target, ...], *, force: bool, volumes: bool) -> Reply:
    """Remove one or more containers."""
    return await each(
        call,
        lambda item: call.host.containers.remove(item.id, force=force, volumes=volumes),
        done=msg("Removed {name}."),
    )

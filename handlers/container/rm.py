"""`/rm`: removes containers; one that runs only when that is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command.call import Call, at
from bot.command.plan import Plan, of_target
from bot.command.spec import Danger, command, flag, refused, targets
from bot.errors import UsageError
from bot.hosts.types import Container, Kind, Target
from bot.message import Code, Message, Names, msg, plural
from bot.pipeline.confirm import states
from bot.reply import Block, Reply, Text
from handlers.asked import removal_of
from handlers.container.conflicts import explained
from handlers.each import each


def _is_down(container: Container) -> bool:
    return container.state in {"created", "exited", "dead"}


async def _plan(call: Call) -> Plan:
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
    items = tuple(map(of_target, going))
    question, yes = removal_of(call, items)
    return Plan(question, yes, items, tuple(notes))


def _not_stopped(up: Sequence[Target]) -> Message:
    names = Names(tuple(at(t.name, t.host) for t in up))
    return plural("{names} is not stopped.", "{names} are not stopped.", len(up), names=names)


@command(
    "container rm",
    shortcut="rm",
    aliases=("container remove",),
    permission="container.rm",
    act=msg("remove {target}"),
    danger=Danger.DESTRUCTIVE,
    plan=_plan,
)
@targets(Kind.CONTAINER, among=_is_down)
@flag("-f", "--force", help="Force the removal of a running container")
@refused(
    "-l",
    "--link",
    why=msg("Links are of old: connect both to one network instead. Nothing was changed."),
)
@flag("-v", "--volumes", help="Remove anonymous volumes associated with the container")
async def rm(call: Call, containers: tuple[Target, ...], *, force: bool, volumes: bool) -> Reply:
    """Remove one or more containers."""
    return await each(
        call,
        explained(
            call, lambda item: call.host.containers.remove(item.id, force=force, volumes=volumes)
        ),
        done=msg("Removed {name}."),
    )

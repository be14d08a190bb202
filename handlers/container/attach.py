"""`/attach`: look at the first process of a container, and type to it; it outlives that."""

from __future__ import annotations

from bot.command.call import Call, at
from bot.command.spec import Danger, command, flag, refused, targets
from bot.errors import Conflict, NotFound
from bot.hosts.attach import Main
from bot.hosts.types import Container, Kind, Target
from bot.message import Message, msg
from bot.pipeline.authorize import refusal
from bot.reply import Outcome, Reply, say
from handlers import root
from handlers.container.codes import explained
from handlers.container.display import WINDOW
from handlers.container.program import End, Program, runs_now
from handlers.container.session import hold


def _runs(container: Container) -> bool:
    return container.state == "running"


async def _left(call: Call) -> Reply:
    """The bot was killed while somebody was attached."""
    item = call.items[0]
    told = msg("{name}: session ended", name=at(item.name, call.host.name))
    on = await runs_now(call, item.id)
    now = msg("It runs on.") if on else msg("It does not run any more.")
    return say(told, msg("I was restarted."), now, outcome=Outcome.CANCELLED)


@command(
    "container attach",
    shortcut="attach",
    permission="container.attach",
    act=msg("attach to {target}"),
    danger=Danger.CHANGE,
    feature="exec",
    secret=True,
    cost=2,
    streams=lambda _: True,
    follows=lambda _: True,
    root=root.into,
    left=_left,
)
@flag("--no-stdin", help="Only look: nothing can be typed")
@refused(
    "--detach-keys",
    value=True,
    why=msg("You leave by a button, not by keys."),
)
@refused(
    "--sig-proxy",
    usual=False,
    why=msg("No signals are sent: Ctrl-C is a button, and to leave is another."),
)
@targets(Kind.CONTAINER, nargs=1, among=_runs)
async def attach(call: Call, container: Target, *, no_stdin: bool) -> Reply:
    """Attach to a running container: see its output, and type to it."""
    attachments = call.host.attachments
    main = await attachments.look(container.id)
    if main.state != "running":
        raise Conflict(refusal(call), _not_running(main))
    typed = main.stdin and not no_stdin

    async def ended() -> End:
        return await _how(call, container)

    async def leave(*, hurry: bool) -> End:
        if typed and main.once and not main.tty:
            return End((msg("It runs on, but its input has ended."),), Outcome.FINISHED)
        return End((msg("It runs on."),), Outcome.FINISHED)

    program = Program(
        container=container,
        title=msg("attached"),
        tty=main.tty,
        typist="session attach" if typed else None,
        close=msg("Leave"),
        ended=ended,
        leave=leave,
    )
    async with attachments.attach(container.id, stdin=typed) as wire:
        if main.tty:
            await attachments.resize(container.id, WINDOW)
        recent = [part async for part in attachments.recent(container.id)]
        return await hold(call, program, wire, recent=recent)


async def _how(call: Call, container: Target) -> End:
    """How it ended."""
    try:
        main = await call.host.attachments.look(container.id)
    except NotFound:
        return End((msg("The container has gone."),), Outcome.FINISHED)
    if main.state == "running":
        return End((msg("Docker has closed the connection. It runs on."),), Outcome.FAILED)
    code = main.code or 0
    call.notes.append(f"exit code {code}")
    told = msg("It has ended: exit code {code}.", code=code)
    return End((told, *explained(code, container.name.raw)), Outcome.FINISHED)


def _not_running(main: Main) -> Message:
    """What one can do to see it all the same."""
    if main.state == "paused":
        return msg("It is paused: unpause it first.")
    return msg("It does not run: start it first.")

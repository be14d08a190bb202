"""`/exec`: run something in a running container, once, in the background, or to type to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.command.call import Call, at
from bot.command.plan import Item
from bot.command.spec import Danger, argument, command, flag, option, refused, targets
from bot.errors import NotFound
from bot.hosts.execs import Launch
from bot.hosts.reaper import Quarry, Trace, mark
from bot.hosts.types import Container, Kind, Target
from bot.message import Message, Untrusted, msg
from bot.reply import Button, Outcome, Reply, Text, say
from handlers import root
from handlers.container.codes import explained, unstarted
from handlers.container.display import WINDOW
from handlers.container.foreground import created, foreground, survives, title
from handlers.container.session import End, Program, hold, runs_now
from handlers.container.variables import VARIABLE, of_documents
from handlers.offer import may


def is_session(params: Mapping[str, Any]) -> bool:
    """Whether somebody has to be there, to type or to look."""
    return bool(params["interactive"] or params["tty"])


async def _root(call: Call) -> tuple[Message, ...]:
    """A privileged process gets out of any container."""
    asked = (msg("Privileged, it gets out."),) if call.params["privileged"] else ()
    return (*asked, *await root.into(call))


def _runs(container: Container) -> bool:
    return container.state == "running"


async def _left(call: Call) -> Reply:
    """The bot was killed while it ran: it ends, as nobody reads it, or could type to it."""
    item = call.items[0]
    verdict = (
        msg("{name}: session ended") if is_session(call.params) else msg("? {name}: {command}")
    )
    found, outcome = await _swept(call, item)
    told = verdict.having(name=at(item.name, call.host.name), command=title(call.params["words"]))
    return say(told, msg("I was restarted."), *found, outcome=outcome)


async def _swept(call: Call, item: Item) -> tuple[tuple[Message, ...], Outcome]:
    """What was found of it, and what became of that."""
    if call.params["detach"]:
        return (msg("Whether it was started, I can't see."),), Outcome.UNKNOWN
    if not await runs_now(call, item.id):
        return (msg("It does not run any more."),), Outcome.UNKNOWN
    quarry = Quarry(item.id, call.params["user"], mark(call.id))
    match await call.host.reaper.sweep(quarry):
        case Trace.ENDED:
            return (msg("I have ended it."),), Outcome.CANCELLED
        case Trace.NOTHING:
            return (msg("It does not run any more."),), Outcome.UNKNOWN
        case Trace.LEFT:
            return survives(), Outcome.UNKNOWN
        case Trace.UNSEEN:
            return (msg("Whether it still runs, I can't see."),), Outcome.UNKNOWN


@command(
    "container exec",
    shortcut="exec",
    permission="container.exec",
    act=msg("run something in {target}"),
    danger=Danger.CHANGE,
    feature="exec",
    secret=True,
    cost=2,
    streams=lambda params: not params["detach"],
    follows=is_session,
    root=_root,
    left=_left,
)
@flag("-d", "--detach", help="Run it in the background")
@refused(
    "--detach-keys",
    value=True,
    why=msg("A session is closed by its button, not by keys."),
)
@option("-e", "--env", multiple=True, type=VARIABLE, help="Set environment variables")
@option(
    "--env-file",
    multiple=True,
    help="Set those of the document that is sent along, whatever the name here",
)
@flag("-i", "--interactive", help="Open a session: a reply to its message is a line of input")
@flag("--privileged", help="Give it all rights, which are those of the host")
@flag("-t", "--tty", help="Give it a terminal, and show the screen of that")
@option("-u", "--user", default="", help="Name or number of the user, as in user:group")
@option("-w", "--workdir", default="", help="Folder in the container to run it in")
@targets(Kind.CONTAINER, nargs=1, among=_runs)
@argument("words", nargs=-1)
async def exec_(  # noqa: PLR0913 - Docker's flags
    call: Call,
    container: Target,
    words: tuple[str, ...],
    *,
    detach: bool,
    env: tuple[str, ...],
    env_file: tuple[str, ...],
    interactive: bool,
    privileged: bool,
    tty: bool,
    user: str,
    workdir: str,
) -> Reply:
    """Run a command in a running container.

    It gets a variable PIERHEAD_EXEC, by which Stop finds it and all that it has started.
    """
    if not words:
        return _what(call, container)
    listed = await of_documents(call, env_file)
    launch = Launch(
        command=words,
        env=(*listed, *env),
        user=user,
        workdir=workdir,
        privileged=privileged,
        tty=tty,
        stdin=interactive,
        detach=detach,
    )
    if detach:
        return await _background(call, container, launch)
    if tty or interactive:
        return await _session(call, container, launch)
    return await foreground(call, container, launch)


def _what(call: Call, container: Target) -> Reply:
    """Nothing was said of what to run: mostly that is a shell."""
    name = at(container.name, container.host)
    words = ("container", "exec", "-it", container.name.raw, "sh")
    return Reply(
        (
            Text(msg("What shall run in {name}?", name=name)),
            Text(msg("Write it behind the name, as in {example}.", example=_example(container))),
        ),
        buttons=((Button(msg("Shell in {name}", name=name), words, host=call.host.name),),),
        outcome=Outcome.CANCELLED,
    )


def _example(container: Target) -> Untrusted:
    return Untrusted(f"/exec {container.name.raw} ls -l /")


async def _background(call: Call, container: Target, launch: Launch) -> Reply:
    """Start it; what it prints goes nowhere, as with Docker."""
    name, execs = at(container.name, container.host), call.host.execs
    started = await created(call, container, launch)
    said = await execs.detach(started, tty=launch.tty)
    if said:
        code, why = unstarted(said, None, launch.command[0], launch.workdir)
        call.notes.append(f"exit code {code}")
        verdict = msg("{name}: exit code {code}", name=name, code=code)
        return say(verdict, why, outcome=Outcome.FAILED)
    verdict = msg("{name}: it runs in the background", name=name)
    see = Button(msg("Processes"), ("container", "top", container.name.raw), host=call.host.name)
    buttons = ((see,),) if may(call, "container top") else ()
    return Reply((Text(verdict), Text(msg("What it prints is not kept."))), buttons=buttons)


async def _session(call: Call, container: Target, launch: Launch) -> Reply:
    """Let it be typed to, and show its screen."""
    variable = mark(call.id)
    marked = replace(launch, env=(*launch.env, variable))
    execs = call.host.execs
    started = await created(call, container, marked)
    quarry = Quarry(container.id, launch.user, variable)

    async def ended() -> End:
        return await _how(call, container, started, launch.command[0])

    async def leave(*, hurry: bool) -> End:
        first = "KILL" if hurry else "HUP" if launch.tty else "TERM"
        if await call.host.reaper.end(quarry, started, first=first):
            return End((), Outcome.CANCELLED)
        return End(survives(), Outcome.UNKNOWN)

    program = Program(
        container=container,
        title=title(launch.command),
        tty=launch.tty,
        typist="session exec" if launch.stdin else None,
        close=msg("Close"),
        ended=ended,
        leave=leave,
    )
    async with execs.start(started, tty=launch.tty, window=WINDOW) as wire:
        if launch.tty:
            await execs.resize(started, WINDOW)
        return await hold(call, program, wire)


async def _how(call: Call, container: Target, started: str, program: str) -> End:
    """How it ended by itself, or with its container."""
    try:
        found = await call.host.execs.ended(started)
    except NotFound:
        return End((msg("The container has gone."),), Outcome.FAILED)
    code = found.code or 0
    call.notes.append(f"exit code {code}")
    told = msg("Exit code {code}.", code=code)
    if not found.pid:
        return End((msg("It could not be started."), told), Outcome.FAILED)
    why = (told, *explained(code, program))
    if not await runs_now(call, container.id):
        return End((*why, msg("The container does not run any more.")), Outcome.FINISHED)
    return End(why, Outcome.FINISHED)

"""`/exec`: run something in a running container, once, in the background, or to type to."""

from __future__ import annotations

from bot.command.call import Call, at
from bot.command.spec import Danger, argument, command, flag, option, refused, targets
from bot.hosts.execs import Launch
from bot.hosts.types import Container, Kind, Target
from bot.message import Message, Untrusted, msg
from bot.reply import Button, Outcome, Reply, Text, say
from handlers import root
from handlers.container.codes import unstarted
from handlers.container.foreground import created, foreground
from handlers.container.inside import is_session, left, session
from handlers.container.variables import VARIABLE, of_documents
from handlers.offer import may


async def _root(call: Call) -> tuple[Message, ...]:
    """A privileged process gets out of any container."""
    asked = (msg("Privileged, it gets out."),) if call.params["privileged"] else ()
    return (*asked, *await root.into(call))


def _runs(container: Container) -> bool:
    return container.state == "running"


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
    left=left,
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
        return await session(call, container, launch)
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

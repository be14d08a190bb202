"""`/run` and `/create`."""

from __future__ import annotations

from typing import Any

from bot.command.call import Call
from bot.command.spec import Danger, command, flag
from bot.message import msg
from bot.reply import Reply, Text
from handlers.container.run import plan, session, wanted
from handlers.container.run.background import background
from handlers.container.run.buttons import of_created
from handlers.container.run.foreground import foreground
from handlers.container.run.making import make
from handlers.container.run.options import configures


@command(
    "container create",
    shortcut="create",
    permission="container.create",
    act=msg("create a container on {host}"),
    danger=Danger.CHANGE,
    plan=plan.of_create,
    feature="run",
    streams=lambda _: True,  # until its image is there
    risky=wanted.risky,
    root=wanted.gives_root,
)
@configures
async def create(call: Call, **_options: Any) -> Reply:  # noqa: ANN401 - what `configures` declares
    """Create a new container, without starting it.

    Without --name it is called after its image.
    """
    made = await make(call, await wanted.wanted(call))
    if isinstance(made, Reply):
        return made
    verdict = msg("Created {name}.", name=made.shown)
    return Reply((Text(verdict), *made.notes), buttons=of_created(call, made))


@command(
    "container run",
    shortcut="run",
    permission="container.run",
    act=msg("run a container on {host}"),
    danger=Danger.CHANGE,
    plan=plan.of_run,
    feature="run",
    secret=True,
    streams=lambda _: True,  # until it ends, or until its image is there
    follows=session.is_asked,
    risky=wanted.risky,
    root=wanted.gives_root,
)
@flag("-d", "--detach", help="Run container in background")
@configures
async def run(call: Call, **_options: Any) -> Reply:  # noqa: ANN401 - what `configures` declares
    """Create and run a new container from an image.

    Without --name it is called after its image. Without -d its output is shown until it ends.
    """
    asked = await wanted.wanted(call)
    if call.params["detach"]:
        return await background(call, asked)
    if session.is_asked(call.params):
        return await session.hold(call, asked)
    return await foreground(call, asked)

"""`/build`: an image of a Dockerfile or an archive, step by step, with a Cancel that works."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.command.call import Call, at
from bot.command.kinds import whole
from bot.command.references import REFERENCE
from bot.command.sizes import CPU_LIST, MEMORY, SWAP
from bot.command.spec import Danger, argument, command, flag, option, refused
from bot.errors import BotError, Cancelled, UsageError
from bot.fetch import is_address
from bot.hosts.messages import Failed
from bot.hosts.roots import told
from bot.message import Code, Message, Names, Size, Span, Untrusted, msg
from bot.pipeline.authorize import refusal
from bot.reply import Block, Document, Excerpt, Outcome, Reply, Text
from handlers.container.run.values import ULIMIT
from handlers.image.build.buildkit import refused_as_buildkit
from handlers.image.build.context import context_of, name_of
from handlers.image.build.options import args, query
from handlers.image.build.ready import ready
from handlers.image.build.steps import Steps
from handlers.image.naming import note
from handlers.receiving import fetched, looked, received, rules, sent
from handlers.running import shown, stop_button, unless_stopped

_EXAMPLE = "/image build -t NAME:TAG -"
_CLASSIC = msg("I build with the classic builder.")
_SHORT = 40  # lines of a log that need no document
_LIMIT = whole(0, 2**40)


async def _root(call: Call) -> tuple[Message, ...]:
    """Why who asks for this is root: a network of the host's, a tag of what holds the host."""
    found = [why for tag in call.params["tag"] for why in told(await call.host.roots.of_tag(tag))]
    network = call.params["network"] or ""
    if network.startswith("container:"):
        found.append(msg("It builds in another container's network."))
    found += told(await call.host.roots.of_asked({"HostConfig": {"NetworkMode": network}}))
    if call.params["cgroup_parent"]:
        found.append(msg("It chooses a group of processes of the host's."))
    return tuple(dict.fromkeys(found))


@command(
    "image build",
    shortcut="build",
    aliases=("builder build",),
    permission="image.build",
    act=msg("build an image on {host}"),
    danger=Danger.CHANGE,
    feature="build",
    streams=lambda _: True,
    root=_root,
    secret=True,
    cost=5,
)
@option("-t", "--tag", multiple=True, type=REFERENCE, help="Name the image, as in shop:2")
@option("-f", "--file", help="Where in the archive the Dockerfile is")
@option("--build-arg", multiple=True, help="Set a build-time variable, KEY=VALUE")
@option("--target", help="Build only up to this stage")
@option("--label", multiple=True, help="Set a label, KEY=VALUE")
@flag("--no-cache", help="Do not use the cache")
@flag("--pull", help="Always look for a newer version of what it is built on")
@flag("-q", "--quiet", help="Don't show how far it is")
@option("--platform", help="Build for a platform, as in linux/arm64")
@option("--network", help="The network of the steps that run something")
@option("--add-host", multiple=True, help="Add a host, NAME:IP")
@option("--cache-from", multiple=True, help="Images to take from, as a cache")
@option("-m", "--memory", type=MEMORY, help="Limit the memory of a step")
@option("--memory-swap", type=SWAP, help="Limit memory and swap of a step")
@option("--shm-size", type=MEMORY, help="Size of /dev/shm")
@option("-c", "--cpu-shares", type=_LIMIT, help="Weight of its share of the CPU")
@option("--cpu-period", type=_LIMIT, help="Period of the CPU's scheduler, in microseconds")
@option("--cpu-quota", type=_LIMIT, help="Quota of the CPU's scheduler, in microseconds")
@option("--cpuset-cpus", type=CPU_LIST, help="CPUs that may be used, as in 0-2")
@option("--cpuset-mems", type=CPU_LIST, help="Memory nodes that may be used, as in 0,1")
@option("--cgroup-parent", help="Group of processes that the steps are put into")
@refused("--rm", usual=True, why=msg("What the steps leave behind is always removed."))
@flag("--force-rm", help="The same after a failure, as I always do")
@flag("--compress", help="Compress the context, which changes nothing here")
@refused("--iidfile", value=True, why=msg("The answer tells the image's ID."))
@refused("--isolation", value=True, why=msg("Only Windows has another one."))
@refused("--security-opt", value=True, why=msg("Only Windows builds take it."))
@refused("--squash", why=msg("It is an experiment that newer Engines have dropped."))
@option("--ulimit", multiple=True, type=ULIMIT, help="Ulimit options")
@refused(
    "--disable-content-trust", usual=True, why=msg("The Engines that I know don't check that.")
)
@flag("--load", help="Keep it among the images of the Engine, as I always do")
@refused("--push", why=msg("It is pushed with /push once it is built."))
@refused_as_buildkit
@argument("context")
async def build(call: Call, context: str, **params: Any) -> Reply:  # noqa: ANN401 - options
    """Build an image of a Dockerfile or an archive that you send as a document."""
    if context != "-" and not is_address(context):
        raise UsageError(
            msg("I have no folder {name}.", name=Untrusted(context[:80])),
            msg("Send it as an archive with the caption {caption}.", caption=Code(_EXAMPLE)),
        )
    dockerfile = name_of(params["file"])
    asked = query(params, dockerfile)
    await note(call, params["tag"])
    steps, began = Steps(), call.services.clock()
    source = received(call, _EXAMPLE) if context == "-" else fetched(call, context)
    async with source as path:
        try:
            await _built(call, path, asked, dockerfile, steps)
        except Failed as error:
            return _failed(call, steps, error)
        except Cancelled as error:
            raise error.under(msg("Cancelled: {what}", what=call.label)) from error
    took = Span(max(1.0, call.services.clock() - began))
    return await _done(call, params["tag"], steps, took)


async def _built(
    call: Call, path: Path, asked: Sequence[tuple[str, str]], dockerfile: str, steps: Steps
) -> None:
    given = args(call.params)
    context = await looked(call, context_of, path, rules(call), dockerfile, given)
    await ready(call, context.images)

    def view() -> Reply:
        verdict = Text(msg("Building on {host}", host=Untrusted(call.host.name)))
        blocks: tuple[Block, ...] = () if call.params["quiet"] else steps.blocks
        return Reply((verdict, *blocks), buttons=stop_button(msg("Cancel the build")))

    async def work() -> None:
        async for one in call.host.registry.build(sent(call, context.tar), asked):
            steps.hear(one)

    async with shown(call, view):
        await unless_stopped(call, work())


async def _done(call: Call, tags: Sequence[str], steps: Steps, took: Span) -> Reply:
    digits = Untrusted(steps.image.removeprefix("sha256:")[:12])
    names = Names(tuple(at(Untrusted(tag), call.host.name) for tag in tags) or (digits,))
    blocks: list[Block] = [Text(msg("Built {names}, in {time}", names=names, time=took))]
    try:
        every = await call.host.images.list() if steps.image else ()
        found = [image for image in every if steps.image in image.id]
    except BotError:
        found = []
    sizes = (msg("{id}, {size}", id=digits, size=Size(image.size)) for image in found[:1])
    blocks.extend(map(Text, sizes))
    return Reply(tuple(blocks), documents=_log(steps))


def _failed(call: Call, steps: Steps, error: Failed) -> Reply:
    """Which step failed, and what it printed last."""
    blocks: list[Block] = [Text(refusal(call))]
    if steps.step:
        blocks.append(steps.place())
    if steps.last:
        blocks.append(Excerpt(Untrusted(steps.last)))
    blocks.append(Text(msg("It says: {why}", why=Untrusted(error.why))))
    blocks.extend(map(Text, error.hints))
    if "buildkit" in error.why.lower():
        blocks.append(Text(_CLASSIC))
    blocks.append(Text(msg("No image was made. The steps before it stay in the cache.")))
    return Reply(tuple(blocks), documents=_log(steps), outcome=Outcome.FAILED)


def _log(steps: Steps) -> tuple[Document, ...]:
    log = steps.log
    if log.count("\n") < _SHORT:
        return ()
    caption = msg("The end of what it printed") if steps.cut else msg("All that it printed")
    return (Document(Untrusted("build.txt"), log.encode("utf-8", "replace"), caption),)

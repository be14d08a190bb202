"""`/pull`: an image from a registry, with a bar that moves and a Cancel that works."""

from __future__ import annotations

from bot.command.call import Call, at
from bot.command.references import SOURCE
from bot.command.spec import Danger, command, flag, offered, option, refused
from bot.errors import Cancelled
from bot.hosts.reference import parts
from bot.hosts.roots import told
from bot.hosts.types import Kind
from bot.message import Message, Span, Untrusted, msg
from bot.pipeline.root import demand
from bot.reply import Block, Reply, Text
from handlers.image.bar import Layers
from handlers.image.naming import note
from handlers.image.registries import explained, listed, may_pull
from handlers.image.size import images_now, size_in
from handlers.running import shown, stop_button, unless_stopped

_LATEST = "latest"
_CURRENT = "up to date"


async def tag_root(call: Call) -> tuple[Message, ...]:
    """Why who gives this tag, or with -a all of the name's, another image is root."""
    image = call.params["image"]
    if call.params["all_tags"]:
        return told(await call.host.roots.of_repository(image))
    return told(await call.host.roots.of_tag(image))


@command(
    "image pull",
    shortcut="pull",
    permission="image.pull",
    act=msg("pull an image on {host}"),
    danger=Danger.CHANGE,
    streams=lambda _: True,
    root=tag_root,
    cost=5,
)
@flag("-a", "--all-tags", help="Download all tags of the image")
@flag("-q", "--quiet", help="Don't show how far it is")
@option("--platform", help="Choose the platform, as in linux/arm64")
@refused(
    "--disable-content-trust", usual=True, why=msg("The Engines that I know don't check that.")
)
@offered(Kind.IMAGE, "image", type=SOURCE)
async def pull(
    call: Call, image: str, *, all_tags: bool, quiet: bool, platform: str | None
) -> Reply:
    """Download an image from a registry."""
    await note(call, [image])
    _, tag = parts(image)
    began = call.services.clock()
    try:
        status = await fetch(
            call, image, "" if all_tags else tag or _LATEST, platform=platform, quiet=quiet
        )
    except Cancelled as error:
        raise error.under(msg("Cancelled: {what}", what=call.label)) from error
    took = Span(max(1.0, call.services.clock() - began))
    shown_as = at(Untrusted(image), call.host.name)
    return Reply((Text(await _end(call, shown_as, image, status, took)),))


async def fetch(
    call: Call, image: str, tag: str, *, platform: str | None = None, quiet: bool = False
) -> str:
    """Download it, and show how far it is until it is there; what the Engine said last.

    `tag` may be a digest; without one all tags come.

    Raises:
        Denied: its registry is none that the config lists.
        Cancelled: somebody stopped it.
        BotError: the registry refuses, or the Engine.
    """
    registry, (name, _) = listed(call, image), parts(image)
    shown_as = at(Untrusted(image), call.host.name)
    layers, status = Layers(), [""]

    def view() -> Reply:
        verdict = Text(msg("Pulling {name}", name=shown_as))
        blocks: tuple[Block, ...] = () if quiet else layers.blocks
        return Reply((verdict, *blocks), buttons=stop_button(msg("Cancel the pull")))

    async def work() -> None:
        async for one in call.host.registry.pull(name, tag, platform):
            layers.hear(one)
            status[0] = one.status or status[0]

    with explained(call, registry):
        async with shown(call, view):
            await unless_stopped(call, work())
    return status[0]


async def bring(call: Call, image: str, *notes: Message, platform: str | None, quiet: bool) -> None:
    """Download what another command needs; `notes` say why to who may not pull.

    Raises:
        Denied: who asks may not pull, or not this.
        Cancelled: somebody stopped it.
        BotError: the registry refuses, or the Engine.
    """
    may_pull(call, *notes)
    demand(call, told(await call.host.roots.of_tag(image)))
    await fetch(call, image, parts(image)[1] or _LATEST, platform=platform, quiet=quiet)


async def _end(call: Call, name: Untrusted, image: str, status: str, took: Span) -> Message:
    size = size_in(await images_now(call), image, all_tags=call.params["all_tags"])
    if _CURRENT in status:
        return msg("{name} is up to date, {size}", name=name, size=size)
    return msg("Pulled {name}, {size}, in {time}", name=name, size=size, time=took)

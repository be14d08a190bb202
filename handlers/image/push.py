"""`/push`: an image to a registry, with a bar that moves and a Cancel that works."""

from __future__ import annotations

from bot.command.call import Call, at
from bot.command.spec import Danger, command, flag, refused, targets
from bot.errors import Cancelled
from bot.hosts.reference import parts
from bot.hosts.types import Kind, Target
from bot.message import Span, Untrusted, msg
from bot.reply import Block, Reply, Text
from handlers.image.bar import Layers
from handlers.image.registries import explained, listed
from handlers.image.size import images_now, size_in
from handlers.running import shown, stop_button, unless_stopped


@command(
    "image push",
    shortcut="push",
    permission="image.push",
    act=msg("push {target}"),
    danger=Danger.CHANGE,
    streams=lambda _: True,
    cost=5,
)
@targets(Kind.IMAGE, nargs=1)
@flag("-a", "--all-tags", help="Push all tags of the image")
@flag("-q", "--quiet", help="Don't show how far it is")
@refused("--platform", value=True, why=msg("I push what the host has."))
@refused(
    "--disable-content-trust", usual=True, why=msg("The Engines that I know don't sign images.")
)
async def push(call: Call, image: Target, *, all_tags: bool, quiet: bool) -> Reply:
    """Upload an image to a registry."""
    registry = listed(call, image.name.raw)
    name, tag = parts(image.name.raw)
    shown_as = at(Untrusted(name) if all_tags else image.name, call.host.name)
    layers = Layers()
    began = call.services.clock()

    def view() -> Reply:
        verdict = Text(msg("Pushing {name}", name=shown_as))
        blocks: tuple[Block, ...] = () if quiet else layers.blocks
        return Reply((verdict, *blocks), buttons=stop_button(msg("Cancel the push")))

    async def work() -> None:
        async for one in call.host.registry.push(name, "" if all_tags else tag):
            layers.hear(one)

    try:
        with explained(call, registry):
            async with shown(call, view):
                await unless_stopped(call, work())
    except Cancelled as error:
        stay = msg("Layers that came through may stay in {name}.", name=Untrusted(registry))
        raise Cancelled(msg("Cancelled: {what}", what=call.label), stay) from error
    took = Span(max(1.0, call.services.clock() - began))
    size = size_in(await images_now(call), image.name.raw, all_tags=all_tags)
    told = msg("Pushed {name}, {size}, in {time}", name=shown_as, size=size, time=took)
    return Reply((Text(told),))

"""`/import`: an image made of a file system, sent as a document."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.archive.repack import look, repacked
from bot.command.call import Call, at
from bot.command.references import REFERENCE
from bot.command.spec import Danger, argument, command, option
from bot.errors import UsageError
from bot.fetch import is_address
from bot.hosts.roots import told
from bot.message import Code, Message, Size, Untrusted, msg
from bot.reply import Reply, Text
from handlers.image.coming import Coming, told_of_its_end
from handlers.image.naming import note
from handlers.receiving import fetched, looked, received, rules
from handlers.running import shown, stop_button, unless_stopped

_SHORT = 12


async def _root(call: Call) -> tuple[Message, ...]:
    """Why who gives this tag to another image is root."""
    reference = call.params["reference"]
    return told(await call.host.roots.of_tag(reference)) if reference else ()


@command(
    "image import",
    shortcut="import",
    permission="image.import",
    act=msg("import an image on {host}"),
    danger=Danger.CHANGE,
    feature="files",
    streams=lambda _: True,
    root=_root,
    cost=5,
)
@option("-c", "--change", multiple=True, help="Apply an instruction, as in 'CMD [\"/bin/sh\"]'")
@option("-m", "--message", help="Set a commit message for the image")
@option("--platform", help="Set the platform, as in linux/arm64")
@argument("source")
@argument("reference", required=False, type=REFERENCE)
async def import_(
    call: Call,
    source: str,
    reference: str | None,
    change: tuple[str, ...],
    message: str | None,
    platform: str | None,
) -> Reply:
    """Import an image from the archive of a file system that you send as a document."""
    if source != "-" and not is_address(source):
        raise UsageError(
            msg("I have no file {name}.", name=Untrusted(source)),
            msg("Send it with the caption {caption}.", caption=Code("/image import - NAME:TAG")),
        )
    tags = [reference] if reference else []
    await note(call, tags)
    params = {"repo": reference, "message": message, "platform": platform}
    given = {key: value for key, value in params.items() if value}
    example = "/image import - NAME:TAG"
    file = received(call, example) if source == "-" else fetched(call, source)
    async with file as path:
        contents = await looked(call, look, path, rules(call, rooted=True))
        coming = Coming(call, tags, await call.host.images.list())
        async with told_of_its_end(coming):
            tar = coming.sent(repacked(path, rules(call, rooted=True)))
            image = await unless_stopped(call, _made(call, tar, given, change, contents.size))
    name = Untrusted(reference or image.removeprefix("sha256:")[:_SHORT])
    verdict = msg(
        "Imported {name}, {size}", name=at(name, call.host.name), size=Size(contents.size)
    )
    return Reply((Text(verdict),))


async def _made(
    call: Call,
    tar: AsyncIterator[bytes],
    params: dict[str, str],
    changes: tuple[str, ...],
    size: int,
) -> str:
    """Send it to the Engine; the id of the image."""

    def view() -> Reply:
        verdict = msg("{what}: {size}", what=call.label, size=Size(size))
        return Reply((Text(verdict),), buttons=stop_button(msg("Cancel the import")))

    image = ""
    async with shown(call, view):
        async for one in call.host.archives.import_(tar, params, changes):
            image = one.status or image
    return image

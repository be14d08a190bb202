"""`/load`: images from an archive that `/save` made, sent as a document."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.archive.manifest import MANIFESTS, layers_in, tags_in
from bot.archive.repack import look, repacked
from bot.command.call import Call, at
from bot.command.spec import Danger, command, flag, refused
from bot.hosts.messages import Told
from bot.hosts.roots import told
from bot.message import Span, Untrusted, msg, plural
from bot.pipeline.root import demand
from bot.reply import Block, Fold, Reply, Text
from handlers.image.bar import Layers
from handlers.image.coming import Coming, told_of_its_end
from handlers.image.naming import note, short
from handlers.image.size import images_now, size_in
from handlers.receiving import looked, received, rules
from handlers.running import shown, stop_button, unless_stopped

_LOADED = re.compile(r"Loaded image(?: ID)?: (.{1,300})")
_MOST = 100  # images of one archive that are named in the answer
_SEEN = 8  # of these without a tap


@dataclass(slots=True)
class _Loading:
    """What an Engine has told of the images of an archive: how far, and which it has."""

    coming: Coming
    layers: Layers
    names: deque[str] = field(default_factory=lambda: deque(maxlen=_MOST))

    def hear(self, one: Told) -> None:
        """Take one message in."""
        self.layers.hear(one)
        if found := _LOADED.match(one.text):
            self.names.append(found[1].strip())


@command(
    "image load",
    shortcut="load",
    permission="image.load",
    act=msg("load images on {host}"),
    danger=Danger.CHANGE,
    feature="files",
    streams=lambda _: True,
    cost=5,
)
@flag("-q", "--quiet", help="Don't show how far it is")
@refused("-i", "--input", value=True, why=msg("Send the archive as a document with this caption."))
@refused("--platform", value=True, why=msg("I load all that the archive has."))
async def load(call: Call, *, quiet: bool) -> Reply:
    """Load images from an archive that you send as a document."""
    began = call.services.clock()
    async with received(call, "/image load") as path:
        contents = await looked(call, look, path, rules(call), MANIFESTS)
        tags, layers = tags_in(contents), Layers(contents.size, layers_in(contents))
        await note(call, tags)
        for tag in tags:
            demand(call, told(await call.host.roots.of_tag(tag)))
        loading = _Loading(Coming(call, tags, await call.host.images.list()), layers)
        async with told_of_its_end(loading.coming):
            await _loaded(call, path, loading, quiet=quiet)
    took = Span(max(1.0, call.services.clock() - began))
    return Reply(await _end(call, loading.names, took))


async def _loaded(call: Call, path: Path, loading: _Loading, *, quiet: bool) -> None:
    """Send it to the Engine, and show how far that is."""

    def view() -> Reply:
        verdict = Text(msg("Loading images on {host}", host=Untrusted(call.host.name)))
        blocks: tuple[Block, ...] = () if quiet else loading.layers.blocks
        return Reply((verdict, *blocks), buttons=stop_button(msg("Cancel the load")))

    tar = loading.coming.sent(repacked(path, rules(call)))

    async def work() -> None:
        async for one in call.host.archives.load(tar):
            loading.hear(one)

    async with shown(call, view):
        await unless_stopped(call, work())


async def _end(call: Call, names: Sequence[str], took: Span) -> tuple[Block, ...]:
    """Which images there are now, how large each is, and how long it took."""
    host = Untrusted(call.host.name)
    if not names:
        return (Text(msg("{host}: nothing was in it that was not there", host=host)),)
    images = await images_now(call)
    each = [(_shown(name), size_in(images, name)) for name in names]
    if len(each) == 1:
        ((name, size),) = each
        here = at(name, call.host.name)
        return (Text(msg("Loaded {name}, {size}, in {time}", name=here, size=size, time=took)),)
    verdict = plural(
        "Loaded {count} image on {host}, in {time}",
        "Loaded {count} images on {host}, in {time}",
        len(each),
        host=host,
        time=took,
    )
    lines = [Text(msg("{name}, {size}", name=name, size=size)) for name, size in each]
    more = (Fold(tuple(lines[_SEEN:])),) if lines[_SEEN:] else ()
    return (Text(verdict), *lines[:_SEEN], *more)


def _shown(name: str) -> Untrusted:
    """A name, or of an image without one the digits by which people know it."""
    return short(name) if name.startswith("sha256:") else Untrusted(name)

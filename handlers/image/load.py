"""`/load`: images from an archive that `/save` made, sent as a document."""

from __future__ import annotations

import re
from collections import deque
from pathlib import Path

from bot.archive.manifest import MANIFESTS, tags_in
from bot.archive.repack import look, repacked
from bot.command.call import Call, at
from bot.command.spec import Danger, command, flag, refused
from bot.hosts.roots import told
from bot.message import Message, Names, Size, Untrusted, msg, plural
from bot.pipeline.root import demand
from bot.reply import Reply, Text
from handlers.image.naming import note
from handlers.receiving import looked, received, rules, sent
from handlers.running import shown, stop_button, unless_stopped

_LOADED = re.compile(r"Loaded image(?: ID)?: (.{1,300})")
_MOST = 100  # images of one archive that are named in the answer


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
    async with received(call, "/image load") as path:
        contents = await looked(call, look, path, rules(call), MANIFESTS)
        tags = tags_in(contents)
        await note(call, tags)
        for tag in tags:
            demand(call, told(await call.host.roots.of_tag(tag)))
        names = await unless_stopped(call, _loaded(call, path, contents.size, quiet=quiet))
    host = Untrusted(call.host.name)
    if not names:
        return Reply((Text(msg("{host}: nothing was in it that was not there", host=host)),))
    images = Names(tuple(at(Untrusted(name), call.host.name) for name in names))
    return Reply((Text(plural("Loaded {names}", "Loaded {names}", len(names), names=images)),))


async def _loaded(call: Call, path: Path, size: int, *, quiet: bool) -> tuple[str, ...]:
    """Send it to the Engine; the names of the images that it has told."""
    names: deque[str] = deque(maxlen=_MOST)
    done: dict[str, int] = {}

    def view() -> Reply:
        layers = Size(sum(done.values()))
        far: Message = msg("{size} of {all}", size=layers, all=Size(size))
        verdict = msg("{what}: {far}", what=call.label, far=msg("…") if quiet else far)
        return Reply((Text(verdict),), buttons=stop_button(msg("Cancel")))

    async with shown(call, view):
        async for one in call.host.archives.load(sent(call, repacked(path, rules(call)))):
            if one.layer and len(done) < _MOST:
                done[one.layer] = one.current
            if found := _LOADED.match(one.text):
                names.append(found[1].strip())
    return tuple(names)

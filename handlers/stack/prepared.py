"""A compose file that came with a call, looked through: what it makes, and what that comes to."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.command.call import Call
from bot.errors import UsageError
from bot.hosts.answer import string
from bot.hosts.composed import Service, networks, services
from bot.hosts.composefile import MOST, BadCompose, read
from bot.hosts.reference import full
from bot.hosts.roots import told
from bot.hosts.stacks import stacks
from bot.hosts.types import Stack
from bot.message import Code, Message, Untrusted, msg
from bot.pipeline.root import demand
from handlers.image.registries import listed, may_pull
from handlers.receiving import received
from handlers.stack.pull import roots_of

EXAMPLE = "/stack up NAME"
FILE = "compose.json"
_SENT = "sent.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class Prepared:
    """What would be brought up as `name`. `folder` has its normal form, which `digest` is of.

    `there` is the stack of that name as it is now; `absent` are the images that have to be pulled.
    """

    name: str
    folder: Path
    digest: str
    services: tuple[Service, ...]
    there: Stack | None
    absent: tuple[str, ...]


@asynccontextmanager
async def prepared(call: Call) -> AsyncIterator[Prepared]:
    """The document of the call, for as long as the block lasts.

    Raises:
        BadCompose: it is no compose file, or one that is not taken.
        Denied: what it asks for is for owners, or comes from a registry that is not listed.
        Missing: there is no `docker compose` here.
    """
    do = call.services.spool.do
    async with received(call, EXAMPLE) as path:
        tree = await do(_tree, path)
    name = _name(call, tree)
    folder = call.services.spool.new()
    await do(folder.mkdir, 0o700)
    try:
        await do((folder / _SENT).write_text, json.dumps(tree))
        normal = await call.host.compose.config(folder, _SENT, name)
        found = services(normal, str(folder))
        await do((folder / FILE).write_bytes, normal)
        there = next(
            (s for s in stacks(await call.host.inventory.containers()) if s.name.raw == name), None
        )
        absent = await _absent(call, found)
        demand(call, (*networks(normal), *await _roots(call, found, there, absent)))
        for image in absent:
            listed(call, image)
        if absent:
            may_pull(call)
        digest = hashlib.sha256(normal).hexdigest()
        yield Prepared(name, folder, digest, found, there, absent)
    finally:
        await do(shutil.rmtree, folder, True)  # noqa: FBT003 - what can't be removed now is later


async def still_allowed(call: Call, found: Prepared) -> None:
    """While images were pulled, a name in it may have become another's.

    Raises:
        Denied: it gives root now, and who asks is no owner.
    """
    demand(call, await _roots(call, found.services, found.there, ()))


def _tree(path: Path) -> Mapping[str, object]:
    with path.open("rb") as file:
        return read(file.read(MOST + 1))


def _name(call: Call, tree: Mapping[str, object]) -> str:
    """The stack's: as it was typed, or as the file says."""
    name = call.params["name"] or string(tree, "name")
    if not name:
        raise UsageError(
            msg("How is the stack called?"),
            msg("Send it with the caption {caption}.", caption=Code(EXAMPLE)),
        )
    if not _NAME.fullmatch(name):
        raise BadCompose(
            msg("A stack can't be called {name}.", name=Untrusted(name[:80])),
            msg("Small letters, digits, - and _ are taken."),
        )
    return name


async def _absent(call: Call, found: tuple[Service, ...]) -> tuple[str, ...]:
    """The images that the host does not have."""
    every = await call.host.images.list()
    known = {full(tag.raw) for image in every for tag in image.tags}
    ids = tuple(image.id.removeprefix("sha256:") for image in every)
    return tuple(
        dict.fromkeys(
            s.image for s in found if full(s.image) not in known and not _is_one_of(s.image, ids)
        )
    )


def _is_one_of(image: str, ids: tuple[str, ...]) -> bool:
    digits = image.removeprefix("sha256:")
    return re.fullmatch("[0-9a-f]{12,64}", digits) is not None and any(
        one.startswith(digits) for one in ids
    )


async def _roots(
    call: Call, found: tuple[Service, ...], there: Stack | None, absent: tuple[str, ...]
) -> tuple[Message, ...]:
    """Why who brings this up is root.

    A container that is made again takes over what the one before it had mounted.
    """
    reasons: list[Message] = []
    for service in found:
        asked = told(await call.host.roots.of_asked(service.body))
        reasons += [msg("{name}: {why}", name=service.name, why=why) for why in asked]
    for one in there.containers if there else ():
        kept = told(await call.host.roots.of(one.id))
        reasons += [msg("{name}, made again: {why}", name=one.name, why=why) for why in kept]
    reasons += await roots_of(call, absent)
    return tuple(dict.fromkeys(reasons))

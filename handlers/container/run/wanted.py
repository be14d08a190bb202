"""What is to be made: under which name, as which request, and what has to be asked before."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from bot.command.call import Call, at
from bot.command.plan import Item
from bot.errors import DockerFault, NotFound
from bot.hosts.roots import told
from bot.hosts.types import Kind
from bot.message import Message, Untrusted, msg
from handlers.container.run.body import body
from handlers.container.variables import labels_of_documents, of_documents

_LETTERS = re.compile(r"[^a-zA-Z0-9_.-]")
_LONGEST = 40
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """A container to be made. `chosen` is whether its name was, else it is one of ours.

    `image` is the id of what its image's name means now, "" if it is not there.
    """

    name: str
    chosen: bool
    body: dict[str, Any]
    host: str
    image: str = ""

    @property
    def shown(self) -> Untrusted:
        """Its name, as it is shown."""
        return at(Untrusted(self.name), self.host)

    @property
    def item(self) -> Item:
        """What a plan is about: it has no id yet, but what is asked for must stay the same."""
        asked = json.dumps([self.body, self.image], sort_keys=True)
        state = sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()
        return Item(Kind.CONTAINER, "", Untrusted(self.name), state)


async def wanted(call: Call) -> Wanted:
    """What the call asks for, with what documents say.

    Raises:
        UsageError: it does not go together, or a document is missing or can't be read.
    """
    env = await of_documents(call, call.params["env_file"])
    labels = await labels_of_documents(call, call.params["label_file"])
    found = body(call.params, env=env, labels=labels)
    chosen = call.params["name"]
    image = await _image(call)
    return Wanted(chosen or _name(call), chosen is not None, found, call.host.name, image)


async def _image(call: Call) -> str:
    """Which image its name means: a tag may go to another between a question and its answer."""
    try:
        return await call.host.images.id_of(call.params["image"])
    except NotFound:
        return ""
    except DockerFault as error:
        raise DockerFault(error.message, *error.hints, msg("Nothing was changed.")) from error


def _name(call: Call) -> str:
    """A name for what gets none: after its image, and always the same for one call.

    Docker's own are made by the Engine. This one is known before, so that what came of a request
    without an answer can be found.
    """
    image = call.params["image"].partition("@")[0].rpartition("/")[2].partition(":")[0]
    stem = _LETTERS.sub("-", image)[:_LONGEST].lstrip("_.-") or "container"
    return f"{stem}-{sha256(call.id.encode()).hexdigest()[:_DIGITS]}"


async def risky(call: Call) -> bool:
    """Whether it is shown and asked about before: what mounts, publishes, or gives root."""
    host = body(call.params)["HostConfig"]
    mounted = host.get("Binds") or any(m["Type"] != "tmpfs" for m in host.get("Mounts", ()))
    shared = host.get("VolumesFrom") or host["NetworkMode"].startswith("container:")
    published = host.get("PortBindings") or host.get("PublishAllPorts")
    return bool(mounted or shared or published or await gives_root(call))


async def gives_root(call: Call) -> tuple[Message, ...]:
    """Why what is asked for gives root on the host.

    Raises:
        DockerFault: what it would share can't be looked at.
    """
    try:
        return told(await call.host.roots.of_asked(body(call.params)))
    except DockerFault as error:
        raise DockerFault(error.message, *error.hints, msg("Nothing was changed.")) from error


def program(call: Call) -> str:
    """What it runs, as far as that was said: else it is in the image."""
    words: tuple[str | None, ...] = (
        call.params["entrypoint"],
        *call.params["command"],
        call.params["image"],
    )
    return next(word for word in words if word)

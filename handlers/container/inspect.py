"""`/inspect`: everything that the Engine knows of something, with secrets masked."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.command.call import Call, at
from bot.command.spec import command, targets
from bot.hosts.types import Kind, Target
from bot.message import Message, Untrusted, msg
from bot.reply import Document, Reply, Text


@command(
    "container inspect",
    shortcut="inspect",
    permission="container.inspect",
    act=msg("inspect {target}"),
    secret=True,
)
@targets(Kind.CONTAINER)
async def inspect(call: Call, containers: tuple[Target, ...]) -> Reply:
    """Show all details of one or more containers, secrets masked."""
    found = [await call.host.containers.inspect(item.id) for item in call.items]
    documents = tuple(
        _document(item.name, body) for item, body in zip(call.items, found, strict=True)
    )
    blocks = tuple(
        Text(_summary(at(item.name, call.host.name), body))
        for item, body in zip(call.items, found, strict=True)
    )
    return Reply(blocks, documents=documents)


def _document(name: Untrusted, body: Mapping[str, object]) -> Document:
    text = json.dumps(body, indent=2, ensure_ascii=False, sort_keys=True)
    return Document(Untrusted(f"{name.raw}.json"), text.encode(), msg("Secrets are masked."))


def _summary(name: Untrusted, body: Mapping[str, object]) -> Message:
    """What one most often looks for: image and restarts."""
    config = body.get("Config")
    image = config.get("Image") if isinstance(config, Mapping) else None
    restarts = body.get("RestartCount")
    return msg(
        "{name}: image {image}, restarted {count} times",
        name=name,
        image=Untrusted(str(image or "?")),
        count=restarts if isinstance(restarts, int) else 0,
    )

"""`/inspect`: whatever has this name, shown by the command of its kind.

A name is looked for among containers first, then images, networks and volumes, as Docker does. What
is found of a kind goes to that kind's own `inspect`, and only where the reader may run that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from bot.command.call import Call, at
from bot.command.formats import formats
from bot.command.grammar import parse
from bot.command.kinds import choice
from bot.command.plan import of_target
from bot.command.spec import Command, command, flag, option, targets
from bot.errors import BotError, UsageError
from bot.hosts.types import Kind, Target
from bot.message import Code, msg
from bot.pipeline.authorize import decide
from bot.pipeline.told import outcome_of
from bot.reply import Outcome, Reply, Text
from bot.reply.template import Template

_KINDS = {k.value: k for k in (Kind.CONTAINER, Kind.IMAGE, Kind.NETWORK, Kind.VOLUME)}
# Docker's, of a swarm and of plugins, which no command here shows.
_OTHERS = ("config", "node", "plugin", "secret", "service", "task")


def _kinds(params: Mapping[str, Any]) -> Sequence[Kind]:
    """Where a name is looked for."""
    wanted = params["kind"]
    if wanted in _OTHERS:
        raise UsageError(
            msg("I can't show the type {kind}.", kind=Code(wanted)),
            msg("I know {kinds}.", kinds=Code(", ".join(_KINDS))),
        )
    return (_KINDS[wanted],) if wanted else tuple(_KINDS.values())


@command(
    "inspect",
    permission="container.inspect",
    act=msg("inspect {target}"),
    secret=True,
    deadline=180.0,
)
@targets(Kind.CONTAINER, "names", kinds=_kinds)
@formats(None, "-f")
@flag("-s", "--size", help="Show what containers take on the disk as well")
@option("--type", "kind", type=choice(*_KINDS, *_OTHERS), help="Look only among these")
async def inspect(
    call: Call,
    names: tuple[Target, ...],
    template: Template | None,
    *,
    size: bool,
    kind: str | None,
) -> Reply:
    """Show all details of containers, images, networks or volumes, secrets masked."""
    ordered = sorted(names, key=lambda target: [*_KINDS.values()].index(target.kind))
    groups = [(k, tuple(found)) for k, found in groupby(ordered, key=lambda target: target.kind)]
    if len(groups) == 1:
        return await _of_kind(call, *groups[0])
    replies = [await _told(call, *group) for group in groups]
    replies.sort(key=lambda reply: reply.outcome is Outcome.FINISHED)
    return Reply(
        tuple(block for reply in replies for block in reply.blocks),
        documents=tuple(file for reply in replies for file in reply.documents),
        outcome=_outcome([reply.outcome for reply in replies]),
    )


async def _told(call: Call, kind: Kind, found: tuple[Target, ...]) -> Reply:
    """What the kind's own command says, or why it does not."""
    try:
        return await _of_kind(call, kind, found)
    except BotError as error:
        host = call.host.name
        why = error.message
        lines = (Text(msg("x {name}: {why}", name=at(t.name, host), why=why)) for t in found)
        return Reply((*lines, *map(Text, error.hints)), outcome=outcome_of(error))


async def _of_kind(call: Call, kind: Kind, found: tuple[Target, ...]) -> Reply:
    """The reply of the kind's own command, as if that had been typed.

    Raises:
        Denied: the reader may not run it.
    """
    own = call.services.registry.get(f"{kind.value} inspect")
    if own is None:
        raise UsageError(msg("I can't show the type {kind}.", kind=Code(kind.value)))
    params = parse(own, _words(call, own), call.host_name).params
    names = own.targets.name if own.targets else None
    asked = replace(
        call,
        command=own,
        targets=found,
        items=tuple(map(of_target, found)),
        params={**params, names or "": found},
    )
    decide(asked)
    return await own.handler(asked, **asked.params)


def _words(call: Call, own: Command) -> tuple[str, ...]:
    """The options that both have."""
    template: Template | None = call.params["template"]
    sized = call.params["size"] and any("--size" in param.opts for param in own.params)
    return (
        *(("--format", template.text) if template else ()),
        *(("--size",) if sized else ()),
    )


def _outcome(outcomes: list[Outcome]) -> Outcome:
    if len({*outcomes}) == 1:
        return outcomes[0]
    return Outcome.PARTIAL

"""`/outdated`: which containers have a newer image in its registry; nothing is pulled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.command.call import Call
from bot.command.spec import command, targets
from bot.hosts.messages import Failed
from bot.hosts.newer import LABEL, Finding, Verdict, newer
from bot.hosts.reference import registry_of
from bot.hosts.types import Container, Kind, Target
from bot.message import Code, Message, Names, Untrusted, msg, plural
from bot.reply import Block, Button, Fold, Outcome, Reply, Table, Text
from bot.reply.containers import by_name
from handlers.formatted import refresh
from handlers.image.registries import reasons
from handlers.offer import may

_SHOWN = 10
_KEYS, _A_ROW = 4, 2
_LABEL = Code(LABEL)
_WHY = {
    Verdict.CURRENT: msg("Up to date: {names}"),
    Verdict.PINNED: msg("Kept by the label {label}: {names}", label=_LABEL),
    Verdict.OFF: msg("Left out by the label {label}: {names}", label=_LABEL),
    Verdict.DIGEST: msg("Made of a digest, which stays what it is: {names}"),
    Verdict.UNNAMED: msg("Made of an image without a name: {names}"),
    Verdict.LOCAL: msg("Built or loaded here, not from a registry: {names}"),
    Verdict.UNLISTED: msg("From a registry that the config does not list: {names}"),
}


@command(
    "container outdated",
    shortcut="outdated",
    permission="container.outdated",
    act=msg("look for newer images of {host}"),
    cost=5,
)
@targets(Kind.CONTAINER, required=False)
async def outdated(call: Call, containers: tuple[Target, ...]) -> Reply:
    """Show which containers have a newer image in its registry.

    Digests are compared, and nothing is pulled. A container that has the label
    `pierhead.upgrade=pinned` is kept as it is, one with `pierhead.upgrade=off` is looked at only if
    it is named.
    """
    every = [thing for thing in call.seen if isinstance(thing, Container)]
    found = await newer(
        call.host, every or await call.host.inventory.containers(), call.services.registries
    )
    if not containers:
        found = tuple(one for one in found if one.verdict is not Verdict.OFF)
    found = tuple(sorted(found, key=lambda one: by_name(one.container.name)))
    failed = [one for one in found if one.verdict is Verdict.FAILED]
    failures = (_failure(call, one) for one in failed)
    return Reply(
        (Text(_verdict(call, found)), *_new(found), *failures, *_rest(found)),
        buttons=_buttons(call, found),
        outcome=Outcome.PARTIAL if failed else Outcome.FINISHED,
    )


def _verdict(call: Call, found: Sequence[Finding]) -> Message:
    """All is up to date only where all was looked at."""
    host, new = Untrusted(call.host.name), sum(one.outdated for one in found)
    asked = sum(one.verdict is Verdict.CURRENT for one in found)
    if new:
        return plural(
            "{host}: {count} of {all} has a newer image",
            "{host}: {count} of {all} have a newer image",
            new,
            host=host,
            all=len(found),
        )
    if found and asked == len(found):
        return msg("{host}: all up to date", host=host)
    return msg(
        "{host}: nothing newer found, {asked} of {all} looked at",
        host=host,
        asked=asked,
        all=len(found),
    )


def _new(found: Sequence[Finding]) -> Iterator[Block]:
    new = [one for one in found if one.outdated]
    rows = tuple((one.container.name, one.image) for one in new)
    if rows:
        yield Table(rows[:_SHOWN])
    if rows[_SHOWN:]:
        yield Fold((Table(rows[_SHOWN:]),))
    links = dict.fromkeys((one.image, one.notes) for one in new if one.notes.raw)
    for image, notes in list(links)[:_SHOWN]:
        yield Text(msg("What is new in {image}: {link}", image=image, link=notes))
    here = [one.container.name for one in new if one.verdict is Verdict.HERE]
    if here:
        yield Text(msg("The newer one is on the host already: {names}", names=Names(tuple(here))))


def _failure(call: Call, one: Finding) -> Text:
    error = one.error
    if isinstance(error, Failed):
        why = next(reasons(call, error, registry_of(one.image.raw)), error.message)
    else:
        why = error.message if error else msg("unknown")
    return Text(msg("x {name}: {why}", name=one.container.name, why=why))


def _rest(found: Sequence[Finding]) -> Iterator[Block]:
    """What is not newer, by why; folded, unless there is nothing else."""
    lines = []
    for verdict, sentence in _WHY.items():
        names = tuple(one.container.name for one in found if one.verdict is verdict)
        if names:
            lines.append(Text(sentence.having(names=Names(names))))
    if lines:
        yield Fold(tuple(lines))


def _buttons(call: Call, found: Sequence[Finding]) -> tuple[tuple[Button, ...], ...]:
    host = call.host.name
    keys = [
        Button(msg("Upgrade {name}…", name=name), ("container", "upgrade", name.raw), host=host)
        for name in (one.container.name for one in found if one.outdated)
        if name.raw[:1].isalnum() and may(call, "container upgrade")
    ]
    rows = (tuple(keys[n : n + _A_ROW]) for n in range(0, min(len(keys), _KEYS), _A_ROW))
    return (*rows, (refresh(call),))

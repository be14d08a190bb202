"""A stage: names become targets, by one list call; a missing name is asked for.

A change needs the exact name. A prefix or a look-alike is offered as a button and never run. Every
target found is authorized by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.command.call import Call, at
from bot.command.params import Targets
from bot.command.plan import load, of_target
from bot.errors import BotError, Denied, DockerFault
from bot.hosts.resolve import OFFERED, Known, Thing, target, things_of
from bot.hosts.types import Container, Kind, Stack, Target
from bot.message import Code, Message, Names, Untrusted, msg
from bot.pipeline.authorize import decide
from bot.pipeline.journal import Repeated
from bot.pipeline.stage import Proceed
from bot.pipeline.told import told
from bot.reply import Block, Button, Outcome, Reply, Text
from bot.reply.containers import by_name
from storage import calls
from storage.errors import StorageError

_A_ROW = 2
_REMEMBERED = 50  # commands


async def resolve(call: Call, proceed: Proceed) -> Reply:
    """Pass on with targets, or ask which."""
    if not call.command.named or call.target_host is None:
        return await proceed(call)
    full, missing = call, list[str]()
    for asked in call.command.named:
        found = await _looked_up(full, asked, missing)
        if isinstance(found, Reply):
            return found
        full = found
    call.about[:] = map(of_target, full.targets)
    ready = replace(full, decision=decide(full)) if full.targets else full
    return _lacking(call, await _told(ready, proceed), missing) if missing else await proceed(ready)


async def _looked_up(call: Call, asked: Targets, missing: list[str]) -> Call | Reply:
    """The call with what one argument names as targets, or what is asked or said instead.

    Of several names, those that are not there are `missing`.
    """
    names = call.words_of(asked)
    if not names and not asked.needed:
        return _with(call, asked, {})
    kind, *others = asked.kinds(call.params)
    things = await _seen(call, kind, recent=not names)
    if not names:
        return _picker(call, asked, things, await _latest(call))
    targets: dict[Target, Thing] = {}
    known = Known(things)
    elsewhere = _Elsewhere(call, others)
    for name in names:
        exact = known.exact(name) or await elsewhere.exact(name)
        if len(exact) == 1:
            targets[target(exact[0], call.host.name, name)] = exact[0]
        elif len(names) == 1:
            near = exact or await asyncio.to_thread(known.likely, name)
            return _offer(call, name, near)
        else:
            missing.append(name)
    return _with(call, asked, targets) if targets else _none(call, missing)


class _Elsewhere:
    """Things of other kinds, looked up once a name is not found among the first."""

    def __init__(self, call: Call, kinds: Sequence[Kind]) -> None:
        self._call = call
        self._kinds = kinds
        self._known: dict[Kind, Known[Thing]] = {}

    async def exact(self, name: str) -> tuple[Thing, ...]:
        """Those of this name, of the first kind that has any."""
        for kind in self._kinds:
            if kind not in self._known:
                self._known[kind] = Known(await _seen(self._call, kind))
            if found := self._known[kind].exact(name):
                return found
        return ()


async def _told(call: Call, proceed: Proceed) -> Reply:
    """The reply, or the error as one: there is more to add to it."""
    try:
        return await proceed(call)
    except (Repeated, Denied):
        raise
    except BotError as error:
        return told(error)


def _none(call: Call, missing: Sequence[str]) -> Reply:
    """None of several names is known."""
    verdict = Text(msg("None of these is on {host}.", host=Untrusted(call.host.name)))
    return _lacking(call, Reply((verdict,), outcome=Outcome.FAILED), missing)


def _lacking(call: Call, reply: Reply, missing: Sequence[str]) -> Reply:
    """The reply with the names that are not there: what can be done is done, all is reported."""
    names = Names(tuple(at(Untrusted(name), call.host.name) for name in missing))
    note = Text(msg("x not there: {names}", names=names))
    done = Outcome.PARTIAL if reply.outcome is Outcome.FINISHED else reply.outcome
    return replace(reply, blocks=(*reply.blocks, note), outcome=done)


def _with(call: Call, asked: Targets, found: Mapping[Target, Thing]) -> Call:
    """The call with targets in the place of an argument's names."""
    value = asked.filled(call.params.get(asked.name or ""), tuple(found))
    return replace(
        call,
        targets=(*call.targets, *found),
        seen=(*call.seen, *found.values()),
        params={**call.params, asked.name or "": value},
    )


async def _seen(call: Call, kind: Kind, *, recent: bool = False) -> Sequence[Thing]:
    """What there is, or was just now.

    If that can't be told, a change has not begun, and the answer says so.
    """
    try:
        return await things_of(call.host, kind, recent=recent)
    except DockerFault as error:
        if not call.command.changes:
            raise
        raise DockerFault(error.message, *error.hints, msg("Nothing was changed.")) from error


async def _latest(call: Call) -> Sequence[str]:
    """What the reader's last commands here were about, the newest first, by their ids."""
    person, host = call.actor.id, call.host.name
    try:
        rows = await call.services.database.read(
            lambda c: calls.latest(c, call.services.bot, person, host, _REMEMBERED)
        )
    except StorageError:
        return ()
    return [item.id for row in rows for item in load(row)]


def _picker(call: Call, asked: Targets, things: Sequence[Thing], latest: Sequence[str]) -> Reply:
    """Which one? Only those that the command makes sense for, those used last first."""
    among = asked.among
    fit = [t for t in things if not isinstance(t, Container) or among is None or among(t)]
    host = Untrusted(call.host.name)
    if not fit:
        none = msg("{host}: nothing here for this command", host=host)
        return Reply((Text(none),), outcome=Outcome.CANCELLED)
    blocks: list[Block] = [Text(_which(call, asked.kind))]
    if len(fit) > OFFERED:
        blocks.append(Text(msg("{more} more: type the name.", more=len(fit) - OFFERED)))
    fit.sort(key=_urgent_first)
    ranks = {id_: rank for rank, id_ in reversed(list(enumerate(latest)))}
    fit.sort(key=lambda thing: ranks.get(target(thing, "").id, len(ranks)))
    return Reply(tuple(blocks), buttons=_choices(call, fit), outcome=Outcome.CANCELLED)


def _urgent_first(thing: Thing) -> tuple[bool, object]:
    """What somebody should look at, and then by name."""
    urgent = isinstance(thing, Container | Stack) and thing.needs_you
    return not urgent, by_name(target(thing, "").name)


def _which(call: Call, kind: Kind) -> Message:
    match kind:
        case Kind.CONTAINER:
            question = msg("{command}: which container on {host}?")
        case Kind.IMAGE:
            question = msg("{command}: which image on {host}?")
        case Kind.VOLUME:
            question = msg("{command}: which volume on {host}?")
        case Kind.NETWORK:
            question = msg("{command}: which network on {host}?")
        case Kind.STACK:
            question = msg("{command}: which stack on {host}?")
        case Kind.BUILD_CACHE | Kind.PATH:
            raise LookupError(f"no command asks which {kind.value} is meant")
    return question.having(command=Code(call.command.spelling), host=Untrusted(call.host.name))


def _offer(call: Call, name: str, near: Sequence[Thing]) -> Reply:
    """There is no such thing; what may have been meant is a tap away.

    Raises:
        Unknown: a command may have been meant, and no thing is like it.
    """
    if call.unknown is not None and not near:
        raise call.unknown
    host = Untrusted(call.host.name)
    blocks: list[Block] = [
        Text(msg("There is no {name} on {host}.", name=Untrusted(name), host=host))
    ]
    if call.command.changes:
        blocks.append(Text(msg("Nothing was changed.")))
    if near:
        blocks.append(Text(msg("Did you mean one of these?")))
    return Reply(tuple(blocks), buttons=_choices(call, near, name), outcome=Outcome.FAILED)


def _choices(
    call: Call, things: Sequence[Thing], instead_of: str | None = None
) -> tuple[tuple[Button, ...], ...]:
    """A button for each, which types the same command with its name.

    None where it is not clear which word that name would replace, and none for a name that no
    Engine gives out: it could be taken for an option.
    """
    if instead_of is not None and call.argv.count(instead_of) != 1:
        return ()
    names = [target(t, call.host.name).name for t in things[:OFFERED]]
    keys = [
        Button(msg("{name}", name=name), _argv(call, name.raw, instead_of), host=call.host.name)
        for name in names
        if name.raw[:1].isalnum()
    ]
    return tuple(tuple(keys[at : at + _A_ROW]) for at in range(0, len(keys), _A_ROW))


def _argv(call: Call, name: str, instead_of: str | None) -> tuple[str, ...]:
    if instead_of is None:
        return (*call.argv, name)
    return tuple(name if word == instead_of else word for word in call.argv)

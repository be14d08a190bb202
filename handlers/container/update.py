"""`/update`: other limits for containers that live, each told as old and new.

Less memory than a container uses now may kill it, so that is asked about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.command.call import Call, at
from bot.command.kinds import whole
from bot.command.plan import Item, Plan, of_target
from bot.command.sizes import CPU_LIST, CPUS, MEMORY, RESTART, SWAP
from bot.command.spec import Danger, command, option, refused, targets
from bot.errors import BotError, Conflict, DockerFault, UsageError
from bot.hosts.types import Kind, Stats, Target
from bot.message import Code, Message, Names, Untrusted, msg
from bot.pipeline.confirm import states
from bot.reply import Reply, Table, Text
from handlers.container.limits import Change, changes, memory, wanted
from handlers.each import each

_UP = ("running", "paused", "restarting")
_MANY = 10**11
_UPDATED = msg("Updated {name}.")
Existing = Mapping[str, int | Untrusted]
_BY_PERIOD = ("CpuPeriod", "CpuQuota")
# What an Engine does not take where others are there already.
_TOGETHER = (
    (("NanoCpus",), _BY_PERIOD, "--cpu-period, --cpu-quota"),
    (_BY_PERIOD, ("NanoCpus",), "--cpus"),
)


async def _presses(call: Call) -> bool:
    return bool(await _pressed(call))


async def _plan(call: Call) -> Plan:
    _asked(call)
    return Plan(
        question=msg("{what!c}?", what=call.label),
        yes=msg("{what!c}", what=call.label),
        items=tuple(map(of_target, call.targets)),
        blocks=(*map(Text, await _pressed(call)), *states(call)),
    )


async def _pressed(call: Call) -> tuple[Message, ...]:
    """Which of those that run use more memory than they would have, or may do so."""
    most = call.params["memory"]
    running = [t for t in call.targets if t.state.startswith(_UP)]
    if not most or not running:
        return ()
    tighter = [t for t in running if await _tightens(call, t, most)]
    told = []
    readings = await call.host.stats.once([t.id for t in tighter]) if tighter else ()
    for target, reading in zip(tighter, readings, strict=True):
        name = at(target.name, target.host)
        used = reading.memory if isinstance(reading, Stats) else None
        if used is None:
            told.append(msg("What {name} uses now, I can't see.", name=name))
        elif used > most:
            uses = msg("{name} uses {used}: with {limit} it may be killed.", used=memory(used))
            told.append(uses.having(name=name, limit=memory(most)))
    return tuple(told)


async def _tightens(call: Call, target: Target, most: int) -> bool:
    """Whether that is less than it has now, which may be as much as there is."""
    now = (await call.host.limits.of(target.id))["Memory"]
    return not (isinstance(now, int) and 0 < now <= most)


def _asked(call: Call) -> Mapping[str, object]:
    """The limits that were given.

    Raises:
        UsageError: none was.
    """
    asked = wanted(call.params)
    if not asked:
        example = Code("/update --memory 512m web")
        raise UsageError(msg("What shall be changed?"), msg("Write {example}.", example=example))
    return asked


@command(
    "container update",
    shortcut="update",
    permission="container.update",
    act=msg("update {target}"),
    danger=Danger.DISRUPTIVE,
    risky=_presses,
    plan=_plan,
)
@targets(Kind.CONTAINER)
@option("--blkio-weight", type=whole(0, 1000), help="Block IO (relative weight)")
@option("--cpu-period", type=whole(0, _MANY), help="Limit CPU CFS period")
@option("--cpu-quota", type=whole(-1, _MANY), help="Limit CPU CFS quota")
@option("--cpu-rt-period", type=whole(0, _MANY), help="Limit CPU real-time period")
@option("--cpu-rt-runtime", type=whole(0, _MANY), help="Limit CPU real-time runtime")
@option("-c", "--cpu-shares", type=whole(0, _MANY), help="CPU shares (relative weight)")
@option("--cpus", type=CPUS, help="Number of CPUs")
@option("--cpuset-cpus", type=CPU_LIST, help="CPUs in which to allow execution (0-3, 0,1)")
@option("--cpuset-mems", type=CPU_LIST, help="Memory nodes in which to allow execution")
@option("-m", "--memory", type=MEMORY, help="Memory limit")
@option("--memory-reservation", type=MEMORY, help="Memory soft limit")
@option("--memory-swap", type=SWAP, help="Limit of memory plus swap: -1 for unlimited swap")
@option("--pids-limit", type=whole(-1, _MANY), help="Tune pids limit (-1 for unlimited)")
@option("--restart", type=RESTART, help="Restart policy when a container exits")
@refused("--kernel-memory", value=True, why=msg("The kernel has no such limit any more."))
async def update(call: Call, containers: tuple[Target, ...], **_limits: Any) -> Reply:  # noqa: ANN401 - as they are declared
    """Change the limits of one or more containers."""
    asked = _asked(call)
    warned: dict[Untrusted, None] = {}
    found: list[Change] = []

    async def act(item: Item) -> Message:
        name = at(item.name, call.host.name)
        before = await call.host.limits.of(item.id)
        try:
            warned.update(dict.fromkeys(await call.host.limits.change(item.id, asked)))
        except BotError as error:
            raise _explained(error, before, asked) from error
        try:
            after = await call.host.limits.of(item.id)
        except DockerFault:
            return msg("Updated {name}. What is so now, I can't see.", name=name)
        found[:] = changes(before, after, asked)
        return _line(found).having(name=name) if len(call.items) > 1 else _UPDATED.having(name=name)

    reply = await each(call, act, done=_UPDATED)
    says = tuple(Text(msg("Docker says: {why}", why=why)) for why in warned)
    rows = tuple((change.name, change.told) for change in found)
    table = (Table(rows),) if rows and len(call.items) == 1 else ()
    return Reply((*reply.blocks, *table, *says), outcome=reply.outcome)


def _line(found: Sequence[Change]) -> Message:
    """One of several containers in a line: "web@nas: memory 512m → 1g"."""
    each_ = (msg("{limit} {change}", limit=one.name, change=one.told) for one in found)
    return msg("{name}: {changes}", changes=Names(tuple(each_)))


def _explained(error: BotError, before: Existing, asked: Mapping[str, object]) -> BotError:
    """What an Engine refuses because of a limit that is there: which one, and what to give."""
    refused = isinstance(error, Conflict) or not (isinstance(error, DockerFault) and error.unknown)
    for keys, others, flags in _TOGETHER:
        if refused and any(map(asked.get, keys)) and any(map(before.get, others)):
            return Conflict(
                msg("It is limited by {flags}.", flags=Code(flags)),
                msg("Change that instead. Nothing was changed."),
            )
    if refused and asked.get("Memory") and not asked.get("MemorySwap"):
        return Conflict(
            msg("Docker wants the limit of memory and swap together as well."),
            msg("Give {flag} too. Nothing was changed.", flag=Code("--memory-swap")),
        )
    return error

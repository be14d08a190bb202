"""`/info` and `/version`: the machine and the Engine behind a host."""

from __future__ import annotations

from collections.abc import Iterator

from bot.command.call import Call
from bot.command.formats import formats
from bot.command.spec import command
from bot.errors import UsageError
from bot.hosts.types import EngineInfo, Sweep
from bot.message import Names, Percent, Size, Untrusted, Value, msg
from bot.reply import Filled, Fold, Reply, Table, Text
from bot.reply.template import Template
from handlers.formatted import unfit, wholes

_NO_SWARM = frozenset({"", "inactive"})
_LISTED = 8

Row = tuple[Value, ...]


@command(
    "system info",
    shortcut="info",
    permission="system.info",
    act=msg("read about {host}"),
)
@formats(None, "-f")
async def info(call: Call, template: Template | None) -> Reply:
    """Show a host's machine and its Docker."""
    found = await call.host.system.info()
    host = Untrusted(call.host.name)
    if template:
        return _filled(call, template, found.whole)
    verdict = msg(
        "{host}: {running} running, {stopped} stopped",
        host=host,
        running=found.running,
        stopped=found.stopped,
    )
    warnings = (Text(msg("! {warning}", warning=w)) for w in found.warnings)
    folded = Fold((*warnings, Table(tuple(_rest(found))), *_lists(found)))
    rows = (*_used(call.host.sampler.newest()), *_machine(found))
    return Reply((Text(verdict), Table(rows), folded))


def _filled(call: Call, template: Template, whole: bytes) -> Reply:
    """All that the Engine tells, as a template has it.

    Raises:
        UsageError: it has no such field.
    """
    if why := unfit(template, whole):
        raise UsageError(*why)
    verdict = Text(msg("{name}", name=Untrusted(call.host.name)))
    return Reply((verdict, Filled(template, wholes([whole]), flat=False)))


def _used(newest: tuple[Sweep, float] | None) -> Iterator[Row]:
    """What the machine uses, where that is known."""
    machine = newest[0].machine if newest else None
    if machine is None:
        return
    if machine.cpu is not None:
        yield msg("CPU now"), Percent(machine.cpu)
    yield msg("mem used"), Size(machine.memory)
    if machine.disk is not None:
        yield msg("disk used"), Percent(machine.disk)


def _machine(found: EngineInfo) -> Iterator[Row]:
    """What one most often looks for."""
    if found.paused:
        yield msg("paused"), found.paused
    yield msg("machine"), found.name
    yield msg("system"), found.system
    yield msg("kernel"), found.kernel
    yield msg("cores"), found.cpus
    yield msg("memory"), Size(found.memory)
    yield msg("Docker"), found.version
    yield msg("images"), found.images
    yield msg("storage"), found.storage_driver
    yield msg("cgroup"), found.cgroup


def _rest(found: EngineInfo) -> Iterator[Row]:
    """How Docker is set up."""
    yield msg("folder"), found.root_dir
    yield msg("logs"), found.logging_driver
    yield msg("runtime"), found.runtime
    yield msg("cgroups"), found.cgroup_driver
    if found.live_restore:
        yield msg("live restore"), msg("yes")
    if found.swarm.raw not in _NO_SWARM:
        yield msg("swarm"), found.swarm


def _lists(found: EngineInfo) -> Iterator[Text]:
    """What there are several of, a sentence each."""
    plugins = found.plugins
    for sentence, names in (
        (msg("Drivers of volumes: {names}."), plugins["Volume"]),
        (msg("Drivers of networks: {names}."), plugins["Network"]),
        (msg("Drivers of logs: {names}."), plugins["Log"]),
        (msg("Security: {names}."), found.security),
        (msg("Mirrors: {names}."), found.mirrors),
        (msg("Labels: {names}."), found.labels),
    ):
        if names:
            yield Text(sentence.having(names=Names(names[:_LISTED])))


@command(
    "version",
    permission="system.version",
    act=msg("read the version of {host}"),
)
@formats(None, "-f")
async def version(call: Call, template: Template | None) -> Reply:
    """Show the version of Docker."""
    found = await call.host.system.version()
    if template:
        return _filled(call, template, found.whole)
    verdict = msg("{host}: Docker {version}", host=Untrusted(call.host.name), version=found.version)
    rows = (
        (msg("API spoken"), Untrusted(found.api)),
        (msg("API newest"), found.api_max),
        (msg("Go"), found.go),
        (msg("commit"), found.commit),
        (msg("system"), Untrusted(f"{found.system.raw}/{found.architecture.raw}")),
        (msg("kernel"), found.kernel),
    )
    return Reply((Text(verdict), Table(rows)))

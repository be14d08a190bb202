"""`/info` and `/version`: the machine and the Engine behind a host."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.spec import command
from bot.message import Size, Untrusted, msg
from bot.reply import Fold, Reply, Table, Text


@command(
    "system info",
    shortcut="info",
    permission="system.info",
    act=msg("read about {host}"),
)
async def info(call: Call) -> Reply:
    """Show the machine and the Engine behind a host."""
    found = await call.host.system.info()
    host = Untrusted(call.host.name)
    verdict = msg(
        "{host}: {running} running, {stopped} stopped",
        host=host,
        running=found.running,
        stopped=found.stopped,
    )
    paused = ((msg("paused"), found.paused),) if found.paused else ()
    machine = Table(
        (
            *paused,
            (msg("machine"), found.name),
            (msg("system"), found.system),
            (msg("kernel"), found.kernel),
            (msg("cores"), found.cpus),
            (msg("memory"), Size(found.memory)),
            (msg("Docker"), found.version),
            (msg("images"), found.images),
            (msg("storage"), found.storage_driver),
            (msg("cgroup"), found.cgroup),
        )
    )
    warnings = tuple(Text(msg("! {warning}", warning=w)) for w in found.warnings)
    return Reply((Text(verdict), machine, *((Fold(warnings),) if warnings else ())))


@command(
    "version",
    permission="system.version",
    act=msg("read the version of {host}"),
)
async def version(call: Call) -> Reply:
    """Show the version of the Engine."""
    found = await call.host.system.version()
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

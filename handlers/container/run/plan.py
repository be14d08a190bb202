"""What will be made, as it is shown before: image, command, ports, mounts, network, limits."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from bot.command.call import Call
from bot.command.plan import Plan
from bot.message import Code, Message, Names, Untrusted, Value, msg
from bot.reply import Block, Fold, Text
from handlers.container.run.joins import Params
from handlers.container.run.wanted import Wanted, gives_root, wanted

Row = tuple[Message, Value]
_AT_ONCE = 8
_BILLION = 10**9


async def of_run(call: Call) -> Plan:
    """The plan of `run`."""
    made = await wanted(call)
    ask, yes = msg("Run {name}?"), msg("Run {name} on {host}")
    return await _plan(call, made, ask, yes)


async def of_create(call: Call) -> Plan:
    """The plan of `create`."""
    made = await wanted(call)
    ask, yes = msg("Create {name}?"), msg("Create {name} on {host}")
    return await _plan(call, made, ask, yes)


async def _plan(call: Call, made: Wanted, ask: Message, yes: Message) -> Plan:
    rows = tuple(Text(msg("{what}: {value}", what=k, value=v)) for k, v in _rows(call.params, made))
    blocks: list[Block] = []
    if why := await gives_root(call):
        host = Untrusted(call.host.name)
        blocks.append(Text(msg("Who gets into it is root on {host}:", host=host), strong=True))
        blocks += [Text(one) for one in why]
    blocks += rows[:_AT_ONCE]
    if rows[_AT_ONCE:]:
        blocks.append(Fold(rows[_AT_ONCE:]))
    blocks += [Text(note) for note in _notes(call.params)]
    return Plan(
        question=ask.having(name=made.shown),
        yes=yes.having(name=Untrusted(made.name), host=Untrusted(call.host.name)),
        items=(made.item,),
        blocks=tuple(blocks),
    )


def _notes(params: Params) -> Iterator[Message]:
    if params["rm"]:
        yield msg("It is removed when it ends.")
    if params.get("detach"):
        yield msg("It runs in the background.")


def _rows(params: Params, made: Wanted) -> Iterator[Row]:
    """What matters most comes first; what is as usual is left out."""
    yield msg("image"), Untrusted(params["image"])
    yield from _ports(made)
    yield from _mounts(params)
    yield from _networks(params)
    yield from _process(params)
    yield from _limits(params)


def _ports(made: Wanted) -> Iterator[Row]:
    host = made.body["HostConfig"]
    for inside, places in host.get("PortBindings", {}).items():
        for place in places:
            outside = ":".join(part for part in (place["HostIp"], place["HostPort"] or "*") if part)
            yield msg("port"), Untrusted(f"{outside} → {inside}")
    if host.get("PublishAllPorts"):
        yield msg("port"), msg("all that it exposes")


def _mounts(params: Params) -> Iterator[Row]:
    for volume in params["volume"]:
        read_only = " (ro)" if "ro" in volume.options.split(",") else ""
        yield msg("mount"), Untrusted(f"{volume.source or '*'} → {volume.target}{read_only}")
    for mount in params["mount"]:
        read_only = " (ro)" if mount.get("ReadOnly") else ""
        source = mount.get("Source") or ("tmpfs" if mount["Type"] == "tmpfs" else "*")
        yield msg("mount"), Untrusted(f"{source} → {mount['Target']}{read_only}")
    for target, _ in params["tmpfs"]:
        yield msg("mount"), Untrusted(f"tmpfs → {target}")
    for name in params["volumes_from"]:
        yield msg("mounts of"), Untrusted(name)


def _networks(params: Params) -> Iterator[Row]:
    for joined in params["network"]:
        yield msg("network"), Untrusted(joined.network)


def _process(params: Params) -> Iterator[Row]:
    if params["entrypoint"] is not None:
        yield msg("entrypoint"), Untrusted(params["entrypoint"] or "-")
    if params["command"]:
        yield msg("command"), Untrusted(shlex.join(params["command"]))
    if params["user"]:
        yield msg("user"), Untrusted(params["user"])
    names = tuple(Untrusted(variable.partition("=")[0]) for variable in params["env"])
    if names:
        yield msg("variables"), Names(names)
    for name in (*params["env_file"], *params["label_file"]):
        yield msg("from a file"), Untrusted(name)
    if params["restart"] is not None:
        yield msg("restart"), Untrusted(params["restart"].text)


def _limits(params: Params) -> Iterator[Row]:
    if params["memory"]:
        yield msg("memory"), Code(_typed(params["memory"]))
    if params["cpus"]:
        yield msg("CPUs"), Code(f"{params['cpus'] / _BILLION:g}")
    if params["pids_limit"]:
        yield msg("processes"), params["pids_limit"]
    if params["platform"]:
        yield msg("platform"), Untrusted(params["platform"])


def _typed(size: int) -> str:
    """An amount of memory as one types it: `256m`."""
    units = iter("bkmgt")
    unit = next(units)
    while size % 1024 == 0 and size and (larger := next(units, "")):
        size, unit = size // 1024, larger
    return f"{size}{unit}"

"""`/port`: where the ports of a container are reached."""

from __future__ import annotations

import re

from bot.command.call import Call, at
from bot.command.spec import argument, command, targets
from bot.errors import NotFound, UsageError
from bot.hosts.types import Details, Kind, Port, Target
from bot.message import Code, Message, Untrusted, msg, plural
from bot.reply import Block, Fold, Reply, Table, Text
from bot.reply.ports import address, by_number
from handlers.formatted import refresh

_WRITTEN = re.compile(r"(\d{1,5})(?:/(tcp|udp|sctp))?", re.ASCII | re.IGNORECASE)
_HIGHEST = 65535
_SHOWN = 40


@command(
    "container port",
    shortcut="port",
    permission="container.port",
    act=msg("list the ports of {target}"),
)
@targets(Kind.CONTAINER, nargs=1)
@argument("private_port", required=False)
async def port(call: Call, container: Target, private_port: str | None) -> Reply:
    """List where the ports of a container are reached."""
    wanted = _wanted(private_port)
    found = await call.host.containers.inspect(container.id)
    name = at(container.name, container.host)
    ports = sorted((p for p in found.ports if _fits(p, wanted)), key=by_number)
    if wanted and not ports:
        raise _missing(name, wanted, found)
    blocks: list[Block] = [Text(_verdict(name, ports))]
    if ports:
        rows = tuple((Untrusted(_inside(p)), Untrusted(address(p))) for p in ports[:_SHOWN])
        blocks.append(Table(rows))
    if len(ports) > _SHOWN:
        blocks.append(Text(msg("and {more} more", more=len(ports) - _SHOWN)))
    inside = sorted(found.exposed, key=by_number)
    if inside and not wanted:
        told = Text(msg("Open inside, but not published: {ports}", ports=_listed(inside)))
        blocks.append(told if len(inside) <= _SHOWN else Fold((told,)))
    return Reply(tuple(blocks), buttons=((refresh(call),),))


def _wanted(written: str | None) -> tuple[int, str] | None:
    """`80` and `80/tcp` as number and protocol.

    Raises:
        UsageError: it is no port.
    """
    if written is None:
        return None
    found = _WRITTEN.fullmatch(written)
    if found is None or not 0 < int(found[1]) <= _HIGHEST:
        raise UsageError(
            msg("{value} is no port.", value=Untrusted(written)),
            msg("Write {example}.", example=Code("80 / 80/tcp / 53/udp")),
        )
    return int(found[1]), (found[2] or "tcp").lower()


def _fits(found: Port, wanted: tuple[int, str] | None) -> bool:
    return wanted is None or (found.private, found.protocol) == wanted


def _missing(name: Untrusted, wanted: tuple[int, str], found: Details) -> NotFound:
    """That a port is not published; and which are, or that it is open inside all the same."""
    asked = Untrusted(f"{wanted[0]}/{wanted[1]}")
    hints: list[Message] = []
    if any(_fits(p, wanted) for p in found.exposed):
        hints.append(msg("It is open inside only: other containers of its networks reach it."))
    if found.ports:
        hints.append(msg("Published: {ports}", ports=_listed(sorted(found.ports, key=by_number))))
    return NotFound(msg("{name}: {port} is not published", name=name, port=asked), *hints)


def _verdict(name: Untrusted, ports: list[Port]) -> Message:
    if not ports:
        return msg("{name}: no port is published", name=name)
    count = len({(p.private, p.protocol) for p in ports})
    return plural(
        "{name}: {count} port is published",
        "{name}: {count} ports are published",
        count,
        name=name,
    )


def _listed(ports: list[Port]) -> Untrusted:
    return Untrusted(", ".join(dict.fromkeys(map(_inside, ports))))


def _inside(port: Port) -> str:
    return f"{port.private}/{port.protocol}"

"""`/port`: where the ports of a container are reached."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.command.call import Call, at
from bot.command.kinds import PAGE, choice
from bot.command.spec import argument, command, flag, option, targets
from bot.errors import NotFound, UsageError
from bot.hosts.types import Details, Kind, Port, Target
from bot.message import Code, Message, Untrusted, msg, plural
from bot.reply import Fold, Reply, Table, Text
from bot.reply.model import WIDTH
from bot.reply.ports import address, by_number
from handlers.pages import in_full, in_pages

_WRITTEN = re.compile(r"(\d{1,5})(?:/(tcp|udp|sctp))?", re.ASCII | re.IGNORECASE)
_HIGHEST = 65535
_GLANCE = 40  # ports in one sentence
_SORTS: dict[str, Callable[[Port], Any]] = {
    "inside": by_number,
    "outside": lambda port: (port.public or 0, by_number(port)),
}
_SORTED = {"inside": msg("By port inside"), "outside": msg("By port outside")}


@command(
    "container port",
    shortcut="port",
    permission="container.port",
    act=msg("list the ports of {target}"),
)
@targets(Kind.CONTAINER, nargs=1)
@argument("private_port", required=False)
@flag("--no-trunc", help="Show everything in full, as a file")
@option("--sort", type=choice(*_SORTS), default="inside", help="Sort by inside, outside")
@option("--page", type=PAGE, help="Show one page of the list")
async def port(
    call: Call,
    container: Target,
    private_port: str | None,
    sort: str,
    page: int | None,
    *,
    no_trunc: bool,
) -> Reply:
    """List where the ports of a container are reached."""
    wanted = _wanted(private_port)
    found = await call.host.containers.inspect(container.id)
    name = at(container.name, container.host)
    ports = sorted((p for p in found.ports if _fits(p, wanted)), key=_SORTS[sort])
    if wanted and not ports:
        raise _missing(name, wanted, found)
    verdict = _verdict(name, ports)
    if no_trunc and ports:
        return in_full(call, verdict, f"{container.name.raw}-ports.txt", _table(ports, None))
    reply = in_pages(call, verdict, ports, _table, _SORTED)
    return reply if wanted else replace(reply, blocks=(*reply.blocks, *_only_inside(found)))


def _table(ports: Sequence[Port], width: int | None = WIDTH) -> Table:
    rows = tuple((Untrusted(_inside(p)), Untrusted(address(p))) for p in ports)
    return Table(rows, width=width)


def _only_inside(found: Details) -> tuple[Text | Fold, ...]:
    """What other containers reach, and nobody else; many are folded."""
    inside = sorted(found.exposed, key=by_number)
    if not inside:
        return ()
    told = Text(msg("Open inside, but not published: {ports}", ports=_listed(inside)))
    return (told if len(inside) <= _GLANCE else Fold((told,)),)


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

"""`--publish` and `--expose`: `ip:outside:inside/protocol`, with ranges.

go-connections (`nat`) reads a range on one side only as: one of these. Where both are ranges they
must be equally long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from bot.command.kinds import BadValue
from bot.message import msg
from handlers.container.run.reading import Reading, whole_number

_PROTOCOLS = frozenset({"tcp", "udp", "sctp"})
_LARGEST = 65535
_MOST = 1000  # the Engine starts a process for each


@dataclass(frozen=True, slots=True)
class Published:
    """A port inside (`80/tcp`), the address that it is bound to, "" for all, and the port there.

    The latter may be a range, of which the Engine takes one that is free, or "": any that is.
    """

    inside: str
    ip: str
    outside: str

    @property
    def binding(self) -> dict[str, str]:
        """As the Engine takes it."""
        return {"HostIp": self.ip, "HostPort": self.outside}


def publish(text: str) -> tuple[Published, ...]:
    """The ports of one `-p`.

    Raises:
        ValueError: if it can't be read.
        BadValue: if it is too many.
    """
    place, _, inside = _short(text).rpartition(":")
    ip, _, outside = place.rpartition(":")
    first, last, protocol = _inside(inside)
    low, high = _range(outside) if outside else (0, 0)
    if outside and last - first != high - low and first != last:
        raise ValueError(text)
    spread = f"{low}-{high}" if first == last and low != high else ""
    return tuple(
        Published(f"{port}/{protocol}", _address(ip), spread or (outside and str(low + n)))
        for n, port in enumerate(range(first, last + 1))
    )


def expose(text: str) -> tuple[str, ...]:
    """The ports of one `--expose`.

    Raises:
        ValueError: if it can't be read.
        BadValue: if it is too many.
    """
    first, last, protocol = _inside(text)
    return tuple(f"{port}/{protocol}" for port in range(first, last + 1))


def bindings(published: Sequence[Published]) -> dict[str, list[dict[str, str]]]:
    """By the port inside, as the Engine takes them.

    Raises:
        BadValue: if it is too many.
    """
    _bound(len(published))
    found: dict[str, list[dict[str, str]]] = {}
    for port in published:
        found.setdefault(port.inside, []).append(port.binding)
    return found


def _short(text: str) -> str:
    """The long form (`published=8080,target=80`) as the short one."""
    if "=" not in text:
        return text
    found = {"published": "", "target": "", "protocol": "tcp"}
    for field in text.split(","):
        key, mark, value = field.partition("=")
        if not mark or not key:
            raise ValueError(text)
        found[key] = value
    return f"{found['published']}:{found['target']}/{found['protocol']}"


def _inside(text: str) -> tuple[int, int, str]:
    ports, _, protocol = text.partition("/")
    protocol = protocol.lower() or "tcp"
    if protocol not in _PROTOCOLS:
        raise ValueError(text)
    return (*_range(ports), protocol)


def _range(text: str) -> tuple[int, int]:
    first, mark, last = text.partition("-")
    low = whole_number(first, 0, _LARGEST)
    high = whole_number(last, low, _LARGEST) if mark else low
    _bound(high - low + 1)
    return low, high


def _bound(count: int) -> None:
    if count > _MOST:
        raise BadValue(msg("At most {most} ports at once, please.", most=_MOST))


def _address(text: str) -> str:
    """An address; one of IPv6 may stand in brackets."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if bare and ("%" in bare or not ip_address(bare)):
        raise ValueError(text)
    return bare


def _parts(found: Sequence[tuple[str, ...]]) -> Iterator[str]:
    for ports in found:
        yield from ports


def exposed(found: Sequence[tuple[str, ...]], published: Sequence[Published]) -> dict[str, object]:
    """All ports inside that are told of, as the Engine takes them."""
    every = (*_parts(found), *(port.inside for port in published))
    return {port: {} for port in dict.fromkeys(every)}


PUBLISH = Reading("port", publish, "8080:80 / 127.0.0.1:8080:80 / 53:53/udp")
EXPOSE = Reading("port", expose, "80 / 53/udp / 8000-8010")

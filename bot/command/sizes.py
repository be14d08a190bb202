"""Limits of a container as Docker's command line writes them: memory, CPUs, when to restart.

docker/cli (`opts`) reads `512m` as mebibytes, whatever the case and with or without a final `b`; a
number of CPUs as a fraction that is exact in billionths; a restart policy as a name and a count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import click

from bot.command.kinds import BadValue
from bot.message import Code, Untrusted, msg

_BYTES = re.compile(r"(\d{1,19}(?:\.\d{1,19})?) ?([kmgtp]?)(?:i?b)?", re.ASCII | re.IGNORECASE)
_UNITS = {unit: 1024**power for power, unit in enumerate(("", "k", "m", "g", "t", "p"))}
_LARGEST = 2**63 - 1  # what an Engine holds
_CPUS = re.compile(
    r"(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})(?:e[+-]?\d{1,2})?|\d{1,9}/0{0,8}[1-9]\d{0,8}",
    re.ASCII | re.IGNORECASE,
)
_BILLION = 10**9
_CPU_LIST = re.compile(r"\d{1,4}(?:-\d{1,4})?(?:,\d{1,4}(?:-\d{1,4})?){0,63}", re.ASCII)
_POLICY = re.compile(r"(no|always|unless-stopped|on-failure)(?::(\d{0,9}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Restart:
    """A restart policy by Docker's name; `retries` at most, 0 for any number."""

    name: str
    retries: int = 0

    @property
    def text(self) -> str:
        """As it is typed: `on-failure:3`."""
        return f"{self.name}:{self.retries}" if self.retries else self.name


class _Memory(click.ParamType[Any]):
    """Bytes as `512m`; where that makes sense -1 stands for no limit."""

    name = "bytes"

    def __init__(self, *, unlimited: bool = False) -> None:
        self.unlimited = unlimited

    def convert(self, value: Any, _param: Any, _ctx: Any) -> int:  # noqa: ANN401 - Click's signature
        text = str(value)
        if self.unlimited and text == "-1":
            return -1
        found = _BYTES.fullmatch(text)
        size = int(Fraction(found[1]) * _UNITS[found[2].lower()]) if found else None
        if size is None or size > _LARGEST:
            example = "512m / 2g / -1" if self.unlimited else "512m / 2g"
            raise BadValue(
                msg("{value} is no amount of memory.", value=Untrusted(text)),
                msg("Write {example}.", example=Code(example)),
            )
        return size


class _Cpus(click.ParamType[Any]):
    """A number of CPUs such as 0.5, in billionths of one."""

    name = "decimal"

    def convert(self, value: Any, _param: Any, _ctx: Any) -> int:  # noqa: ANN401 - Click's signature
        text = str(value)
        number = Fraction(text) * _BILLION if _CPUS.fullmatch(text) else None
        if number is None or number.denominator != 1 or number > _LARGEST:
            raise BadValue(
                msg("{value} is no number of CPUs.", value=Untrusted(text)),
                msg("Write {example}.", example=Code("0.5 / 2")),
            )
        return number.numerator


class _CpuList(click.ParamType[Any]):
    """Which CPUs, or memory nodes, by their numbers."""

    name = "list"

    def convert(self, value: Any, _param: Any, _ctx: Any) -> str:  # noqa: ANN401 - Click's signature
        text = str(value)
        if not _CPU_LIST.fullmatch(text):
            raise BadValue(
                msg("{value} is no list of numbers.", value=Untrusted(text)),
                msg("Write {example}.", example=Code("0-3 / 0,1")),
            )
        return text


class _Restart(click.ParamType[Any]):
    """What happens when a container ends by itself."""

    name = "policy"

    def convert(self, value: Any, _param: Any, _ctx: Any) -> Restart:  # noqa: ANN401 - Click's signature
        if isinstance(value, Restart):
            return value
        found = _POLICY.fullmatch(str(value))
        retries = int(found[2] or 0) if found else 0
        if found is None or (retries and found[1] != "on-failure"):
            raise BadValue(
                msg("{value} is no restart policy.", value=Untrusted(str(value))),
                msg(
                    "Write {example}.",
                    example=Code("no / on-failure:3 / always / unless-stopped"),
                ),
            )
        return Restart(found[1], retries)


MEMORY = _Memory()
SWAP = _Memory(unlimited=True)
CPUS = _Cpus()
CPU_LIST = _CpuList()
RESTART = _Restart()

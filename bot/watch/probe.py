"""A probe: an address that is asked from outside, and what its answer must be.

Only the config names one. Whoever could name one in a chat could have the bot ask its way into the
network behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.watch.subject import NOWHERE


class Fault(StrEnum):
    """What is wrong with an answer, or why there is none."""

    STATUS = "status"
    TEXT = "text"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    NAME = "name"
    TLS = "tls"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of asking: without a `fault` all is well. `status` is that of HTTP."""

    fault: Fault | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """Asks `http://…`, `https://…` or `tcp://HOST:PORT`; times are in seconds.

    Of HTTP the answer must have this `status`, or else any of 200 to 299, and hold the text
    `contains`. No redirect is followed. While the Engine of `host` is silent it is not told. Who
    may see that host hears of it; of none, only whose role counts on all: it might be any's.
    """

    address: str
    every: float = 60.0
    timeout: float = 10.0
    status: int | None = None
    contains: str = ""
    host: str = NOWHERE

"""What the machine below an Engine uses as a whole."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """What a host uses as a whole; None where that is unknown.

    `cpu` in percent of all its cores, `memory` in bytes of `total`; `disk` in percent of that which
    Docker's folder is on.
    """

    cpu: float | None
    memory: int
    total: int
    disk: float | None

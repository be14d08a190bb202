"""What Linux tells of a process: the memory that it has and had, the time that it has worked."""

from __future__ import annotations

import time
from pathlib import Path

MIB = 1024 * 1024
_OF_PROCESS = 2  # the kernel's CPUCLOCK_SCHED: exact, where /proc counts in hundredths


def resident(pid: int) -> float:
    """Resident memory, in MiB."""
    return _status(pid, "VmRSS")


def peak(pid: int) -> float:
    """The most that it was since `forget_peak`, in MiB."""
    return _status(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """Let `peak` begin anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def worked(pid: int) -> float:
    """Seconds of a core that all of its threads have had."""
    return time.clock_gettime((~pid << 3) | _OF_PROCESS)


def _status(pid: int, key: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == key:
            return int(value.split()[0]) * 1024 / MIB
    raise LookupError(key)

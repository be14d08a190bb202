"""The remaining kinds of values of `docker run`: limits, pairs, and short words."""

from __future__ import annotations

import re

from bot.command.kinds import BadValue, seconds
from bot.message import Code, Untrusted, msg
from handlers.container.run.reading import Reading, whole_number
from handlers.container.variables import label

_ULIMITS = re.compile(
    r"core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending"
    r"|stack"
)
_LARGEST = 2**63 - 1
_NANO = 10**9
_SETTINGS = (
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
    "kernel.shm_rmid_forced",
)
_NAME = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]{1,254}")
_PLATFORM = re.compile(r"[a-zA-Z0-9_.-]+(?:/[a-zA-Z0-9_.-]+){0,2}")


def pair(text: str) -> tuple[str, str]:
    """A key and its value.

    Raises:
        ValueError: one of both is missing.
    """
    key, mark, value = text.partition("=")
    if not mark or not key:
        raise ValueError(text)
    return key, value


def setting(text: str) -> tuple[str, str]:
    """One `--sysctl`: only those that each container has for itself.

    Raises:
        ValueError: if it is none of these.
    """
    key, value = pair(text)
    if not key.startswith(("net.", "fs.mqueue.")) and key not in _SETTINGS:
        raise ValueError(text)
    return key, value


def ulimit(text: str) -> dict[str, object]:
    """One `--ulimit`: `nofile=1024` or `nofile=1024:2048`, soft and hard; -1 is without end.

    Raises:
        ValueError: if it can't be read, or the soft one is above the hard one.
    """
    name, value = pair(text)
    low, mark, high = value.partition(":")
    soft = whole_number(low, -_LARGEST, _LARGEST)
    hard = whole_number(high, -_LARGEST, _LARGEST) if mark else soft
    if not _ULIMITS.fullmatch(name) or (hard != -1 and (soft == -1 or soft > hard)):
        raise ValueError(text)
    return {"Name": name, "Soft": soft, "Hard": hard}


def duration(text: str) -> int:
    """A length of time, in nanoseconds.

    Raises:
        ValueError: if it is none.
    """
    return round(seconds(text) * _NANO)


def security(text: str) -> str:
    """One `--security-opt`, whose profile can't come from a file: this machine is not the host.

    Raises:
        ValueError: if it has no value.
        BadValue: for a profile of seccomp that has no name of its own.
    """
    key, mark, value = text.partition("=")
    if key == "no-new-privileges":
        return text
    if not mark:
        key, mark, value = text.partition(":")
    if not value:
        raise ValueError(text)
    if key == "seccomp" and value not in {"builtin", "unconfined"}:
        raise BadValue(
            msg("A profile can't be read from a file here: {path}", path=Untrusted(value)),
            msg("Write {example}.", example=Code("seccomp=builtin / seccomp=unconfined")),
        )
    return text


def capability(text: str) -> str:
    """One of `--cap-add`, by its full name.

    Raises:
        ValueError: if it is empty.
    """
    name = text.upper()
    if not name:
        raise ValueError(text)
    return name if name == "ALL" or name.startswith("CAP_") else f"CAP_{name}"


def mode(*words: str) -> Reading:
    """A mode of a namespace: one of the words or, if that is among them, `container:NAME`."""

    def read(text: str) -> str:
        other = text.startswith("container:") and len(text) > len("container:")
        if text not in words and not (other and "container:NAME" in words):
            raise ValueError(text)
        return text

    return Reading("mode", read, " / ".join(words))


def name(text: str) -> str:
    """What a container can be called.

    Raises:
        ValueError: if it can't.
    """
    if not _NAME.fullmatch(text):
        raise ValueError(text)
    return text.removeprefix("/")


def platform(text: str) -> str:
    """An operating system, a kind of processor, or both.

    Raises:
        ValueError: if it is none.
    """
    if not _PLATFORM.fullmatch(text):
        raise ValueError(text)
    return text


LABEL = Reading("label", label, "key=value")
PAIR = Reading("option", pair, "key=value")
SETTING = Reading("setting", setting, "net.core.somaxconn=1024")
ULIMIT = Reading("limit", ulimit, "nofile=1024:2048")
DURATION = Reading("duration", duration, "30s / 1m30s")
SECURITY = Reading("option", security, "no-new-privileges")
CAPABILITY = Reading("capability", capability, "NET_ADMIN")
NAME = Reading("name", name, "web / web-2")
PLATFORM = Reading("platform", platform, "linux/arm64")

"""`--device`, `--gpus` and the limits of block devices, as the Engine takes them."""

from __future__ import annotations

import re
from typing import Any

from bot.command.kinds import BadValue
from bot.command.sizes import MEMORY
from bot.hosts.hostpaths import plain
from bot.message import Untrusted, msg
from handlers.container.run.reading import Reading, fields, whole_number

_MODE = re.compile(r"(?!.*(.).*\1)[rwm]{1,3}")
_RULE = re.compile(r"[acb] (?:[0-9]+|\*):(?:[0-9]+|\*) [rwm]{1,3}")
# Of the Container Device Interface, as in nvidia.com/gpu=all: what it is the host's files say.
_NAMED = re.compile(
    r"[A-Za-z](?:[\w.-]*[A-Za-z0-9])?/[A-Za-z](?:[\w-]*[A-Za-z0-9])?"
    r"=[A-Za-z0-9](?:[\w.:-]*[A-Za-z0-9])?",
    re.ASCII,
)
_WEIGHTS = range(10, 1001)
_NUMBERS = 2**64 - 1


def device(text: str) -> dict[str, str] | str:
    """One `--device`: `/dev/x`, `/dev/x:/inside`, each perhaps with `:rwm`; or a name, as it is.

    Raises:
        ValueError: if it can't be read.
        BadValue: if what is inside is no whole path.
    """
    if _NAMED.fullmatch(text):
        return text
    parts = text.split(":")
    if len(parts) > 3 or not parts[0]:  # noqa: PLR2004 - host, container, rights
        raise ValueError(text)
    host, inside, mode = (*parts, "", "")[:3]
    if len(parts) == 2 and _MODE.fullmatch(inside):  # noqa: PLR2004 - as above
        inside, mode = "", inside
    if len(parts) == 3 and not _MODE.fullmatch(mode):  # noqa: PLR2004 - as above
        raise ValueError(text)
    if not (inside or host).startswith("/"):
        raise BadValue(
            msg("{path} is no whole path inside the container.", path=Untrusted(inside or host))
        )
    if not inside:
        host = plain(host)
    elif len(parts) == 2:  # noqa: PLR2004 - as above
        inside = plain(inside)
    return {
        "PathOnHost": host,
        "PathInContainer": inside or host,
        "CgroupPermissions": mode or "rwm",
    }


def rule(text: str) -> str:
    """One `--device-cgroup-rule`: `c 1:3 mr`.

    Raises:
        ValueError: if it is none.
    """
    if not _RULE.fullmatch(text):
        raise ValueError(text)
    return text


def gpus(text: str) -> dict[str, Any]:
    """One `--gpus`: `all`, a number, or fields.

    Raises:
        ValueError: if it can't be read.
    """
    found: dict[str, Any] = {}
    seen: set[str] = set()
    for field in fields(text):
        key, mark, value = field.partition("=")
        if key in seen:
            raise ValueError(text)
        seen |= {key} if mark else {key, "count"}
        _ask(found, key if mark else "count", value if mark else key)
    if "count" not in seen and "DeviceIDs" not in found:
        found["Count"] = 1
    found.setdefault("Capabilities", [["gpu"]])
    return found


def _ask(found: dict[str, Any], key: str, value: str) -> None:
    match key:
        case "driver":
            found["Driver"] = value
        case "count":
            found["Count"] = -1 if value == "all" else whole_number(value, -(2**31), 2**31)
        case "device":
            found["DeviceIDs"] = value.split(",")
        case "capabilities":
            found["Capabilities"] = [[*value.split(","), "gpu"]]
        case "options":
            pairs = (option.partition("=") for option in fields(value))
            found["Options"] = {name: given for name, _, given in pairs}
        case _:
            raise ValueError(key)


def weight(text: str) -> dict[str, Any]:
    """One `--blkio-weight-device`.

    Raises:
        ValueError: if it can't be read.
    """
    path, number = _of_device(text)
    found = whole_number(number, 0, _WEIGHTS[-1])
    if found and found not in _WEIGHTS:
        raise ValueError(text)
    return {"Path": path, "Weight": found}


def bytes_a_second(text: str) -> dict[str, Any]:
    """One `--device-read-bps`.

    Raises:
        ValueError: if it can't be read.
        BadValue: if the amount can't be.
    """
    path, amount = _of_device(text)
    return {"Path": path, "Rate": MEMORY.convert(amount, None, None)}


def times_a_second(text: str) -> dict[str, Any]:
    """One `--device-read-iops`.

    Raises:
        ValueError: if it can't be read.
    """
    path, number = _of_device(text)
    return {"Path": path, "Rate": whole_number(number, 0, _NUMBERS)}


def _of_device(text: str) -> tuple[str, str]:
    path, mark, value = text.partition(":")
    if not mark or not path.startswith("/dev/"):
        raise ValueError(text)
    return path, value


DEVICE = Reading("device", device, "/dev/x / /dev/x:/dev/y:rw")
RULE = Reading("rule", rule, "c 1:3 mr")
GPUS = Reading("gpus", gpus, "all / 2 / device=0")
WEIGHT = Reading("weight", weight, "/dev/sda:500")
BYTES_A_SECOND = Reading("rate", bytes_a_second, "/dev/sda:10mb")
TIMES_A_SECOND = Reading("rate", times_a_second, "/dev/sda:1000")

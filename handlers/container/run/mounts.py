"""`--mount`: fields that say what is mounted where, as docker/cli reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.command.kinds import BadValue
from bot.command.sizes import MEMORY
from bot.message import Code, msg
from handlers.container.run.reading import Reading, boolean, fields, whole_number, whole_path

_KINDS = ("bind", "volume", "tmpfs", "image", "cluster", "npipe")
_READ_ONLY = frozenset({"readonly", "ro"})
_OWNERS = {"volume": "VolumeOptions", "image": "ImageOptions", "tmpfs": "TmpfsOptions"}
_OWNERS |= {"bind": "BindOptions"}
_RECURSIVE = {
    "enabled": None,
    "disabled": "NonRecursive",
    "writable": "ReadOnlyNonRecursive",
    "readonly": "ReadOnlyForceRecursive",
}
_OCTAL = re.compile(r"[0-7]{1,11}")


def mount(text: str) -> dict[str, Any]:
    """One `--mount`, as the Engine takes it.

    Raises:
        ValueError: if it can't be read.
        BadValue: if it is a path that is not whole.
    """
    found: dict[str, Any] = {"Type": "volume"}
    for field in fields(text):
        key, mark, value = field.partition("=")
        _set(found, key.lower(), value if mark else None, field)
    kind = found["Type"]
    if kind not in _KINDS or not found.get("Target"):
        raise ValueError(text)
    if any(name in found for owner, name in _OWNERS.items() if owner != kind):
        raise ValueError(text)
    _check_recursion(found)
    return found


def _set(found: dict[str, Any], key: str, value: str | None, field: str) -> None:
    """Put one field where it belongs. Some need no value: they are said to be so."""
    if value is None and key not in {*_READ_ONLY, "volume-nocopy", "bind-nonrecursive"}:
        raise ValueError(field)
    text = "true" if value is None else value
    match key:
        case "type":
            found["Type"] = text.lower()
        case "source" | "src":
            found["Source"] = whole_path(text)
        case "target" | "dst" | "destination":
            found["Target"] = text
        case "readonly" | "ro":
            found["ReadOnly"] = boolean(text)
        case "consistency":
            found["Consistency"] = text.lower()
        case _:
            owner, _, _rest = key.partition("-")
            setter = _OPTIONS.get(key)
            if setter is None:
                raise ValueError(field)
            setter(found.setdefault(_OWNERS[owner], {}), text)


Setter = Callable[[dict[str, Any], str], None]


def _text(name: str, *, lower: bool = False) -> Setter:
    def put(options: dict[str, Any], value: str) -> None:
        options[name] = value.lower() if lower else value

    return put


def _yes(name: str) -> Setter:
    def put(options: dict[str, Any], value: str) -> None:
        options[name] = boolean(value)

    return put


def _pair(*path: str) -> Setter:
    def put(options: dict[str, Any], value: str) -> None:
        for name in path:
            options = options.setdefault(name, {})
        key, _, given = value.partition("=")
        if key:
            options[key] = given

    return put


def _driver(options: dict[str, Any], value: str) -> None:
    options.setdefault("DriverConfig", {})["Name"] = value


def _recursive(options: dict[str, Any], value: str) -> None:
    if value not in _RECURSIVE:
        raise ValueError(value)
    if name := _RECURSIVE[value]:
        options[name] = True


def _size(options: dict[str, Any], value: str) -> None:
    options["SizeBytes"] = MEMORY.convert(value, None, None)


def _mode(options: dict[str, Any], value: str) -> None:
    """In octal digits. Go's FileMode has its own bits above the first nine; the Engine reads it."""
    if not _OCTAL.fullmatch(value):
        raise ValueError(value)
    options["Mode"] = whole_number(str(int(value, 8)), 0, 2**32 - 1)


def _check_recursion(found: dict[str, Any]) -> None:
    options = found.get("BindOptions", {})
    forced = options.get("ReadOnlyForceRecursive")
    if (forced or options.get("ReadOnlyNonRecursive")) and not found.get("ReadOnly"):
        raise BadValue(msg("{option} needs {other}.", option=_REC, other=Code("readonly")))
    if forced and options.get("Propagation") != "rprivate":
        other = Code("bind-propagation=rprivate")
        raise BadValue(msg("{option} needs {other}.", option=_REC, other=other))


_REC = Code("bind-recursive")
_OPTIONS: dict[str, Setter] = {
    "bind-propagation": _text("Propagation", lower=True),
    "bind-nonrecursive": _yes("NonRecursive"),
    "bind-recursive": _recursive,
    "volume-subpath": _text("Subpath"),
    "volume-nocopy": _yes("NoCopy"),
    "volume-label": _pair("Labels"),
    "volume-driver": _driver,
    "volume-opt": _pair("DriverConfig", "Options"),
    "image-subpath": _text("Subpath"),
    "tmpfs-size": _size,
    "tmpfs-mode": _mode,
}
MOUNT = Reading("mount", mount, "type=volume,src=data,dst=/inside,readonly")

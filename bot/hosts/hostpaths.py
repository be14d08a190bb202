"""What a path of the host gives to who mounts it: its sockets, the system itself, or only files."""

from __future__ import annotations

import posixpath
import re

# Folders that are the host; to read below the second kind is not to hold it.
_HOST = (
    "/dev",
    "/root",
    "/run",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/docker",
    "/var/run",
)
_SYSTEM = (
    "/bin",
    "/boot",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/proc",
    "/sbin",
    "/sys",
    "/usr",
    "/var/lib/dpkg",
    "/var/lib/kubelet",
    "/var/lib/systemd",
    "/var/log",
    "/var/spool",
)
_WHOLE = frozenset({"/", "/home", "/var", "/var/lib", *_HOST, *_SYSTEM})
_SOCKET = re.compile(
    r"(?:^|/)(?:docker|podman|containerd|crio|cri-dockerd|buildkitd|dockershim)[\w.-]*\.sock"
)
# What images like to know the time from; nobody can do anything with it.
_CLOCKS = frozenset({"/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo"})
_GADGETS = re.compile(
    r"/dev/(?:dri|snd|serial|video\d+|v4l|fuse|kvm|kfd|net/tun|null|zero|random|urandom"
    r"|tty(?:USB|ACM|AMA)\d+|nvidia[\w-]*|apex_\d+)(?:/[\w./:-]*)?"
)


def plain(path: str) -> str:
    """The path without detours; what does not begin with a slash stays as it is."""
    return posixpath.normpath("/" + path.lstrip("/")) if path.startswith("/") else path


def is_harmless(path: str, *, writes: bool) -> bool:
    """Whether it only tells the time."""
    return path in _CLOCKS and not writes


def is_socket(path: str) -> bool:
    """Whether an Engine listens there. A read-only mount of a socket does not limit its use."""
    return _SOCKET.search(path) is not None


def is_host(path: str, *, writes: bool) -> bool:
    """Whether who has it holds the host; of what can't be understood that is supposed."""
    if not path.startswith("/") or path in _WHOLE:
        return True
    folders = (*_HOST, *_SYSTEM) if writes else _HOST
    return path.startswith(tuple(f"{folder}/" for folder in folders))


def is_gadget(path: str) -> bool:
    """Whether a device holds nothing of the host: a graphics card, a serial stick, a camera."""
    return _GADGETS.fullmatch(path) is not None

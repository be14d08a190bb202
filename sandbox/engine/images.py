"""Images where no registry can be reached: Debian's static busybox, imported as a root filesystem.

Each import is a content of its own, so that images have ids, sizes and ages of their own too.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from functools import cache
from pathlib import Path

import docker

from sandbox.engine.errors import EngineUnavailable
from sandbox.engine.packages import static_busybox

BUSYBOX = "busybox:latest"
USERS = b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"
MEBIBYTE = 1 << 20


def import_image(client: docker.DockerClient, name: str = BUSYBOX, *, mebibytes: int = 0) -> None:
    """Import busybox as `name` (`repository:tag`; empty: dangling) with that much ballast."""
    repository, _, tag = name.partition(":")
    client.api.import_image_from_data(
        rootfs(name, mebibytes),
        repository=repository or None,
        tag=tag or None,
        changes=['CMD ["sh"]', "LABEL org.opencontainers.image.title=" + (name or "untagged")],
    )


def rootfs(marker: str, mebibytes: int) -> bytes:
    """A tar of a whole small system: busybox, its links, two users, `/tmp` and the ballast."""
    program = busybox()
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for folder, mode in (("bin", 0o755), ("etc", 0o755), ("root", 0o700), ("tmp", 0o1777)):
            _add(tar, folder, tarfile.DIRTYPE, mode=mode)
        _add(tar, "bin/busybox", tarfile.REGTYPE, mode=0o755, content=program.read_bytes())
        for applet in applets(program):
            _add(tar, f"bin/{applet}", tarfile.SYMTYPE, link="busybox")
        _add(tar, "etc/passwd", tarfile.REGTYPE, content=USERS)
        _add(tar, "etc/image", tarfile.REGTYPE, content=marker.encode())
        _add(tar, "ballast", tarfile.REGTYPE, content=bytes(mebibytes * MEBIBYTE))
    return target.getvalue()


def busybox() -> Path:
    """The static busybox of this machine.

    Raises:
        EngineUnavailable: there is none.
    """
    found = static_busybox()
    if not found:
        raise EngineUnavailable("The images need a static busybox (Debian: busybox-static).")
    return found


@cache
def applets(program: Path) -> tuple[str, ...]:
    """The commands that this busybox has."""
    listed = subprocess.run(  # noqa: S603 - a fixed place
        [program, "--list"], check=True, capture_output=True, text=True
    )
    return tuple(sorted(set(listed.stdout.split()) - {"busybox"}))


def _add(
    tar: tarfile.TarFile,
    name: str,
    kind: bytes,
    *,
    mode: int = 0o644,
    content: bytes = b"",
    link: str = "",
) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.linkname, entry.size = kind, mode, link, len(content)
    tar.addfile(entry, io.BytesIO(content))

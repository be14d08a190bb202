"""A stand-in for the image that the Dockerfile begins with, where no registry can be reached.

It has what the build uses: the interpreter of the tests with its library and pip, a shell, a few
tools, and the shared libraries of all these, taken from this machine under their own paths. The C
library comes whole, and so do the libraries of apt: no Debian is without them. One thing is added:
a file can push Python's time on, so that no test has to wait.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterator
from pathlib import Path

from tests.image.rootfs import RootFs

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TOOLS = ("sed", "find", "install")
INTERPRETER = Path(sys.executable).resolve()
LIBRARY = Path(sysconfig.get_path("stdlib"))
# What nothing here needs, what would bring the libraries of a desktop, and what is replaced.
LEFT_OUT = re.compile(
    r"(tests?|ensurepip|(site|dist)-packages|idlelib|tkinter|turtledemo|lib2to3|config-.*)"
    r"|_tkinter\..*|.*\.a|.*\.opt-\d\.pyc|sitecustomize\.py"
)
SHARED = re.compile(r"^\s+(?:\S+ => )?(/\S+) \(0x", re.MULTILINE)  # a line of ldd
AHEAD = Path("/ahead")  # in the image: by how many seconds its time is ahead
CLOCK = f"""
import pathlib, time

def ahead(real=time.time, file=pathlib.Path({str(AHEAD)!r})):
    return real() + (float(file.read_text() or 0) if file.exists() else 0)

time.time = ahead
"""


def possible() -> bool:
    """Whether this machine has what it is made of."""
    return Path("/etc/debian_version").is_file()


def search_path() -> str:
    """The image's PATH."""
    return f"{INTERPRETER.parent}:{PATH}"


def write(file: Path) -> None:
    """Write the image's root filesystem to `file`, as a tar."""
    programs = (INTERPRETER, Path("/bin/sh"), *map(_program, TOOLS))
    library = tuple(_below(LIBRARY))
    libc = (path for path in _package("libc6") if ".so." in path.name)
    extensions = (path for path in library if path.suffix == ".so")
    shared = _shared(*programs, *extensions, _program("apt-get"))
    with tarfile.open(file, "w") as tar:
        root = RootFs(tar)
        for path in (*programs, *library, *libc, *shared):
            root.add(path)
        pip = _pip()
        for path in _below(pip):
            root.copy(path, LIBRARY / "pip" / path.relative_to(pip))
        root.write(LIBRARY / "sitecustomize.py", CLOCK)
        root.link(INTERPRETER.with_name("python3"), INTERPRETER.name)
        root.write(Path("/etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n")
        root.folder(Path("/tmp"), 0o1777)  # noqa: S108 - in the image


def _program(name: str) -> Path:
    return Path(shutil.which(name, path=PATH) or name)


def _pip() -> Path:
    """The pip of this virtual environment; that of the system may be none."""
    found = importlib.util.find_spec("pip")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def _below(top: Path) -> Iterator[Path]:
    """The files of a part of Python's library."""
    for folder, below, files in os.walk(top):
        below[:] = (name for name in below if not LEFT_OUT.fullmatch(name))
        yield from (Path(folder, name) for name in files if not LEFT_OUT.fullmatch(name))


def _package(name: str) -> Iterator[Path]:
    """The files of one of Debian's packages."""
    done = subprocess.run(["dpkg-query", "-L", name], check=True, capture_output=True, text=True)
    return (path for path in map(Path, done.stdout.splitlines()) if path.is_file())


def _shared(*binaries: Path) -> list[Path]:
    """The shared libraries that these need."""
    done = subprocess.run(["ldd", *binaries], check=False, capture_output=True, text=True)
    return [Path(found) for found in dict.fromkeys(SHARED.findall(done.stdout))]

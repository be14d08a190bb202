"""Installs what is missing from Debian's archive, and only that, without starting any daemon.

What a package is for is looked up by its program, so that an Engine from elsewhere (docker-ce) is
taken as it is: Debian's docker.io would replace it. Also a program, for the Makefile, that runs
before there is a virtual environment: `python3 sandbox/engine/packages.py python3-venv`; hence
the standard library alone. With `--if-possible` it is silent where it may not install.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
POLICY = Path("/usr/sbin/policy-rc.d")
FORBID = "#!/bin/sh\nexit 101\n"  # 101: "action forbidden by policy"
FORBIDDEN = 101
APT = (
    *("apt-get", "-y", "-q", "--no-install-recommends"),
    *("-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=120"),
)
TAIL = 15  # lines of apt's output that are told when it fails

Say = Callable[[str], None]


class CannotInstall(Exception):
    """The packages are missing and cannot be installed; the text says why, in a sentence."""


def _program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name, path=f"{os.environ.get('PATH', '')}:{PATH}") is not None


def static_busybox() -> Path | None:
    """A busybox that needs no libraries: Debian's plain `busybox` has the same name but does."""
    found = shutil.which("busybox", path=PATH)
    if not found or b"ld-linux" in Path(found).read_bytes()[:4096]:
        return None
    return Path(found)


PRESENT: dict[str, Callable[[], bool]] = {
    "docker.io": _program("dockerd"),
    "docker-cli": _program("docker"),  # a part of docker.io until Debian 12
    "iptables": _program("iptables"),
    "iproute2": _program("ip"),
    "chromium": _program("chromium"),
    "docker-registry": _program("docker-registry"),
    "busybox-static": lambda: static_busybox() is not None,
    "python3-venv": lambda: importlib.util.find_spec("ensurepip") is not None,
}


def missing(packages: Sequence[str]) -> list[str]:
    """Those of the packages whose purpose nothing on this machine serves."""
    return [package for package in packages if not PRESENT[package]()]


def install(packages: Sequence[str], say: Say) -> None:
    """Install what is missing of `packages`; `say` is told in one line what is being done.

    Raises:
        CannotInstall: this is not Debian, not root, or apt-get failed.
    """
    lacking = missing(packages)
    if not lacking:
        return
    if reason := why_not():
        raise CannotInstall(f"{', '.join(lacking)} must be installed first: {reason}")
    say(f"Installing {', '.join(lacking)} …")
    with no_daemons():
        for package in lacking:
            if missing([package]):  # not brought by one before
                _install(package)


def why_not() -> str | None:
    """Why nothing can be installed here; None if it can."""
    if not Path("/etc/debian_version").exists() or not _program("apt-get")():
        return "only on Debian is that done for you."
    if os.geteuid() != 0:
        return "you are not root."
    return None


@contextmanager
def no_daemons(policy: Path = POLICY) -> Iterator[None]:
    """Keep the packages' scripts from starting services, as Debian's policy-rc.d provides."""
    if policy.exists() and _forbids(policy):
        yield
        return
    aside = policy.with_name(f"{policy.name}.pierhead")
    if policy.exists():
        policy.rename(aside)
    policy.write_text(FORBID)
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink(missing_ok=True)
        if aside.exists():
            aside.rename(policy)


def _forbids(policy: Path) -> bool:
    asked = subprocess.run([policy, "docker", "start"], check=False, capture_output=True)  # noqa: S603 - Debian's own interface
    return asked.returncode == FORBIDDEN


def _install(package: str) -> None:
    # busybox-static takes the place of busybox; nothing else may take anything's place
    keep = () if package == "busybox-static" else ("--no-remove",)
    command = (*APT, *keep, "install", package)
    if _run(command) is None:
        return
    # an empty or outdated list of packages is the usual cause
    failed = _run((*APT, "update")) or _run(command)
    if failed is not None:
        raise CannotInstall(f"apt-get could not install {package}:\n{failed}")


def _run(command: Sequence[str]) -> str | None:
    """Run it: None when it went well, else the end of what it printed."""
    done = subprocess.run(  # noqa: S603 - our own command line
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "PATH": PATH, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
    )
    return None if done.returncode == 0 else "\n".join(done.stdout.splitlines()[-TAIL:])


def main(arguments: Sequence[str]) -> int:
    """Install what is named; 1 and a sentence where that cannot be done."""
    packages = [argument for argument in arguments if argument != "--if-possible"]
    if "--if-possible" in arguments and why_not():
        return 0
    try:
        install(packages, lambda line: print(line, file=sys.stderr))  # noqa: T201 - the console
    except CannotInstall as failure:
        print(failure, file=sys.stderr)  # noqa: T201 - the console
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Gives a machine that has no Engine at all what a private one needs: root on Debian only."""

from __future__ import annotations

from sandbox.engine.errors import EngineUnavailable
from sandbox.engine.packages import CannotInstall, Say, install

PACKAGES = ("docker.io", "iptables", "iproute2", "busybox-static")


def install_engine(say: Say) -> None:
    """Install Debian's Docker Engine and busybox where they are missing; starts no daemon.

    `say` gets one line when something is installed. Blocks, for a minute or so.

    Raises:
        EngineUnavailable: it cannot be installed here.
    """
    try:
        install(PACKAGES, say)
    except CannotInstall as failure:
        raise EngineUnavailable(
            f"There is no Docker Engine here. Install Docker and start it. ({failure})"
        ) from failure

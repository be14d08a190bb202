"""Docker's own program, with no Engine to ask: it reads the line, and nothing comes of it."""

from __future__ import annotations

import os
import shutil
import subprocess

from tests.unavailable import unavailable


def docker(*words: str) -> subprocess.CompletedProcess[str]:
    """What the program says. Its help hides nothing, as there is no Engine that is too old.

    Its own builder is asked, not a plug-in that may be installed beside it.
    """
    if shutil.which("docker") is None:
        unavailable("needs the docker program")
    alone = {"DOCKER_HOST": "unix:///nowhere", "DOCKER_CONFIG": "/nowhere", "DOCKER_BUILDKIT": "0"}
    return subprocess.run(
        ["docker", *words],
        env=os.environ | alone,
        capture_output=True,
        text=True,
        check=False,
    )

"""Which container we run in, so that Pierhead is known among those that it looks after.

Docker and Podman mount three files of each container's own over those of its image, from a folder
that is named after the container: our own mounts tell our id, whatever the host name is.
"""

from __future__ import annotations

import re
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_OWN_FILE = re.compile(
    r" /\S*?\b([0-9a-f]{64})/(?:userdata/)?(?:hostname|hosts|resolv\.conf) /etc/\w[\w.]*(?= )"
)


def own_container(mounts: Path = _MOUNTS) -> str:
    """The id of the container that this process is in, "" where it is in none."""
    try:
        text = mounts.read_text(errors="replace")
    except OSError:
        return ""
    found = _OWN_FILE.search(text)
    return found[1] if found else ""

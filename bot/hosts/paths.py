"""Names on their way into the path of a request.

The SDK leaves slashes as they are, so that the container "x/../../images/y" would reach another
part of the API. What cannot be the name of anything is not sent.
"""

from __future__ import annotations

import re

from bot.hosts import faults

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.:@-]{0,254}")
_IMAGE = re.compile(rf"{_NAME.pattern}(?:/{_NAME.pattern})*")


def one_segment(host: str, name: str) -> str:
    """An id, or the name of a container, volume or network.

    Raises:
        NotFound: if nothing can have that name.
    """
    return _checked(_NAME, host, name)


def image_reference(host: str, name: str) -> str:
    """An id, or "registry.example:5000/team/app:tag".

    Raises:
        NotFound: if nothing can have that name.
    """
    return _checked(_IMAGE, host, name)


def _checked(pattern: re.Pattern[str], host: str, name: str) -> str:
    if not pattern.fullmatch(name):
        raise faults.not_found(host, name)
    return name

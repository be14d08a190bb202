"""What `docker build` takes where Buildx is installed, and only BuildKit can do."""

from __future__ import annotations

from bot.command.spec import Handler, refused
from bot.message import msg

_WHY = msg("It is BuildKit's, and I build with the classic builder.")
_SWITCHES = ("--check",)
_VALUES = (
    "--allow",
    "--annotation",
    "--attest",
    "--build-context",
    "--builder",
    "--cache-to",
    "--call",
    "--metadata-file",
    "--no-cache-filter",
    "--progress",
    "--provenance",
    "--sbom",
    "--secret",
    "--ssh",
)


def refused_as_buildkit(handler: Handler) -> Handler:
    """Declare them as refused."""
    for name in _SWITCHES:
        handler = refused(name, why=_WHY)(handler)
    for name in _VALUES:
        handler = refused(name, why=_WHY, value=True)(handler)
    return refused("-o", "--output", why=_WHY, value=True)(handler)

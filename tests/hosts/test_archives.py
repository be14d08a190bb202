"""Files in and out of a scripted Engine."""

from __future__ import annotations

from bot.hosts import Host
from tests.hosts.scripted import Scripted, streamed


async def test_they_are_not_asked_for_packed(fake: Scripted, host: Host) -> None:
    """An Engine packs them for who accepts it, and takes ten times as long for that."""
    fake.scripts["GET /containers/web/export"] = streamed(b"one", b"two")
    async with host.archives.export("web") as pieces:
        assert b"".join([piece async for piece in pieces]) == b"onetwo"
    assert fake.seen[-1].headers["accept-encoding"] == "identity"

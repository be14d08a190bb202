"""A probe of the config: what does not answer as it should is told, and so is its end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.e2e.conftest import OWNER, VIEWER, Clock, Pierhead
from tests.e2e.luck import eventually
from tests.e2e.talk import ask
from tests.e2e.test_alerts import saying, told
from tests.watch.test_asking import http, serving


def probed(watching: Pierhead, folder: Path, port: int, *more: str) -> None:
    """Have the bot ask there, and tell the owner and one who may read no log."""
    watching.file = folder / "config.toml"
    lines = (
        "[[alert]]",
        'name = "shop"',
        f'probe = "http://127.0.0.1:{port}/health"',
        'every = "5s"',
        f"chats = [{OWNER}, {VIEWER}]",
        *more,
        "[access.roles.lister]",
        'allow = ["alert.ls"]',
    )
    watching.file.write_text("\n".join(lines))
    watching.environment[f"PIERHEAD_ACCESS__PEOPLE__{VIEWER}__ROLE"] = "lister"


async def test_a_shop_that_is_closed_is_told_and_so_is_that_it_opens(
    watching: Pierhead, telegram: Sandbox, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    async with serving(http("503 Busy")) as port:
        probed(watching, tmp_path, port, 'severity = "critical"')
        async with watching.running():
            card = await told(phone, clock, "CRITICAL shop")
            assert card.text.splitlines()[:2] == ["CRITICAL shop", "Answers with HTTP 503"]
            assert card.buttons[0] == ["I have it"]
            assert "shop: shop since" in (await ask(phone, "/alert ls")).text
            seen = await told(telegram.private(VIEWER), clock, "CRITICAL shop")
            assert "Answers with HTTP 503" in seen.text
    async with asyncio.timeout(20):
        server = await asyncio.start_server(_well, "127.0.0.1", port)
    async with server, watching.running():
        await told(phone, clock, "Resolved: shop", 5)
        await eventually(lambda: len(saying(phone, "Resolved: shop")) == 2, clock)


@pytest.mark.parametrize(("more", "hears"), [((), False), (('on = "host:local"',), True)])
async def test_whose_role_counts_on_one_host_hears_of_the_probes_of_that_host(
    watching: Pierhead,
    telegram: Sandbox,
    clock: Clock,
    tmp_path: Path,
    more: tuple[str, ...],
    hears: bool,
) -> None:
    viewer = telegram.private(VIEWER)
    async with serving(http("503 Busy")) as port:
        probed(watching, tmp_path, port, *more)
        watching.environment[f"PIERHEAD_ACCESS__PEOPLE__{VIEWER}__HOSTS"] = "local"
        async with watching.running():
            await told(telegram.private(OWNER), clock, "Warning: shop")
            if hears:
                await told(viewer, clock, "Warning: shop")
            listed = (await ask(viewer, "/alert ls")).text
            assert ("shop since" in listed) is hears
            assert bool(saying(viewer, "Warning: shop")) is hears


async def _well(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(http("200 OK"))
    await writer.drain()
    writer.close()

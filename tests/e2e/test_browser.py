"""The whole of it as a newcomer meets it: the browser chat, the bot, and an Engine with a fleet.

It makes the picture of the README (`UPDATE_GOLDENS=1` stores it).
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from playwright.async_api import Page, expect

from sandbox import Sandbox
from sandbox.engine import fill
from tests.browser import expect_no_sideways_scroll, phone, type_text
from tests.e2e.conftest import Clock, Pierhead
from tests.private_engine import Engine

PICTURE = Path(__file__).parents[2] / "docs" / "chat.png"


async def test_a_newcomer_tries_it(
    pierhead: Pierhead,
    telegram: Sandbox,
    engine: Engine,
    chromium: str,
    clock: Clock,
    tmp_path: Path,
) -> None:
    await asyncio.to_thread(fill, engine.url)
    async with pierhead.running(), phone(chromium, telegram.link, scale=2) as page:
        await type_text(page, "/ps")
        await expect(page.get_by_text("others")).to_be_visible()
        await type_text(page, "/restart web")
        await expect(page.get_by_text("Restarted")).to_be_visible()
        await expect_no_sideways_scroll(page)
        await picture(page, tmp_path)
        await type_text(page, "/logs worker")
        await expect(page.get_by_text("order packed").first).to_be_visible()
        await type_text(page, "/prune")
        remove = page.get_by_role("button", name="on local")
        await expect(remove).to_be_visible()
        clock.advance(2)
        await remove.click()
        await expect(page.get_by_text("removed", exact=False)).to_be_visible()
        await expect_no_sideways_scroll(page)
    assert "old-shop_default" not in engine.docker("network", "ls")
    assert engine.docker("ps", "-aq", "--filter", "status=exited") == ""


async def picture(page: Page, folder: Path) -> None:
    """Take the picture; it is stored only when it is asked for, as no two are the same."""
    path = PICTURE if os.environ.get("UPDATE_GOLDENS") else folder / "chat.png"
    await page.screenshot(path=path)

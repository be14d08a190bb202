"""The whole of it as a newcomer meets it: the browser chat, the bot, and an Engine with a fleet.

It makes the pictures of the README (`UPDATE_GOLDENS=1` stores them).
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from playwright.async_api import FloatRect, Locator, Page, expect

from sandbox import Sandbox
from sandbox.engine import fill
from storage.history import HOST
from tests.browser import expect_no_sideways_scroll, phone, type_text
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.luck import count, eventually
from tests.e2e.measured import flat, happened, measured, minutes
from tests.e2e.talk import later
from tests.e2e.test_alerts import LITTLE, run, started, told
from tests.private_engine import Engine

DOCS = Path(__file__).parents[2] / "docs"
DRAWN = 20_000  # milliseconds: matplotlib starts anew for each chart
SMALL, MARGIN = 150_000, 8  # bytes of a picture, pixels around a message
HOUR, DAY = 3600.0, 86_400.0
SAID = "makes previews of 214 photos"
HUNGRY = f"echo '{SAID}'; sleep 1; x=a; while true; do x=$x$x; done"


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
        await picture(page, "chat", tmp_path)
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


async def test_what_it_watches_is_seen_on_a_phone(
    watching: Pierhead,
    telegram: Sandbox,
    engine: Engine,
    chromium: str,
    clock: Clock,
    tmp_path: Path,
) -> None:
    for name in ("web", "db", "cache"):
        run(engine, name)
    async with watching.running(), phone(chromium, telegram.link, scale=2) as page:
        await started(tmp_path, clock, 3)
        remember(tmp_path, clock())
        run(engine, "previews", *LITTLE, command=("sh", "-c", HUNGRY))
        chat = telegram.private(OWNER)
        await told(chat, clock, "Out of memory, killed (137)")
        card = message(page, "Out of memory")
        await expect(card).to_contain_text(SAID)  # what is gathered of it has come: it stays
        await picture(card, "alert", tmp_path)
        later(chat, 40)
        await eventually(lambda: count(tmp_path, "happening", "kind = 'oom'") == 1)
        await type_text(page, "/report")
        await picture(message(page, "On average"), "report", tmp_path)
        later(chat, 2)
        await type_text(page, "/chart mem web db cache 24h")
        drawn = message(page, "Memory of")
        await expect(drawn.locator("img.picture")).to_be_visible(timeout=DRAWN)
        await picture(drawn, "chart", tmp_path)
        await expect_no_sideways_scroll(page)


def remember(folder: Path, now: float) -> None:
    """Two days of a small server, whose web takes ever more memory until it is restarted."""
    for days, more in ((2, 0.7), (1, 1.0)):
        times = minutes(now - days * DAY, now - (days - 1) * DAY)
        steady = {"cache": (3 * more, 1.2e8), "db": (9 * more, 2.1e8)}
        for name, (cpu, memory) in steady.items():
            measured(folder, name, times, cpu=flat(cpu), memory=flat(memory))
        measured(folder, "web", times, cpu=flat(23 * more), memory=lambda at: _grows(now - at))
        measured(folder, HOST, times, cpu=flat(34 * more), memory=flat(5e9 + more * 2e8))
    hours = [now - HOUR * n - 60 for n in reversed(range(5 * 24))]
    measured(folder, HOST, hours, disk=lambda at: 71 - 0.9 * (now - at) / DAY)
    happened(
        folder,
        ("seen", "", "", now - 2 * DAY - HOUR, None, now),
        ("restart", "web", "", now - 9 * HOUR, None, None),
        ("down", "web", "", now - 9 * HOUR, None, now - 9 * HOUR + 900),
        *(("restart", "web", "", now - DAY - n * HOUR, None, None) for n in range(3)),
        ("alert", "db", "unhealthy", now - DAY - 5 * HOUR, None, now - DAY - 4 * HOUR),
    )


def _grows(ago: float) -> float:
    """Bytes, so many seconds ago: restarted nine hours ago."""
    since = 9 * HOUR - ago if ago < 9 * HOUR else 2 * DAY + 9 * HOUR - ago
    return 1.4e8 + 2e8 * since / DAY


def message(page: Page, text: str) -> Locator:
    """The last message that says so, with its buttons."""
    return page.locator("article").filter(has_text=text).last


async def picture(shown: Page | Locator, name: str, folder: Path) -> None:
    """Take a picture; it is stored only when it is asked for, as no two are the same."""
    path = (DOCS if os.environ.get("UPDATE_GOLDENS") else folder) / f"{name}.png"
    if isinstance(shown, Page):
        await shown.screenshot(path=path)
    else:
        await expect(shown).to_be_visible()
        await shown.scroll_into_view_if_needed()
        box = await shown.bounding_box()
        assert box is not None
        clip = FloatRect(
            x=box["x"] - MARGIN,
            y=box["y"] - MARGIN,
            width=box["width"] + 2 * MARGIN,
            height=box["height"] + 2 * MARGIN,
        )
        await shown.page.screenshot(path=path, clip=clip)
    assert path.stat().st_size < SMALL

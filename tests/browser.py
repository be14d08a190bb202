"""A phone's browser for the tests: Debian's chromium at 390 px, without a way to the network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, ViewportSize, async_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = ViewportSize(width=390, height=844)


@asynccontextmanager
async def phone(chromium: str, link: str, *, scale: float = 1) -> AsyncIterator[Page]:
    """The page behind a link; when the block ends it must not have complained."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=[*ARGUMENTS])
        page = await browser.new_page(viewport=PHONE, device_scale_factor=scale)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(link)
        yield page
        await browser.close()
        assert complaints == []


async def type_text(page: Page, text: str) -> None:
    """Type a message and send it."""
    await page.get_by_role("textbox", name="Message").fill(text)
    await page.get_by_role("button", name="Send", exact=True).click()


async def expect_no_sideways_scroll(page: Page) -> None:
    """Nothing is wider than the phone."""
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
    wide = await page.evaluate(
        "log => log.scrollWidth > log.clientWidth", await page.query_selector("#log")
    )
    assert not wide

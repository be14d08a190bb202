"""A phone's browser for the tests: Debian's chromium at 390 px, without a way to the network.

It is started once a worker; each test has a profile of its own in it.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Literal

from playwright.async_api import Page, ViewportSize, async_playwright

ARGUMENTS = (
    "--headless",
    "--remote-debugging-port=0",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Scheme = Literal["light", "dark"]
_LISTENS = re.compile(r"DevTools listening on (ws://\S+)")
_REFUSED = "the server responded with a status of 400"
PHONE = ViewportSize(width=390, height=844)


@contextmanager
def started(path: str) -> Iterator[str]:
    """Chromium, until the block ends: the address at which it is driven."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [path, *ARGUMENTS, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        rest = threading.Thread(target=process.stderr.read, daemon=True)
        try:
            said = iter(process.stderr.readline, "")
            found = next(filter(None, map(_LISTENS.search, said)), None)
            assert found is not None, "chromium has not started"
            rest.start()  # a pipe that nobody reads would hold it up
            yield found[1]
        finally:
            process.terminate()
            process.wait()
            if rest.ident is not None:
                rest.join()
            process.stderr.close()


@asynccontextmanager
async def phone(
    chromium: str, link: str, *, scale: float = 1, scheme: Scheme = "light", refused: int = 0
) -> AsyncIterator[Page]:
    """The page behind a link; when the block ends it must not have complained.

    Of `refused` requests the browser itself says so: those complaints must be there, no others.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium)
        profile = await browser.new_context(
            viewport=PHONE, device_scale_factor=scale, color_scheme=scheme
        )
        page = await profile.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(link)
        yield page
        await profile.close()
        await browser.close()
        of_refusals = [text for text in complaints if _REFUSED in text]
        assert len(of_refusals) == len(complaints) == refused, complaints


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


async def contrast(page: Page, selector: str) -> float:
    """How well the text of an element stands out from what is behind it, by WCAG: 4.5 is enough."""
    found = await page.locator(selector).last.evaluate(_CONTRAST)
    return float(found)


_CONTRAST = """node => {
  const part = v => v / 255 <= .03928 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const rgb = color => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => .2126 * part(r) + .7152 * part(g) + .0722 * part(b);
  let behind = node;
  while ((rgb(getComputedStyle(behind).backgroundColor)[3] ?? 1) < 1) behind = behind.parentElement;
  const [ink, paper] = [
    getComputedStyle(node).color, getComputedStyle(behind).backgroundColor
  ].map(color => light(rgb(color)));
  return (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05);
}"""

"""The browser chat, driven in Debian's chromium at the width of a phone."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from sandbox import Person, Sandbox
from tests.browser import Scheme, contrast, expect_no_sideways_scroll, phone, type_text
from tests.sandbox.conftest import TOKEN, Api, Clock

KEYS = json.dumps({"inline_keyboard": [[{"text": "Refresh", "callback_data": "r"}]]})
QUOTE = (
    "<b>nas: all up</b>\n<blockquote expandable><code>" + "one\n" * 12 + "last</code></blockquote>"
)
WIDE = "<pre>" + "x" * 400 + "</pre>"


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[Sandbox]:
    people: dict[int, str | Person] = {42: "owner", 7: Person(7, "viewer", "ru")}
    groups = {-1001: ("Ops", (42, 7))}
    async with Sandbox(TOKEN, people, groups, clock=clock, limits=False) as sandbox:
        yield sandbox


@pytest.fixture
async def page(telegram: Sandbox, chromium: str) -> AsyncIterator[Page]:
    async with phone(chromium, telegram.link) as page:
        yield page


async def test_a_conversation(page: Page, api: Api, telegram: Sandbox) -> None:
    await page.get_by_role("button", name="Start").click()
    await type_text(page, "/ps")
    texts = [update["message"]["text"] for update in await api.updates(timeout=10)]  # type: ignore[index]
    assert texts[0] == "/start"
    number = await api.send(42, QUOTE, parse_mode="HTML", reply_markup=KEYS)

    inner = page.locator("blockquote .inner")
    folded = await inner.evaluate("node => node.clientHeight")
    await page.get_by_role("button", name="Show all").click()
    assert await inner.evaluate("node => node.clientHeight") > 2 * folded

    await page.get_by_role("button", name="Refresh").click()
    update = (await api.updates(offset=-1, timeout=10))[-1]
    callback = update["callback_query"]
    assert isinstance(callback, dict)
    assert callback["data"] == "r"
    await api.result("answerCallbackQuery", callback_query_id=callback["id"], text="Fresh")
    await expect(page.get_by_text("Fresh", exact=True)).to_be_visible()

    await api.result("editMessageText", chat_id=42, message_id=number, text="nas: one down")
    await expect(page.get_by_text("nas: one down")).to_be_visible()
    await expect(page.get_by_text("edited")).to_be_visible()
    await expect(page.get_by_role("button", name="Refresh")).to_have_count(0)
    await expect_no_sideways_scroll(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_can_be_read_by_day_and_by_night(
    telegram: Sandbox, chromium: str, api: Api, scheme: Scheme
) -> None:
    async with phone(chromium, telegram.link, scheme=scheme) as page:
        await page.get_by_role("button", name="Start").click()
        await api.send(42, QUOTE + "\n<code>web</code> /ps", parse_mode="HTML", reply_markup=KEYS)
        await expect(page.locator(".bubble").last).to_contain_text("nas: all up")
        for part in (".bubble .body", ".bubble code", ".bubble blockquote", ".bubble .tap"):
            assert await contrast(page, part) >= 4.5, part
        await expect_no_sideways_scroll(page)
        shade = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", shade)[:3])) < 3 * 128) == (scheme == "dark")


async def test_an_alert_waits_for_the_reader(page: Page, api: Api) -> None:
    await api.send(42, "x", reply_markup=KEYS)
    await page.get_by_role("button", name="Refresh").click()
    callback = (await api.updates(timeout=10))[-1]["callback_query"]
    assert isinstance(callback, dict)
    await api.result(
        "answerCallbackQuery", callback_query_id=callback["id"], text="No", show_alert=True
    )
    await page.get_by_role("button", name="OK").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_markup_in_a_text_stays_text(page: Page, api: Api) -> None:
    nasty = "<img src=x onerror=alert(1)><b>not bold</b>"
    await api.send(42, nasty)
    await expect(page.get_by_text(nasty)).to_be_visible()
    assert await page.locator("#log img, #log .body b").count() == 0


async def test_a_long_line_does_not_scroll_the_page(page: Page, api: Api) -> None:
    await api.send(42, WIDE, parse_mode="HTML", reply_markup=KEYS)
    await api.send(42, "y" * 400)
    await expect(page.locator(".row")).to_have_count(2)
    await expect_no_sideways_scroll(page)


async def test_the_menu_filters_and_inserts(page: Page, api: Api) -> None:
    commands = [{"command": name, "description": f"Does {name}"} for name in ("ps", "prune", "top")]
    await api.result("setMyCommands", commands=json.dumps(commands))
    await expect(page.get_by_role("button", name="Commands")).to_be_visible()
    box = page.get_by_role("textbox", name="Message")
    await box.press_sequentially("/p")
    await expect(page.get_by_role("option")).to_have_count(2)
    await box.press("ArrowDown")
    await box.press("Tab")
    await expect(box).to_have_value("/prune ")


async def test_a_shown_command_is_sent_when_tapped(page: Page, api: Api) -> None:
    await api.send(42, "try /top")
    await page.get_by_role("button", name="/top").click()
    message = (await api.updates(timeout=10))[-1]["message"]
    assert isinstance(message, dict)
    assert message["text"] == "/top"


async def test_each_person_has_a_chat_and_sees_what_is_unread(page: Page, api: Api) -> None:
    await expect(page.get_by_role("button", name="owner")).to_have_attribute("aria-pressed", "true")
    await api.send(7, "for the viewer")
    viewer = page.get_by_role("button", name="viewer")
    await expect(viewer.locator(".badge")).to_have_text("1")
    await viewer.click()
    await expect(page.get_by_text("for the viewer")).to_be_visible()
    await expect(viewer.locator(".badge")).to_have_count(0)


async def test_in_the_group_commands_carry_the_bots_name(page: Page, api: Api) -> None:
    await api.result("setMyCommands", commands='[{"command": "ps", "description": "List"}]')
    await page.get_by_role("button", name="Ops").click()
    await page.get_by_role("button", name="Commands").click()
    await page.get_by_role("option").click()
    await expect(page.get_by_role("textbox", name="Message")).to_have_value("/ps@pierhead_bot ")


async def test_a_document_can_be_downloaded(page: Page, api: Api, tmp_path: Path) -> None:
    await api.post("sendDocument", {"chat_id": 42}, {"document": ("web.log", b"lines")})
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Download web.log").click()
    saved = tmp_path / "web.log"
    await (await started.value).save_as(saved)
    assert saved.read_bytes() == b"lines"


async def test_the_language_of_a_person_can_be_chosen(page: Page, telegram: Sandbox) -> None:
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_label("Language of this person").select_option("ru")
    await page.get_by_role("button", name="Start").click()
    await expect(page.get_by_text("/start")).to_be_visible()
    assert telegram.world.people[42].language == "ru"


async def test_a_silent_message_says_so(page: Page, api: Api) -> None:
    await api.send(42, "quiet", disable_notification=True)
    await expect(page.get_by_role("img", name="Sent without a sound")).to_be_visible()

"""Files in the browser chat: attached, shown, answered and downloaded, at the width of a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from sandbox import Sandbox
from tests.browser import Scheme, contrast, expect_no_sideways_scroll, phone, type_text
from tests.sandbox.conftest import TOKEN, Api, Clock
from tests.sandbox.pictures import png


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[Sandbox]:
    groups = {-1001: ("Ops", (42, 7))}
    people = {42: "owner", 7: "viewer"}
    async with Sandbox(TOKEN, people, groups, clock=clock, limits=False) as sandbox:
        yield sandbox


@pytest.fixture
async def page(telegram: Sandbox, chromium: str) -> AsyncIterator[Page]:
    async with phone(chromium, telegram.link) as page:
        yield page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What is attached."""
    (tmp_path / "app.tar").write_bytes(b"t" * 3_000_000)
    (tmp_path / "web.env").write_bytes(b"A=1")
    (tmp_path / "screen.png").write_bytes(png(300, 200))
    (tmp_path / "other.png").write_bytes(png(30, 20))
    (tmp_path / "empty").touch()
    return tmp_path


async def choose(page: Page, folder: Path, *names: str) -> None:
    """Choose files as the paperclip lets one."""
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Attach files").click()
    await (await chooser.value).set_files([folder / name for name in names])


async def send(page: Page, caption: str = "") -> None:
    """Type a caption and send."""
    await page.get_by_role("textbox", name="Message").fill(caption)
    await page.get_by_role("button", name="Send", exact=True).click()


async def sent(api: Api, count: int) -> list[dict[str, object]]:
    """The next messages that reach the bot."""
    found: list[dict[str, object]] = []
    offset = 0
    while len(found) < count:
        for update in await api.updates(timeout=10, offset=offset):
            message = update["message"]
            assert isinstance(message, dict)
            found.append(message)
            offset = int(str(update["update_id"])) + 1
    return found


async def test_a_file_is_attached_with_a_caption(
    page: Page, api: Api, telegram: Sandbox, folder: Path
) -> None:
    await choose(page, folder, "app.tar")
    await expect(page.get_by_role("list", name="Files to send")).to_contain_text("app.tar")
    await expect(page.get_by_placeholder("Caption")).to_be_visible()
    await expect(page.get_by_label("Send as photo")).to_be_hidden()
    await send(page, "/image load")
    (message,) = await sent(api, 1)
    assert message["caption"] == "/image load"
    assert message["document"]["file_size"] == 3_000_000  # type: ignore[index]
    (shown,) = telegram.private(42).history
    assert shown.document == ("app.tar", b"t" * 3_000_000)
    await expect(page.get_by_role("link", name="Download app.tar, 3.0 MB")).to_be_visible()
    await expect(page.get_by_role("list", name="Files to send")).to_be_hidden()
    await expect(page.get_by_placeholder("Message")).to_have_value("")
    await expect_no_sideways_scroll(page)


async def test_several_files_are_an_album(page: Page, api: Api, folder: Path) -> None:
    await choose(page, folder, "app.tar", "web.env", "other.png")
    await page.get_by_role("button", name="Leave out other.png").click()
    await choose(page, folder, "screen.png")
    await send(page, "/stack up")
    found = await sent(api, 3)
    names = [message["document"]["file_name"] for message in found]  # type: ignore[index]
    assert names == ["app.tar", "web.env", "screen.png"]
    assert [message.get("caption") for message in found] == ["/stack up", None, None]
    assert len({message["media_group_id"] for message in found}) == 1
    await expect(page.locator(".row.together")).to_have_count(2)


async def test_more_than_ten_files_are_two_albums(page: Page, api: Api, folder: Path) -> None:
    names = [f"{number}.txt" for number in range(12)]
    for name in names:
        (folder / name).write_text(name)
    await choose(page, folder, *names)
    await send(page, "all")
    found = await sent(api, 12)
    assert [message["document"]["file_name"] for message in found] == names  # type: ignore[index]
    assert [message.get("caption") for message in found] == ["all"] + [None] * 11
    groups = [message["media_group_id"] for message in found]
    assert [groups.count(group) for group in dict.fromkeys(groups)] == [10, 2]


async def test_pictures_are_sent_as_photos_or_as_files(page: Page, api: Api, folder: Path) -> None:
    await choose(page, folder, "screen.png", "other.png")
    await send(page, "look")
    first, second = await sent(api, 2)
    assert first["photo"][-1]["width"] == 300  # type: ignore[index]
    assert first["media_group_id"] == second["media_group_id"]
    photos = page.get_by_role("img", name="Photo")
    await expect(photos).to_have_count(2)
    assert await photos.first.evaluate("image => image.naturalWidth") == 300
    await choose(page, folder, "screen.png")
    await page.get_by_label("Send as photo").uncheck()
    await send(page)
    assert "document" in (await sent(api, 3))[-1]
    await expect(photos).to_have_count(2)
    await expect(page.get_by_role("link", name="Download screen.png")).to_be_visible()
    await expect_no_sideways_scroll(page)


async def test_the_newest_message_stays_in_sight(page: Page, api: Api, folder: Path) -> None:
    for number in range(30):
        await api.send(42, f"message {number}")
    newest = page.get_by_text("message 29")
    await expect(newest).to_be_in_viewport()
    await choose(page, folder, "app.tar", "web.env", "screen.png")
    await expect(newest).to_be_in_viewport()


async def test_an_empty_file_is_left_out(page: Page, folder: Path) -> None:
    await choose(page, folder, "empty", "web.env")
    await expect(page.get_by_text("An empty file cannot be sent")).to_be_visible()
    await expect(page.get_by_role("list", name="Files to send")).to_have_text("web.env3 B")


async def test_a_refused_file_stays_to_be_sent_again(
    telegram: Sandbox, chromium: str, api: Api, folder: Path
) -> None:
    (folder / "torn.png").write_bytes(b"not a picture")
    async with phone(chromium, telegram.link, refused=1) as page:
        await choose(page, folder, "torn.png")
        await send(page, "here")
        await expect(page.get_by_text("this cannot be sent as a photo")).to_be_visible()
        await expect(page.get_by_placeholder("Caption")).to_have_value("here")
        await page.get_by_label("Send as photo").uncheck()
        await page.get_by_role("button", name="Send", exact=True).click()
        (message,) = await sent(api, 1)
        assert message["caption"] == "here"
        assert message["document"]["file_name"] == "torn.png"  # type: ignore[index]


async def test_a_document_is_answered_and_answers(
    page: Page, api: Api, telegram: Sandbox, folder: Path
) -> None:
    question = await api.send(42, "Send the file.")
    row = page.locator(".row").first
    await row.hover()
    await row.get_by_role("button", name="Reply").click()
    await choose(page, folder, "web.env")
    await send(page)
    (document,) = await sent(api, 1)
    assert document["reply_to_message"]["message_id"] == question  # type: ignore[index]
    mine = page.locator(".row").last
    await expect(mine).to_contain_text("Send the file.")
    await mine.hover()
    await mine.get_by_role("button", name="Reply").click()
    await type_text(page, "/image load")
    answer = (await sent(api, 2))[-1]
    assert answer["reply_to_message"]["document"]["file_name"] == "web.env"  # type: ignore[index]


async def test_an_upload_can_be_stopped(page: Page, telegram: Sandbox, folder: Path) -> None:
    async def hold(_route: Route) -> None:
        """Neither let it go nor end it."""

    await page.route("**/chat/attach", hold)
    await choose(page, folder, "web.env")
    await send(page, "here")
    await expect(page.get_by_text("Sending 0 B of 3 B")).to_be_visible()
    await expect(page.get_by_role("button", name="Attach files")).to_be_disabled()
    await page.get_by_role("button", name="Stop the upload").click()
    await expect(page.get_by_role("button", name="Leave out web.env")).to_be_visible()
    await expect(page.get_by_placeholder("Caption")).to_have_value("here")
    assert telegram.private(42).history == []
    await page.unroute("**/chat/attach")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_role("link", name="Download web.env")).to_be_visible()


async def test_files_stay_with_who_chose_them(page: Page, folder: Path) -> None:
    await choose(page, folder, "web.env")
    await page.get_by_role("button", name="viewer").click()
    await expect(page.get_by_role("list", name="Files to send")).to_be_hidden()


async def test_a_bots_photo_and_document_are_shown(page: Page, api: Api, tmp_path: Path) -> None:
    await api.post("sendPhoto", {"chat_id": 42, "caption": "cpu"}, {"photo": ("c", png(900, 300))})
    name = "<img src=x onerror=alert(1)>.log"
    await api.post("sendDocument", {"chat_id": 42}, {"document": (name, b"lines")})
    photo = page.get_by_role("img", name="Photo")
    assert await photo.evaluate("image => image.decode().then(() => image.naturalWidth)") == 900
    box = await photo.bounding_box()
    assert box is not None
    assert abs(box["width"] / box["height"] - 3) < 0.05
    async with page.expect_download() as started:
        await page.locator("a.file").click()
    saved = tmp_path / "saved"
    await (await started.value).save_as(saved)
    assert saved.read_bytes() == b"lines"
    await expect_no_sideways_scroll(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_files_can_be_read_by_day_and_by_night(
    telegram: Sandbox, chromium: str, api: Api, folder: Path, scheme: Scheme
) -> None:
    await telegram.private(42).send_document("mine.tar", b"a", "/image load")
    await api.post("sendDocument", {"chat_id": 42}, {"document": ("x" * 200, b"a")})
    async with phone(chromium, telegram.link, scheme=scheme) as page:
        await choose(page, folder, "screen.png", "other.png")
        for part in (
            *(".row.mine .file strong", ".row.mine .file small", ".row:not(.mine) .file small"),
            *(".tray strong", ".tray small", ".tray label", "#clip"),
        ):
            assert await contrast(page, part) >= 4.5, part
        await expect_no_sideways_scroll(page)

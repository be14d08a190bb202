"""python-telegram-bot with files: up from a handle, down to the disk, in albums, and locally."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from telegram import Bot, InputFile, InputMediaDocument, InputMediaPhoto, ReplyParameters
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.request import HTTPXRequest

from sandbox import Fault, Sandbox
from tests.sandbox.conftest import TOKEN, Clock
from tests.sandbox.pictures import png

CONTENT = bytes(range(256)) * 8192  # 2 MiB


def client(telegram: Sandbox, *, local: bool = False) -> Bot:
    """A bot of this server."""
    return Bot(
        TOKEN,
        f"{telegram.base_url}/bot",
        f"{telegram.base_url}/file/bot",
        request=HTTPXRequest(media_write_timeout=60, read_timeout=60),
        local_mode=local,
    )


@pytest.fixture
async def bot(telegram: Sandbox) -> AsyncIterator[Bot]:
    async with client(telegram) as bot:
        yield bot


@pytest.fixture
async def local(clock: Clock) -> AsyncIterator[Sandbox]:
    async with Sandbox(TOKEN, {42: "owner"}, clock=clock, limits=False, local=True) as sandbox:
        yield sandbox


@pytest.fixture
def big(tmp_path: Path) -> Path:
    path = tmp_path / "app.tar"
    path.write_bytes(CONTENT)
    return path


async def test_a_document_goes_up_from_a_handle(telegram: Sandbox, bot: Bot, big: Path) -> None:
    with big.open("rb") as handle:
        document = InputFile(handle, filename="app.tar", read_file_handle=False)
        sent = await bot.send_document(
            42,
            document,
            caption="saved",
            reply_parameters=ReplyParameters(9, allow_sending_without_reply=True),
        )
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.file_size) == ("app.tar", len(CONTENT))
    seen = await telegram.private(42).wait()
    assert seen.file is not None
    assert seen.file.read() == CONTENT


async def test_a_refused_upload_can_be_sent_again(
    telegram: Sandbox, bot: Bot, big: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # else PTB warns that a type will change
    telegram.fail("sendDocument", Fault.retry(5))
    telegram.fail("sendDocument", Fault.cut(received=1 << 20))
    with big.open("rb") as handle:
        document = InputFile(handle, filename="app.tar", read_file_handle=False)
        with pytest.raises(RetryAfter):
            await bot.send_document(42, document)
        with pytest.raises(NetworkError):
            await bot.send_document(42, document)
        await bot.send_document(42, document)
    (seen,) = telegram.private(42).unseen()
    assert seen.document == ("app.tar", CONTENT)


async def test_a_document_comes_down(
    telegram: Sandbox, bot: Bot, big: Path, tmp_path: Path
) -> None:
    await telegram.private(42).send_document("app.tar", big, "/image load")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.document is not None
    assert update.message.caption == "/image load"
    file = await update.message.document.get_file()
    saved = await file.download_to_drive(tmp_path / "down.tar")
    assert saved.read_bytes() == CONTENT
    telegram.fail("download", Fault.cut(sent=1000))
    with pytest.raises(NetworkError):
        await file.download_as_bytearray()
    telegram.fail("download", Fault.hang(sent=1000))
    with pytest.raises(TimedOut):
        await file.download_as_bytearray(read_timeout=0.01)


async def test_photos_and_albums_are_understood(telegram: Sandbox, bot: Bot) -> None:
    owner = telegram.private(42)
    await owner.send_photo(png(400, 300), "look")
    await owner.send_album([("a.env", b"A=1"), ("b.env", b"B=2")], "/up")
    photo, first, second = [update.message for update in await bot.get_updates()]
    assert photo is not None
    assert first is not None
    assert second is not None
    assert [(size.width, size.height) for size in photo.photo] == [(90, 67), (320, 240), (400, 300)]
    content = await (await photo.photo[-1].get_file()).download_as_bytearray()
    assert content == png(400, 300)
    assert first.media_group_id == second.media_group_id is not None
    assert (first.caption, second.caption) == ("/up", None)


async def test_the_bot_sends_albums(telegram: Sandbox, bot: Bot) -> None:
    parts = [
        InputMediaDocument(b"one", filename="a.001"),
        InputMediaDocument(b"two", filename="a.002"),
    ]
    sent = await bot.send_media_group(42, parts, caption="<b>2</b> parts", parse_mode="HTML")
    assert len({message.media_group_id for message in sent}) == 1
    first, second = telegram.private(42).unseen()
    assert (first.document, second.document) == (("a.001", b"one"), ("a.002", b"two"))
    assert (first.html, second.html) == ("<b>2</b> parts", "")
    await bot.send_photo(42, png(10, 10), caption="chart")
    assert (await telegram.private(42).wait()).text == "chart"
    with pytest.raises(BadRequest, match="Document can't be mixed with other media types"):
        await bot.send_media_group(42, [parts[0], InputMediaPhoto(png(10, 10))])


async def test_what_is_too_big_is_said(telegram: Sandbox, bot: Bot, tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(bytes((20 << 20) + 1))
    sent = await telegram.private(42).send_document("big", path)
    assert sent.file is not None
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(sent.file.id)
    with path.open("ab") as handle:
        handle.truncate((50 << 20) + 1)
    with path.open("rb") as handle, pytest.raises(NetworkError, match="Request Entity Too Large"):
        await bot.send_document(42, InputFile(handle, "big", read_file_handle=False))


async def test_a_local_server_gives_paths(local: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "big dump.tar"
    with path.open("wb") as handle:
        handle.truncate(60 << 20)
    async with client(local, local=True) as bot:
        await bot.send_document(42, path)
        seen = await local.private(42).wait()
        assert seen.file is not None
        assert (seen.file.name, seen.file.size) == ("big dump.tar", 60 << 20)
        sent = await local.private(42).send_document("big.tar", path)
        assert sent.file is not None
        file = await bot.get_file(sent.file.id)
        assert file.file_path == str(sent.file.place)
        assert TOKEN in file.file_path
        assert await file.download_to_drive() == sent.file.place
        assert sent.file.place.stat().st_size == 60 << 20


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("file:///nowhere/at.all", "Can't find real file path"),
        ("file:///etc", "File must be a regular file"),
        ("file:///dev/null", "File must be a regular file"),
    ],
)
async def test_a_local_address_must_lead_to_a_file(
    local: Sandbox, address: str, words: str
) -> None:
    async with client(local, local=True) as bot:
        with pytest.raises(BadRequest, match=words):
            await bot.send_document(42, address)


async def test_a_local_server_serves_no_downloads(local: Sandbox) -> None:
    sent = await local.private(42).send_document("a.txt", b"a")
    assert sent.file is not None
    async with client(local) as bot:
        file = await bot.get_file(sent.file.id)
        for path in (sent.file.path, file.file_path):
            with pytest.raises(InvalidToken):  # that is what PTB makes of any 404
                await bot.request.retrieve(f"{local.base_url}/file/bot{TOKEN}/{path}")

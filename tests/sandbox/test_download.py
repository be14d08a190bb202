"""getFile and the download behind it, whole and broken, and broken uploads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from sandbox import Fault, Sandbox
from tests.sandbox.conftest import TOKEN, Api
from tests.sandbox.pictures import png

CONTENT = bytes(range(256)) * 1000


async def address(api: Api, token: str = TOKEN) -> str:
    """Where a document that a person has just sent can be downloaded."""
    sent = await api.telegram.private(42).send_document("web.tar.gz", CONTENT)
    assert sent.file is not None
    file = await api.result("getFile", file_id=sent.file.id)
    assert isinstance(file, dict)
    assert file["file_size"] == len(CONTENT)
    assert file["file_unique_id"] == sent.file.unique_id
    assert file["file_path"].startswith("documents/file_")
    assert file["file_path"].endswith(".gz")
    return f"{api.telegram.base_url}/file/bot{token}/{file['file_path']}"


async def test_a_document_is_downloaded(api: Api, telegram: Sandbox) -> None:
    answer = await api.client.get(await address(api))
    assert answer.content == CONTENT
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    (call,) = telegram.calls("download")
    assert call["path"].startswith("documents/")


async def test_every_size_of_a_photo_is_downloaded(api: Api, telegram: Sandbox) -> None:
    sent = await telegram.private(42).send_photo(png(400, 40))
    assert sent.file is not None
    for size in sent.file.as_photo():
        file = await api.result("getFile", file_id=size["file_id"])
        assert isinstance(file, dict)
        assert file["file_path"].startswith("photos/file_")
        url = f"{telegram.base_url}/file/bot{TOKEN}/{file['file_path']}"
        assert (await api.client.get(url)).content == png(400, 40)


@pytest.mark.parametrize(
    ("token", "code", "description"),
    [
        ("123456:other", 401, "Unauthorized"),
        ("nonsense", 401, "Unauthorized: invalid token specified"),
    ],
)
async def test_a_wrong_token_downloads_nothing(
    api: Api, token: str, code: int, description: str
) -> None:
    answer = await api.client.get(await address(api, token=token))
    assert (answer.status_code, answer.json()["description"]) == (code, description)


@pytest.mark.parametrize(
    "path",
    ["documents/file_99", "documents/../documents/file_1", "incoming/file_1", "%2e%2e/x", ""],
)
async def test_a_path_that_leads_nowhere(api: Api, path: str) -> None:
    await address(api)
    url = f"{api.telegram.base_url}/file/bot{TOKEN}/{path}"
    assert (await api.client.get(url)).status_code == 404


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "file_id not specified"),
        ({"file_id": "BQACnonsense"}, "invalid file_id"),
    ],
)
async def test_a_file_that_is_not_there(api: Api, params: dict[str, object], words: str) -> None:
    assert await api.refused("getFile", **params) == (400, f"Bad Request: {words}")


async def test_a_file_that_was_there(api: Api, telegram: Sandbox) -> None:
    url = await address(api)
    sent = telegram.private(42).history[-1]
    assert sent.file is not None
    telegram.lose(sent.message)
    assert (await api.client.get(url)).status_code == 404
    assert await api.refused("getFile", file_id=sent.file.id) == (
        400,
        "Bad Request: wrong file_id or the file is temporarily unavailable",
    )


@pytest.mark.parametrize(("size", "code"), [(20 << 20, 200), ((20 << 20) + 1, 400)])
async def test_twenty_mib_is_the_most(api: Api, telegram: Sandbox, size: int, code: int) -> None:
    sent = await telegram.private(42).send_document("big", bytes(size))
    assert sent.file is not None
    answer = await api.post("getFile", {"file_id": sent.file.id})
    assert answer.status_code == code
    if code == 400:
        assert answer.json()["description"] == "Bad Request: file is too big"


async def test_luck_strikes_get_file(api: Api, telegram: Sandbox) -> None:
    telegram.fail("getFile", Fault.retry(3))
    answer = await api.post("getFile", {"file_id": "x"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")


@pytest.mark.parametrize(
    ("fault", "code"), [(Fault.retry(3), 429), (Fault.status(500), 500), (Fault.status(502), 502)]
)
async def test_luck_strikes_a_download(
    api: Api, telegram: Sandbox, fault: Fault, code: int
) -> None:
    url = await address(api)
    telegram.fail("download", fault)
    assert (await api.client.get(url)).status_code == code
    assert (await api.client.get(url)).content == CONTENT


async def read(api: Api, url: str, into: bytearray) -> None:
    """Download as far as it comes."""
    async with api.client.stream("GET", url) as answer:
        assert answer.headers["Content-Length"] == str(len(CONTENT))
        async for chunk in answer.aiter_raw():
            into += chunk


@pytest.mark.parametrize("sent", [0, 1, 100_000, len(CONTENT) - 1])
async def test_a_download_is_cut_in_the_middle(api: Api, telegram: Sandbox, sent: int) -> None:
    url = await address(api)
    telegram.fail("download", Fault.cut(sent=sent))
    got = bytearray()
    with pytest.raises(httpx.RemoteProtocolError):
        await read(api, url, got)
    assert got == CONTENT[:sent]
    assert (await api.client.get(url)).content == CONTENT


async def test_a_download_hangs_in_the_middle(api: Api, telegram: Sandbox) -> None:
    url = await address(api)
    telegram.fail("download", Fault.hang(sent=1000))
    got = bytearray()
    reading = asyncio.create_task(read(api, url, got))
    while len(got) < 1000:
        await api.post("getMe")
    assert not reading.done()
    telegram.release()
    with pytest.raises(httpx.RemoteProtocolError):
        await reading
    assert got == CONTENT[:1000]


async def test_no_network_is_no_download(api: Api, telegram: Sandbox) -> None:
    url = await address(api)
    telegram.fail("*", Fault.cut())
    with pytest.raises(httpx.TransportError):
        await api.client.get(url)


async def test_an_answer_is_cut_in_the_middle(api: Api, telegram: Sandbox) -> None:
    telegram.fail("sendMessage", Fault.cut(sent=10))
    with pytest.raises(httpx.RemoteProtocolError):
        await api.post("sendMessage", {"chat_id": 42, "text": "x"})
    assert [one.text for one in telegram.private(42).history] == ["x"]


UPLOAD = {"document": ("a.tar", CONTENT)}


async def test_an_upload_is_answered_that_it_is_too_much(api: Api, telegram: Sandbox) -> None:
    telegram.fail("sendDocument", Fault.retry(5))
    answer = await api.post("sendDocument", {"chat_id": 42}, UPLOAD)
    assert answer.json()["parameters"] == {"retry_after": 5}
    assert telegram.private(42).history == []
    assert (await api.post("sendDocument", {"chat_id": 42}, UPLOAD)).status_code == 200


async def test_an_upload_is_cut_in_the_middle(api: Api, telegram: Sandbox) -> None:
    telegram.fail("sendDocument", Fault.cut(received=100_000))
    with pytest.raises(httpx.TransportError):
        await api.post("sendDocument", {"chat_id": 42}, UPLOAD)
    assert telegram.private(42).history == []
    assert telegram.calls("sendDocument") == []
    await api.post("sendDocument", {"chat_id": 42}, UPLOAD)
    seen = await telegram.private(42).wait()
    assert seen.file is not None
    assert not list((seen.file.place.parents[1] / "incoming").iterdir())


async def test_who_hangs_up_leaves_nothing(api: Api, telegram: Sandbox) -> None:
    uploading = asyncio.Event()

    async def parts() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="document"; filename="a"\r\n\r\n'
        yield bytes(1 << 20)
        uploading.set()
        await asyncio.Event().wait()

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    call = asyncio.create_task(
        api.client.post(api.url("sendDocument"), headers=headers, content=parts())
    )
    await uploading.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    sent = await telegram.private(42).send_document("b", b"b")
    assert sent.file is not None
    incoming = sent.file.place.parents[1] / "incoming"
    while list(incoming.iterdir()):
        await api.post("getMe")


async def test_another_process_can_ask_for_broken_files(api: Api, telegram: Sandbox) -> None:
    url = await address(api)
    order = {"method": "download", "fault": "cut", "sent": 500}
    headers = {"X-Sandbox-Key": telegram.key}
    control = f"{telegram.base_url}/control/fail"
    assert (await api.client.post(control, json=order, headers=headers)).status_code == 200
    got = bytearray()
    with pytest.raises(httpx.RemoteProtocolError):
        await read(api, url, got)
    assert len(got) == 500

"""The bot sends documents, photos and albums: what a person sees, and every refusal's words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.sandbox.conftest import Api
from tests.sandbox.pictures import png

Given = dict[str, tuple[str, bytes]]


async def refused(api: Api, method: str, params: dict[str, object], files: Given) -> str:
    """The words of a refusal with code 400."""
    answer = await api.post(method, {"chat_id": 42, **params}, files)
    assert answer.status_code == 400, answer.text
    return str(answer.json()["description"])


async def accepted(
    api: Api, method: str, params: dict[str, object], files: Given | None = None
) -> list[dict[str, object]]:
    """The message or messages that were sent."""
    body = (await api.post(method, {"chat_id": 42, **params}, files)).json()
    assert body["ok"], body
    result = body["result"]
    return result if isinstance(result, list) else [result]


def media(*kinds: str, **more: object) -> str:
    """The `media` of an album whose files are attached as f0, f1, …"""
    return json.dumps(
        [{"type": kind, "media": f"attach://f{n}", **more} for n, kind in enumerate(kinds)]
    )


async def test_a_person_sees_a_document_and_can_save_it(
    api: Api, telegram: Sandbox, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 4000
    telegram.add_topic(-1001, 5, "Nights")
    params = {
        "chat_id": -1001,
        "caption": "<b>whole</b> log",
        "parse_mode": "HTML",
        "message_thread_id": 5,
        "disable_notification": True,
        "reply_parameters": json.dumps({"message_id": await api.send(-1001, "x")}),
    }
    await accepted(api, "sendDocument", params, {"document": ("отчёт.log", content)})
    seen = telegram.group(-1001, person=7).unseen()[-1]
    assert seen.file is not None
    assert (seen.file.name, seen.file.size, seen.file.photo) == ("отчёт.log", 1_024_000, False)
    assert seen.file.save(tmp_path / "saved").read_bytes() == content
    assert seen.document == ("отчёт.log", content)
    assert (seen.html, seen.silent, seen.reply_to) == ("<b>whole</b> log", True, 1)
    assert seen.message.thread_id == 5


async def test_a_file_is_sent_again_by_its_id(api: Api, telegram: Sandbox) -> None:
    (first,) = await accepted(api, "sendDocument", {}, {"document": ("a.txt", b"a")})
    file_id = first["document"]["file_id"]  # type: ignore[index]
    await accepted(api, "sendDocument", {"document": file_id})
    assert telegram.private(42).unseen()[-1].document == ("a.txt", b"a")
    words = await refused(api, "sendPhoto", {"photo": file_id}, {})
    assert words == "Bad Request: can't use file of type Document as Photo"
    (photo,) = await accepted(api, "sendPhoto", {}, {"photo": ("p", png(2, 2))})
    file_id = photo["photo"][-1]["file_id"]  # type: ignore[index]
    words = await refused(api, "sendDocument", {"document": file_id}, {})
    assert words == "Bad Request: can't use file of type Photo as Document"


async def test_a_photo_is_seen_as_one(api: Api, telegram: Sandbox) -> None:
    (sent,) = await accepted(api, "sendPhoto", {"caption": "cpu"}, {"photo": ("c", png(100, 50))})
    sizes = sent["photo"]
    assert isinstance(sizes, list)
    assert [(size["width"], size["height"]) for size in sizes] == [(90, 45), (100, 50)]
    seen = await telegram.private(42).wait()
    assert seen.file is not None
    assert (seen.text, seen.file.pixels, seen.file.mime) == ("cpu", (100, 50), "image/png")
    assert seen.file.read() == png(100, 50)


async def test_an_album_arrives_as_one(api: Api, telegram: Sandbox) -> None:
    entities = [{"type": "bold", "offset": 0, "length": 1}]
    params = {
        "media": media("document", "document", caption="part", caption_entities=entities),
        "disable_notification": True,
        "reply_markup": json.dumps({"inline_keyboard": [[{"text": "a", "callback_data": "d"}]]}),
    }
    files = {"f0": ("a.001", b"one"), "f1": ("a.002", b"two")}
    sent = await accepted(api, "sendMediaGroup", params, files)
    assert sent[0]["media_group_id"] == sent[1]["media_group_id"]
    seen = telegram.private(42).unseen()
    assert [one.document for one in seen] == [("a.001", b"one"), ("a.002", b"two")]
    assert len({one.album for one in seen}) == 1
    assert [one.html for one in seen] == ["<b>p</b>art"] * 2
    assert all(one.silent and not one.buttons for one in seen)


async def test_an_album_of_one_is_none(api: Api) -> None:
    (sent,) = await accepted(
        api, "sendMediaGroup", {"media": media("photo")}, {"f0": ("p", png(2, 2))}
    )
    assert "media_group_id" not in sent


async def test_one_upload_can_be_sent_twice_in_an_album(api: Api, telegram: Sandbox) -> None:
    item = {"type": "document", "media": "attach://f0"}
    await accepted(
        api, "sendMediaGroup", {"media": json.dumps([item, item])}, {"f0": ("a", b"same")}
    )
    assert [one.document for one in telegram.private(42).unseen()] == [("a", b"same")] * 2


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, 'parameter "media" is required'),
        ({"media": "{"}, "can't parse media JSON object"),
        ({"media": "{}"}, "expected an Array of InputMedia"),
        ({"media": "[1]"}, "can't parse InputMedia: expected an Object"),
        ({"media": media("video")}, 'can\'t parse InputMedia: type "video" is unsupported'),
        ({"media": media("document", "document")}, "can't parse InputMedia: media not found"),
        ({"media": "[]"}, "there are no messages to send"),
        ({"media": media(*["document"] * 11)}, "can't parse InputMedia: media not found"),
        (
            {"media": json.dumps([{"type": "document", "media": "attach://f0"}] * 11)},
            "too many messages to send as an album",
        ),
        (
            {
                "media": json.dumps(
                    [
                        {"type": "document", "media": "attach://f0"},
                        {"type": "photo", "media": "attach://p0"},
                    ]
                )
            },
            "document can't be mixed with other media types",
        ),
        ({"media": media("document", caption="x" * 1025)}, "message caption is too long"),
    ],
)
async def test_a_wrong_album_is_refused_whole(
    api: Api, telegram: Sandbox, params: dict[str, object], words: str
) -> None:
    files = {"f0": ("a", b"a"), "p0": ("p", png(2, 2))}
    assert await refused(api, "sendMediaGroup", params, files) == f"Bad Request: {words}"
    assert telegram.private(42).history == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("attach://none", "there is no document in the request"),
        ("x" * 20, "wrong file identifier/HTTP URL specified"),
        ("x y", "wrong remote file identifier specified: Wrong character in the string"),
        ("https://example.com/a.tar", "failed to get HTTP URL content"),
        ("file:///etc/passwd.txt", "invalid file HTTP URL specified: Unsupported URL protocol"),
    ],
)
async def test_a_file_that_cannot_be_had(api: Api, given: str, words: str) -> None:
    assert await refused(api, "sendDocument", {"document": given}, {}) == f"Bad Request: {words}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"text", "IMAGE_PROCESS_FAILED"),
        (png(2, 41), "PHOTO_INVALID_DIMENSIONS"),
        (
            bytes((10 << 20) + 1),
            (
                "file of size 10485761 bytes is too big for a photo; "
                "the maximum size is 10485760 bytes"
            ),
        ),
        (b"", "file must be non-empty"),
    ],
)
async def test_what_is_no_photo(api: Api, content: bytes, words: str) -> None:
    assert await refused(api, "sendPhoto", {}, {"photo": ("p", content)}) == f"Bad Request: {words}"


async def test_who_uploads_too_much_is_told_so(api: Api, telegram: Sandbox) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="document"; filename="a"\r\n\r\n'
        for _ in range(51):
            yield bytes(1 << 20)
        yield b"\r\n--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await api.client.post(api.url("sendDocument"), headers=headers, content=parts())
    assert (answer.status_code, answer.json()["description"]) == (413, "Request Entity Too Large")
    telegram.world.files.upload_bytes = 10
    answer = await api.post("sendDocument", {"chat_id": 42}, {"document": ("a", bytes(11))})
    assert answer.status_code == 413
    await accepted(api, "sendDocument", {}, {"document": ("a", bytes(10))})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"--x\r\n\r\n", "unexpected end of request content"),
        (b"--y--", "Expected boundary character"),
        (b"", "unexpected end of request content"),
    ],
)
async def test_a_body_that_is_no_form(api: Api, body: bytes, words: str) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await api.client.post(api.url("getMe"), headers=headers, content=body)
    assert answer.status_code == 400
    assert words.lower() in answer.json()["description"].lower()


async def test_fields_have_a_bound(api: Api) -> None:
    answer = await api.post("sendDocument", {"caption": "x" * (5 << 20)}, {"a": ("a", b"a")})
    assert answer.status_code == 413


async def test_an_album_counts_as_its_messages(api: Api, telegram: Sandbox) -> None:
    telegram.world.limits.on = True
    item = {"type": "document", "media": "attach://f0"}
    await accepted(api, "sendMediaGroup", {"media": json.dumps([item] * 8)}, {"f0": ("a", b"same")})
    answer = await api.post("sendMessage", {"chat_id": 42, "text": "x"})
    assert answer.json()["parameters"] == {"retry_after": 4}

"""People send documents, photos and albums: the updates that the bot gets, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.state import files
from tests.sandbox.conftest import Api
from tests.sandbox.pictures import png


async def messages(api: Api) -> list[dict[str, object]]:
    """The messages of the pending updates."""
    found = [update["message"] for update in await api.updates()]
    assert all(isinstance(message, dict) for message in found)
    return found  # type: ignore[return-value]


async def test_a_document_has_the_shape_of_the_bot_api(api: Api, telegram: Sandbox) -> None:
    sent = await telegram.private(42).send_document("app.tar", b"tar", "/load now")
    assert sent.file is not None
    assert await messages(api) == [
        {
            "message_id": sent.id,
            "date": 1_780_000_000,
            "chat": {"id": 42, "type": "private", "first_name": "owner"},
            "from": telegram.world.people[42].as_json(),
            "document": {
                "file_name": "app.tar",
                "mime_type": "application/x-tar",
                "file_id": sent.file.id,
                "file_unique_id": sent.file.unique_id,
                "file_size": 3,
            },
            "caption": "/load now",
            "caption_entities": [{"type": "bot_command", "offset": 0, "length": 5}],
        }
    ]


async def test_a_document_comes_from_the_disk_and_answers_a_message(
    api: Api, telegram: Sandbox, tmp_path: Path
) -> None:
    number = await api.send(42, "send it")
    owner = telegram.private(42)
    question = await owner.wait()
    (tmp_path / "x").write_bytes(b"a" * 100_000)
    await owner.send_document("Dockerfile", tmp_path / "x", reply_to=question)
    (message,) = await messages(api)
    assert not {"text", "caption", "caption_entities"} & set(message)
    assert message["reply_to_message"]["message_id"] == number  # type: ignore[index]
    assert message["document"]["file_size"] == 100_000  # type: ignore[index]
    assert message["document"]["mime_type"] == "application/octet-stream"  # type: ignore[index]


async def test_a_document_may_have_no_name(api: Api, telegram: Sandbox) -> None:
    await telegram.private(42).send_document("", b"a")
    (message,) = await messages(api)
    assert "file_name" not in message["document"]  # type: ignore[operator]


async def test_a_text_can_answer_a_document(api: Api, telegram: Sandbox) -> None:
    owner = telegram.private(42)
    document = await owner.send_document("app.tar", b"tar")
    await owner.send("/image load", reply_to=document)
    message = (await messages(api))[-1]
    assert message["text"] == "/image load"
    assert message["reply_to_message"]["document"]["file_name"] == "app.tar"  # type: ignore[index]


async def test_a_photo_is_offered_in_sizes(api: Api, telegram: Sandbox) -> None:
    sent = await telegram.private(42).send_photo(png(1600, 400), "the screen")
    (message,) = await messages(api)
    assert message["caption"] == "the screen"
    assert "document" not in message
    sizes = message["photo"]
    assert isinstance(sizes, list)
    assert [(size["width"], size["height"]) for size in sizes] == [
        (90, 22),
        (320, 80),
        (800, 200),
        (1280, 320),
        (1600, 400),
    ]
    assert {*sizes[-1]} == {"file_id", "file_unique_id", "file_size", "width", "height"}
    assert len({size["file_id"] for size in sizes}) == 5
    assert sent.file is not None
    assert sizes[-1]["file_id"] == sent.file.id


async def test_an_album_is_messages_of_one_group(api: Api, telegram: Sandbox) -> None:
    owner = telegram.private(42)
    env = [("compose.yaml", b"services:"), ("web.env", b"A=1"), ("db.env", b"B=2")]
    sent = await owner.send_album(env, "/stack up")
    found = await messages(api)
    assert [message["message_id"] for message in found] == [one.id for one in sent]
    names = [message["document"]["file_name"] for message in found]  # type: ignore[index]
    assert names == ["compose.yaml", "web.env", "db.env"]
    assert [message.get("caption") for message in found] == ["/stack up", None, None]
    groups = {message["media_group_id"] for message in found}
    assert len(groups) == 1
    assert str(groups.pop()).isdecimal()
    await owner.send_album([(None, png(2, 2)), (None, png(3, 3))])
    other = (await messages(api))[-2:]
    assert all("photo" in message for message in other)
    assert other[0]["media_group_id"] == other[1]["media_group_id"] != found[0]["media_group_id"]


async def test_one_file_alone_is_no_album(api: Api, telegram: Sandbox) -> None:
    await telegram.private(42).send_album([("a", b"a")])
    assert "media_group_id" not in (await messages(api))[0]


async def test_what_a_client_would_not_send(telegram: Sandbox) -> None:
    owner = telegram.private(42)
    for sending, words in [
        (owner.send_document("a", b""), "an empty file"),
        (owner.send_document("a", b"a", "x" * 1025), "at most 1024 characters"),
        (owner.send_album([("a", b"a")] * 11), "1 to 10 files"),
        (owner.send_album([]), "1 to 10 files"),
        (owner.send_album([("a", b"a"), (None, png(2, 2))]), "not both"),
        (owner.send_photo(b"text"), "IMAGE_PROCESS_FAILED"),
        (owner.send_photo(png(2, 41)), "PHOTO_INVALID_DIMENSIONS"),
        (owner.send_photo(bytes((10 << 20) + 1)), "too big for a photo"),
    ]:
        with pytest.raises(ValueError, match=words):
            await sending
    assert owner.history == []


async def test_in_a_group_only_what_is_meant_for_the_bot_reaches_it(
    api: Api, telegram: Sandbox
) -> None:
    ops = telegram.group(-1001, person=7)
    await ops.send_document("private.txt", b"a", "look")
    await ops.send_album([("a.tar", b"a"), ("b.tar", b"b")], "/load@pierhead_bot")
    (message,) = await messages(api)
    assert message["document"]["file_name"] == "a.tar"  # type: ignore[index]


async def test_a_caption_can_be_edited_away(api: Api, telegram: Sandbox) -> None:
    owner = telegram.private(42)
    sent = await owner.send_document("a", b"a", "wrong")
    await owner.edit(sent, "")
    edited = (await api.updates())[-1]["edited_message"]
    assert isinstance(edited, dict)
    assert "caption" not in edited
    assert edited["document"]["file_name"] == "a"
    with pytest.raises(ValueError, match="0 to 1024"):
        await owner.edit(sent, "x" * 1025)


async def test_a_forwarded_document_says_whose_it_was(api: Api, telegram: Sandbox) -> None:
    await telegram.private(42).send_document("a", b"a", "/load", forwarded_from=7)
    (message,) = await messages(api)
    assert message["forward_origin"]["sender_user"]["id"] == 7  # type: ignore[index]


async def test_the_oldest_files_go_when_there_are_too_many_bytes(
    api: Api, telegram: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    sent = [await telegram.private(42).send_document("a", bytes(4)) for _ in range(3)]
    kept = [message.file for message in sent if message.file is not None]
    assert [file.place.exists() for file in kept] == [False, True, True]
    assert (await api.refused("getFile", file_id=kept[0].id))[0] == 400


async def test_nothing_is_left_on_the_disk() -> None:
    async with Sandbox("1:A", {42: "owner"}) as sandbox:
        sent = await sandbox.private(42).send_document("a.txt", b"a")
        assert sent.file is not None
        assert sent.file.place.read_bytes() == b"a"
        assert not list((sent.file.place.parents[1] / "incoming").iterdir())
        folder = sent.file.place.parents[2]
    assert not folder.exists()

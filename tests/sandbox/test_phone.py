"""What a test sees through a person's eyes, and how it fails in words."""

import asyncio
import json
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.sandbox.conftest import Api

KEYS = json.dumps({"inline_keyboard": [[{"text": "Go", "callback_data": "g"}]]})


async def answer_taps(api: Api, text: str) -> dict[str, object]:
    """Answer the next tap as a bot would."""
    update = (await api.updates(timeout=50, allowed_updates='["callback_query"]'))[-1]
    callback = update["callback_query"]
    assert isinstance(callback, dict)
    await api.result("answerCallbackQuery", callback_query_id=callback["id"], text=text)
    return callback


async def test_messages_and_edits_are_seen_in_order(api: Api, telegram: Sandbox) -> None:
    number = await api.send(42, "<b>one</b>", parse_mode="HTML", disable_notification=True)
    await api.result("editMessageText", chat_id=42, message_id=number, text="two")
    first, second = telegram.private(42).unseen()
    assert (first.html, first.silent, second.text) == ("<b>one</b>", True, "two")
    assert telegram.private(42).unseen() == []


async def test_silence_fails_with_the_chat_so_far(api: Api, telegram: Sandbox) -> None:
    await api.send(42, "hello", reply_markup=KEYS)
    owner = telegram.private(42)
    await owner.wait()
    with pytest.raises(AssertionError, match=r"the bot said nothing in 0 s(.|\n)*hello\n +\[Go\]"):
        await owner.wait(within=0)


async def test_a_tap_returns_the_answer(api: Api, telegram: Sandbox) -> None:
    await api.send(42, "x", reply_markup=KEYS)
    seen = await telegram.private(42).wait()
    with pytest.raises(AssertionError, match="no button 'Stop', only"):
        await seen.tap("Stop")
    answering = asyncio.create_task(answer_taps(api, "done"))
    assert await seen.tap("Go") == "done"
    assert (await answering)["data"] == "g"


async def test_anyone_in_a_group_can_tap(api: Api, telegram: Sandbox) -> None:
    await api.send(-1001, "x", reply_markup=KEYS)
    seen = await telegram.group(-1001, person=7).wait()
    answering = asyncio.create_task(answer_taps(api, ""))
    assert await seen.tap("Go") == ""
    assert (await answering)["from"]["id"] == 7  # type: ignore[index]


async def test_data_can_be_forged(api: Api, telegram: Sandbox) -> None:
    await api.send(42, "x")
    answering = asyncio.create_task(answer_taps(api, "no"))
    assert await telegram.private(42).tap_data("forged") == "no"
    assert (await answering)["data"] == "forged"


async def test_an_edit_can_be_waited_for(api: Api, telegram: Sandbox) -> None:
    number = await api.send(42, "one")
    seen = await telegram.private(42).wait()
    waiting = asyncio.create_task(seen.changed())
    await api.result("editMessageText", chat_id=42, message_id=number, text="two")
    assert (await waiting).text == "two"
    await api.result("deleteMessage", chat_id=42, message_id=number)
    assert seen.now is None
    with pytest.raises(AssertionError, match="was deleted"):
        await seen.changed()


async def test_a_document_is_seen_and_can_be_fetched(api: Api, telegram: Sandbox) -> None:
    await api.post("sendDocument", {"chat_id": 42}, {"document": ("a.log", b"lines")})
    assert (await telegram.private(42).wait()).document == ("a.log", b"lines")
    await telegram.private(42).send_document("b.txt", b"mine", "look")
    message = (await api.updates())[-1]["message"]
    assert isinstance(message, dict)
    assert message["caption"] == "look"
    file = await api.result("getFile", file_id=message["document"]["file_id"])
    assert isinstance(file, dict)
    address = f"{telegram.base_url}/file/bot{telegram.world.bot.token}/{file['file_path']}"
    assert (await api.client.get(address)).content == b"mine"


async def test_the_menu_is_the_persons_own(api: Api, telegram: Sandbox) -> None:
    async def put(name: str, **params: object) -> None:
        commands = json.dumps([{"command": name, "description": "x"}])
        await api.result("setMyCommands", commands=commands, **params)

    await put("all")
    await put("russian", language_code="ru")
    await put("mine", scope=json.dumps({"type": "chat", "chat_id": 42}))
    await put("admin", scope=json.dumps({"type": "all_chat_administrators"}))
    names = {
        "owner": telegram.private(42).menu,
        "viewer": telegram.private(7).menu,
        "creator": telegram.group(-1001, person=42).menu,
        "member": telegram.group(-1001, person=7).menu,
    }
    assert {who: menu[0][0] for who, menu in names.items()} == {
        "owner": "mine",
        "viewer": "all",
        "creator": "admin",
        "member": "all",
    }


async def test_the_bots_calls_are_recorded(api: Api, telegram: Sandbox) -> None:
    await api.send(42, "x")
    assert telegram.requests == [("sendMessage", {"chat_id": "42", "text": "x"})]
    assert telegram.calls("sendmessage") == [{"chat_id": "42", "text": "x"}]


async def test_a_document_can_be_a_reply_and_come_from_the_disk(
    api: Api, telegram: Sandbox, tmp_path: Path
) -> None:
    number = await api.send(42, "send it")
    owner = telegram.private(42)
    question = await owner.wait()
    (tmp_path / "app.tar").write_bytes(b"tar")
    await owner.send_document("app.tar", tmp_path / "app.tar", "/image load", reply_to=question)
    message = (await api.updates())[-1]["message"]
    assert isinstance(message, dict)
    assert "text" not in message
    assert (message["caption"], message["reply_to_message"]["message_id"]) == (
        "/image load",
        number,
    )
    assert message["caption_entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    document = message["document"]
    assert (document["file_name"], document["file_size"]) == ("app.tar", 3)
    assert document["mime_type"] == "application/x-tar"

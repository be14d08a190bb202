"""Every refusal of the table, in the words and with the code of the service."""

import json
from collections.abc import AsyncIterator

import pytest

from sandbox import Fault, Person, Sandbox
from sandbox.api import body
from sandbox.state import acts
from tests.sandbox.conftest import Api, Clock

HTML = "HTML"


def keyboard(*buttons: dict[str, object]) -> str:
    return json.dumps({"inline_keyboard": [list(buttons)]})


def entities(rest: str) -> str:
    return f"Bad Request: can't parse entities: {rest}"


COMMAND = {"command": "ps", "description": "List"}
TEXTS: list[tuple[str, dict[str, object], str]] = [
    ("sendMessage", {}, "Bad Request: message text is empty"),
    ("sendMessage", {"text": " \n "}, "Bad Request: text must be non-empty"),
    (
        "sendMessage",
        {"text": "<b> </b>", "parse_mode": HTML},
        "Bad Request: text must be non-empty",
    ),
    ("sendMessage", {"text": "x" * 32_769}, "Bad Request: text is too long"),
    ("sendMessage", {"text": "x" * 4097}, "Bad Request: message is too long"),
    (
        "sendMessage",
        {"text": "x", "parse_mode": "BBCode"},
        "Bad Request: unsupported parse_mode",
    ),
    (
        "sendMessage",
        {"text": "é<div>", "parse_mode": HTML},
        entities('Unsupported start tag "div" at byte offset 2'),
    ),
    (
        "sendMessage",
        {"text": "<b>x", "parse_mode": HTML},
        entities('Can\'t find end tag corresponding to start tag "b"'),
    ),
    (
        "sendMessage",
        {"text": "<b><i>x</b>", "parse_mode": HTML},
        entities('Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
    ),
    (
        "sendMessage",
        {"text": "x</b>", "parse_mode": HTML},
        entities("Unexpected end tag at byte offset 1"),
    ),
    (
        "sendMessage",
        {"text": "x<b", "parse_mode": HTML},
        entities("Unclosed start tag at byte offset 1"),
    ),
    (
        "sendMessage",
        {"text": "<b>x</b", "parse_mode": HTML},
        entities("Unclosed end tag at byte offset 4"),
    ),
    (
        "sendMessage",
        {"text": "x", "reply_to_message_id": 999},
        "Bad Request: message to be replied not found",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_parameters": '{"message_id": 999}'},
        "Bad Request: message to be replied not found",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": keyboard({"text": "a", "callback_data": "d" * 65})},
        "Bad Request: BUTTON_DATA_INVALID",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": keyboard({"text": "a"})},
        (
            "Bad Request: can't parse inline keyboard button: "
            "Text buttons are unallowed in the inline keyboard"
        ),
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": "{"},
        "Bad Request: can't parse reply keyboard markup JSON object",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": "[]"},
        "Bad Request: object expected as reply markup",
    ),
    ("editMessageText", {"message_id": 1}, "Bad Request: message text is empty"),
    (
        "editMessageText",
        {"message_id": 999, "text": "x"},
        "Bad Request: message to edit not found",
    ),
    ("deleteMessage", {"message_id": 999}, "Bad Request: message to delete not found"),
    (
        "answerCallbackQuery",
        {"callback_query_id": "5"},
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    ),
    ("getFile", {"file_id": "nonsense"}, "Bad Request: invalid file_id"),
    ("sendDocument", {}, "Bad Request: there is no document in the request"),
    ("sendPhoto", {}, "Bad Request: there is no photo in the request"),
    ("sendMediaGroup", {"media": "[]"}, "Bad Request: there are no messages to send"),
    (
        "sendMediaGroup",
        {"media": json.dumps([{"type": "photo", "media": "x"}] * 11)},
        "Bad Request: too many messages to send as an album",
    ),
    (
        "setMyCommands",
        {"commands": json.dumps([COMMAND | {"command": "x" * 33}])},
        "Bad Request: command length must not exceed 32",
    ),
    (
        "setMyCommands",
        {"commands": json.dumps([COMMAND | {"command": "Ps"}])},
        "Bad Request: BOT_COMMAND_INVALID",
    ),
    (
        "setMyCommands",
        {"commands": json.dumps([COMMAND] * 101)},
        "Bad Request: BOT_COMMANDS_TOO_MUCH",
    ),
    (
        "setMyCommands",
        {"commands": json.dumps([COMMAND | {"description": ""}])},
        "Bad Request: command description must be non-empty",
    ),
    (
        "setMyCommands",
        {"commands": json.dumps([COMMAND | {"description": "x" * 257}])},
        "Bad Request: command description length must not exceed 256",
    ),
    ("sendChatAction", {"action": "yawn"}, "Bad Request: wrong parameter action in request"),
    (
        "setWebhook",
        {"url": "http://127.0.0.1:1/", "secret_token": "a b"},
        "Bad Request: secret token contains unallowed characters",
    ),
]


@pytest.mark.parametrize(("method", "params", "description"), TEXTS)
async def test_a_wrong_call_is_refused(
    api: Api, method: str, params: dict[str, object], description: str
) -> None:
    assert await api.refused(method, chat_id=42, **params) == (400, description)


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({}, "Bad Request: chat_id is empty"),
        ({"chat_id": 43}, "Bad Request: chat not found"),
        ({"chat_id": "@ops"}, "Bad Request: chat not found"),
    ],
)
async def test_a_chat_must_exist(api: Api, params: dict[str, object], description: str) -> None:
    assert await api.refused("sendMessage", text="x", **params) == (400, description)


async def test_the_text_is_judged_before_the_chat(api: Api) -> None:
    assert await api.refused("sendMessage", chat_id=43) == (
        400,
        "Bad Request: message text is empty",
    )


async def test_an_edit_must_change_something(api: Api) -> None:
    number = await api.send(42, "same")
    assert await api.refused("editMessageText", chat_id=42, message_id=number, text="same") == (
        400,
        (
            "Bad Request: message is not modified: specified new message content and reply markup "
            "are exactly the same as a current content and reply markup of the message"
        ),
    )


async def test_a_long_edit_has_words_of_its_own(api: Api) -> None:
    number = await api.send(42, "short")
    refused = await api.refused("editMessageText", chat_id=42, message_id=number, text="x" * 4097)
    assert refused == (400, "Bad Request: MESSAGE_TOO_LONG")


async def test_a_document_has_no_text_to_edit(api: Api) -> None:
    answer = await api.post("sendDocument", {"chat_id": 42}, {"document": ("a.txt", b"a")})
    number = answer.json()["result"]["message_id"]
    assert await api.refused("editMessageText", chat_id=42, message_id=number, text="x") == (
        400,
        "Bad Request: there is no text in the message to edit",
    )


async def test_only_own_messages_can_be_edited(api: Api, telegram: Sandbox) -> None:
    message = await telegram.private(42).send("mine")
    assert await api.refused("editMessageText", chat_id=42, message_id=message.id, text="x") == (
        400,
        "Bad Request: message can't be edited",
    )


async def test_what_is_old_cannot_be_deleted(api: Api, clock: Clock) -> None:
    number = await api.send(42, "old")
    clock.pass_(48 * 3600)
    assert await api.refused("deleteMessage", chat_id=42, message_id=number) == (
        400,
        "Bad Request: message can't be deleted for everyone",
    )


async def test_others_messages_in_a_group_need_rights(api: Api, telegram: Sandbox) -> None:
    message = await telegram.group(-1001, person=42).send("hello")
    assert await api.refused("deleteMessage", chat_id=-1001, message_id=message.id) == (
        400,
        "Bad Request: message can't be deleted",
    )
    telegram.set_bot_status(-1001, "administrator")
    assert await api.result("deleteMessage", chat_id=-1001, message_id=message.id) is True


async def test_a_long_caption_is_refused(api: Api) -> None:
    params = {"chat_id": 42, "caption": "x" * 1025}
    answer = await api.post("sendDocument", params, {"document": ("a.txt", b"a")})
    assert answer.json()["description"] == "Bad Request: message caption is too long"


async def test_an_empty_file_is_refused(api: Api) -> None:
    answer = await api.post("sendDocument", {"chat_id": 42}, {"document": ("a.txt", b"")})
    assert answer.json()["description"] == "Bad Request: file must be non-empty"


@pytest.mark.parametrize("announced", [True, False])
async def test_an_upload_beyond_50_mb_is_refused(
    api: Api, telegram: Sandbox, monkeypatch: pytest.MonkeyPatch, *, announced: bool
) -> None:
    monkeypatch.setattr(body, "AROUND", 1000)
    telegram.world.files.upload_bytes = 0

    async def parts() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="document"; filename="a"\r\n\r\n'
        yield b"a" * 1000
        yield b"\r\n--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    content = b"".join([part async for part in parts()]) if announced else parts()
    answer = await api.client.post(api.url("sendDocument"), headers=headers, content=content)
    assert answer.status_code == 413
    assert answer.json() == {
        "ok": False,
        "error_code": 413,
        "description": "Request Entity Too Large",
    }


async def test_a_big_file_cannot_be_fetched(api: Api, telegram: Sandbox) -> None:
    message = await telegram.private(42).send_document("big", bytes((20 << 20) + 1))
    assert message.file is not None
    assert await api.refused("getFile", file_id=message.file.id) == (
        400,
        "Bad Request: file is too big",
    )


async def test_who_blocked_the_bot_cannot_be_written_to(api: Api, telegram: Sandbox) -> None:
    telegram.private(42).block()
    assert await api.refused("sendMessage", chat_id=42, text="x") == (
        403,
        "Forbidden: bot was blocked by the user",
    )
    telegram.private(42).unblock()
    assert await api.send(42, "x")


async def test_who_never_wrote_cannot_be_written_to(api: Api, telegram: Sandbox) -> None:
    telegram.add_person(Person(9, "new", started=False))
    assert await api.refused("sendMessage", chat_id=9, text="x") == (
        403,
        "Forbidden: bot can't initiate conversation with a user",
    )
    await telegram.private(9).send("/start")
    assert await api.send(9, "x")


async def test_a_deactivated_person_cannot_be_written_to(api: Api, telegram: Sandbox) -> None:
    telegram.add_person(Person(9, "gone", deactivated=True))
    assert await api.refused("sendMessage", chat_id=9, text="x") == (
        403,
        "Forbidden: user is deactivated",
    )


@pytest.mark.parametrize(
    ("status", "description"),
    [
        ("kicked", "Forbidden: bot was kicked from the supergroup chat"),
        ("left", "Forbidden: bot is not a member of the supergroup chat"),
    ],
)
async def test_a_group_that_the_bot_is_not_in(
    api: Api, telegram: Sandbox, status: str, description: str
) -> None:
    telegram.set_bot_status(-1001, status)
    assert await api.refused("sendMessage", chat_id=-1001, text="x") == (403, description)


async def test_a_group_that_became_a_supergroup(api: Api, telegram: Sandbox) -> None:
    telegram.upgrade(-55, -10077)
    answer = (await api.post("sendMessage", {"chat_id": -55, "text": "x"})).json()
    assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer["parameters"] == {"migrate_to_chat_id": -10077}
    assert await api.send(-10077, "x")


async def test_an_unknown_topic_is_refused(api: Api, telegram: Sandbox) -> None:
    telegram.add_topic(-1001, 5, "Nights")
    assert await api.send(-1001, "x", message_thread_id=5)
    assert await api.refused("sendMessage", chat_id=-1001, text="x", message_thread_id=6) == (
        400,
        "Bad Request: message thread not found",
    )


async def test_a_tap_is_answered_once_and_in_time(
    api: Api, telegram: Sandbox, clock: Clock
) -> None:
    number = await api.send(42, "x", reply_markup=keyboard({"text": "a", "callback_data": "d"}))
    world = telegram.world
    first = acts.tap(world, 42, world.chats[42], number, "d")
    late = acts.tap(world, 42, world.chats[42], number, "d")
    assert await api.result("answerCallbackQuery", callback_query_id=first.id) is True
    too_old = (
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    )
    assert await api.refused("answerCallbackQuery", callback_query_id=first.id) == too_old
    clock.pass_(150)
    assert await api.refused("answerCallbackQuery", callback_query_id=late.id) == too_old


@pytest.mark.parametrize(
    ("token", "description"),
    [
        ("nonsense", "Unauthorized: invalid token specified"),
        ("0123:x", "Unauthorized: invalid token specified"),
        ("1:" + "x" * 90, "Unauthorized: invalid token specified"),
        ("123456:other", "Unauthorized"),
        ("654321:ABC-def", "Unauthorized"),
    ],
)
async def test_the_token_must_be_right(api: Api, token: str, description: str) -> None:
    answer = await api.client.get(api.url("getMe", token))
    assert answer.status_code == 401
    assert answer.json() == {"ok": False, "error_code": 401, "description": description}


async def test_an_unknown_method(api: Api) -> None:
    assert await api.refused("sendPigeon") == (404, "Not Found: method not found")


async def test_a_path_that_is_none_of_ours(api: Api, telegram: Sandbox) -> None:
    answer = await api.client.get(f"{telegram.base_url}/nothing")
    assert answer.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_a_flood_says_when_to_come_back(api: Api, telegram: Sandbox) -> None:
    telegram.fail("sendMessage", Fault.retry(7))
    answer = await api.post("sendMessage", {"chat_id": 42, "text": "x"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }

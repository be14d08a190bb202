"""Updates as Telegram sends them, and as nobody should: nothing of them is believed unparsed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command.call import Actor, Chat, Origin, Request
from bot.command.files import Attachment
from bot.message import Untrusted
from bot.telegram.updates import ALLOWED, Joined, Moved, Tap, parse

NOW = 1_700_000_000.0
OLGA = {"id": 1, "is_bot": False, "first_name": "Olga", "language_code": "ru-RU"}
PRIVATE = {"id": 1, "type": "private"}
GROUP = {"id": -100_123, "type": "supergroup", "title": "Ops"}
MESSAGE = {"message_id": 5, "from": OLGA, "chat": PRIVATE, "date": 1_600_000_000, "text": "/ps"}


def message(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {"update_id": 7, "message": MESSAGE | changes}


def tap(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    query = {"id": "q", "from": OLGA, "data": "abc", "message": MESSAGE, "chat_instance": "1"}
    return {"update_id": 7, "callback_query": query | changes}


def joined(status: str = "member", **chat: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    member = {"status": status, "user": OLGA}
    said = {"chat": GROUP | chat, "from": OLGA, "date": 1, "new_chat_member": member}
    return {"update_id": 7, "my_chat_member": said}


def request(**changes: Any) -> Request:  # noqa: ANN401 - any JSON
    found = parse(message(**changes), NOW)
    assert isinstance(found, Request)
    return found


def test_a_message_is_a_request() -> None:
    assert request() == Request(
        update=7,
        actor=Actor(1, Untrusted("Olga"), "ru-RU"),
        chat=Chat(1, private=True),
        text="/ps",
        sent_at=1_600_000_000.0,
        message=5,
        origin=Origin.TYPED,
    )


def test_a_message_of_a_topic() -> None:
    found = request(chat=GROUP, is_topic_message=True, message_thread_id=9)
    assert found.chat == Chat(-100_123, private=False, thread=9)
    assert request(chat=GROUP, message_thread_id=9).chat.thread is None


def test_a_tap_is_dated_by_when_it_came_in() -> None:
    found = parse(tap(), NOW)
    assert isinstance(found, Tap)
    assert (found.query, found.data) == ("q", "abc")
    assert (found.request.sent_at, found.request.message) == (NOW, 5)
    assert found.request.actor.id == 1


def test_a_tap_under_a_message_that_is_too_old_to_be_seen() -> None:
    found = parse(tap(message={"chat": PRIVATE, "message_id": 5, "date": 0}), NOW)
    assert isinstance(found, Tap)
    assert found.request.message == 5


@pytest.mark.parametrize("status", ["member", "administrator", "restricted"])
def test_the_bot_was_put_into_a_group(status: str) -> None:
    assert parse(joined(status), NOW) == Joined(7, -100_123)


def test_a_group_has_moved() -> None:
    old = {"id": -5, "type": "group"}
    assert parse(message(chat=old, migrate_to_chat_id=-1005, text=None), NOW) == Moved(-5, -1005)
    assert parse(message(chat={"id": "x"}, migrate_to_chat_id=-1005), NOW) is None
    assert parse(message(migrate_to_chat_id=2**70, text=None), NOW) is None


@pytest.mark.parametrize("update", [joined("left"), joined("kicked"), joined(type="private")])
def test_that_it_has_left_or_was_blocked_is_not_its_business(update: dict[str, Any]) -> None:
    assert parse(update, NOW) is None


@pytest.mark.parametrize(
    "foreign",
    [
        {"via_bot": {"id": 3, "is_bot": True}},
        {"sender_chat": GROUP},
        {"forward_origin": {"type": "user", "sender_user": OLGA}},
    ],
)
def test_what_the_sender_has_not_written_himself_is_not_run(foreign: dict[str, Any]) -> None:
    """Else a channel's post, passed on, or another bot's inline result would act as the sender."""
    assert parse(message(**foreign), NOW) is None


def test_an_edited_message_never_runs() -> None:
    assert not {"edited_message", "channel_post", "edited_channel_post"} & set(ALLOWED)
    for kind in ("edited_message", "channel_post", "edited_channel_post", "business_message"):
        assert parse({"update_id": 7, kind: MESSAGE}, NOW) is None


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"update_id": 7},
        {"update_id": True, "message": MESSAGE},
        {"update_id": "7", "message": MESSAGE},
        {"update_id": 2**70, "message": MESSAGE},
        {"update_id": 7, "message": None},
        message(text=None),
        message(chat=None),
        message(chat={"type": "private"}),
        message(chat={"id": "1", "type": "private"}),
        message(chat={"id": 1}),
        message(chat={"id": 2**60, "type": "private"}),
        {"update_id": 7, "message": {k: v for k, v in MESSAGE.items() if k != "from"}},
        message(**{"from": {"id": True, "first_name": "x"}}),
        message(**{"from": {"id": 1.0, "first_name": "x"}}),
        message(**{"from": {"id": -(2**70)}}),
        message(**{"from": {"id": 0, "first_name": "Pierhead"}}),
        message(**{"from": {"id": -1, "first_name": "x"}}),
        message(**{"from": "1"}),
        tap(data=None),
        tap(id=5),
        tap(message=None, inline_message_id="x"),
        tap(**{"from": None}),
        joined(id="x"),
        joined(id=2**70),
        {"update_id": 7, "my_chat_member": {"chat": GROUP}},
    ],
)
def test_what_is_not_whole_is_not_believed(update: dict[str, Any]) -> None:
    assert parse(update, NOW) is None


@pytest.mark.parametrize("date", [None, "yesterday", True, 10**400])
def test_a_message_without_a_date_came_now(date: object) -> None:
    assert request(date=date).sent_at == NOW


def test_half_characters_are_replaced() -> None:
    """JSON can hold them; no database and no message can."""
    found = request(text="/ps \ud83d x", **{"from": OLGA | {"first_name": "\udc00"}})
    assert (found.text, found.actor.name.raw) == ("/ps ? x", "?")


@pytest.mark.parametrize(
    ("name", "shown"), [("", "?"), (None, "?"), (5, "?"), ("x" * 500, "x" * 64)]
)
def test_a_name_is_a_name(name: object, shown: str) -> None:
    assert request(**{"from": {"id": 1, "first_name": name}}).actor.name == Untrusted(shown)


@pytest.mark.parametrize(("code", "language"), [(None, None), (5, None), ("x" * 99, "x" * 8)])
def test_a_language_is_a_short_code(code: object, language: str | None) -> None:
    assert request(**{"from": OLGA | {"language_code": code}}).actor.language == language


KEYS = st.sampled_from((*MESSAGE, "id", "type", "data", "via_bot", "first_name", "status")) | (
    st.sampled_from(("message", "update_id", "callback_query", "my_chat_member", "new_chat_member"))
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(KEYS, JSON)
    | st.builds(lambda changes: message(**changes), st.dictionaries(KEYS, JSON))
    | st.builds(lambda changes: tap(**changes), st.dictionaries(KEYS, JSON))
)
def test_any_update_is_understood_or_left(update: dict[str, Any]) -> None:
    """What is raised here would be asked for again and again, and nothing behind it."""
    found = parse(update, NOW)
    asked = found.request if isinstance(found, Tap) else found
    if isinstance(asked, Request):
        assert type(asked.actor.id) is type(asked.chat.id) is type(asked.update) is int
        (asked.text + asked.actor.name.raw).encode()


DOCUMENT = {"file_id": "BQAC-x_1", "file_name": "site.tar", "file_size": 12}
SENT = {"message_id": 5, "from": OLGA, "chat": PRIVATE, "date": 1, "document": DOCUMENT}


def sent(**changes: Any) -> Request:  # noqa: ANN401 - any JSON
    found = parse({"update_id": 7, "message": SENT | changes}, NOW)
    assert isinstance(found, Request)
    return found


def test_the_caption_of_a_document_is_what_is_asked() -> None:
    found = sent(caption="/load")
    assert found.text == "/load"
    assert found.attachment == Attachment("BQAC-x_1", Untrusted("site.tar"), 12)


def test_a_document_without_a_word_comes_in_too() -> None:
    assert sent().text == ""


def test_a_reply_is_about_the_document_that_it_replies_to() -> None:
    found = request(text="/load", reply_to_message=SENT | {"message_id": 4})
    assert found.reply_to == 4
    assert found.attachment == Attachment("BQAC-x_1", Untrusted("site.tar"), 12)


@pytest.mark.parametrize(
    "document",
    [None, 1, [], {}, {"file_id": ""}, {"file_id": "../../x"}, {"file_id": "a" * 513}],
)
def test_what_is_no_document_is_none(document: object) -> None:
    found = parse(message(document=document), NOW)
    assert isinstance(found, Request)
    assert found.attachment is None


@pytest.mark.parametrize("name", [None, 1, "", "x" * 300, "a\ud800b"])
def test_the_name_of_a_document_is_not_believed(name: object) -> None:
    attachment = sent(document=DOCUMENT | {"file_name": name}).attachment
    assert attachment is not None
    assert 0 < len(attachment.name.raw) <= 256
    attachment.name.raw.encode()

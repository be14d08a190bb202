"""What a bot gets to see in a group."""

import httpx
import pytest

from sandbox import Sandbox
from tests.sandbox.conftest import TOKEN, Api, Clock

GROUP = -1001


async def heard(api: Api) -> list[object]:
    """What has reached the bot, once."""
    updates = await api.updates()
    if updates:
        await api.updates(offset=int(str(updates[-1]["update_id"])) + 1)
    return [update["message"].get("text") for update in updates]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "reaches"),
    [
        ("/ps@pierhead_bot", True),
        ("/PS@Pierhead_Bot web", True),
        ("/ps@other_bot", False),
        ("/ps", False),
        ("hello", False),
        ("hello @pierhead_bot", False),
    ],
)
async def test_in_a_group_it_must_be_addressed(
    api: Api, telegram: Sandbox, text: str, *, reaches: bool
) -> None:
    await telegram.group(GROUP, person=42).send(text)
    assert await heard(api) == ([text] if reaches else [])


async def test_a_bare_command_reaches_the_bot_that_was_used_last(
    api: Api, telegram: Sandbox
) -> None:
    group = telegram.group(GROUP, person=42)
    await group.send("/ps@pierhead_bot")
    await group.send("/ps")
    telegram.other_bot_speaks(GROUP)
    await group.send("/logs")
    await api.send(GROUP, "I spoke")
    await group.send("/top")
    assert await heard(api) == ["/ps@pierhead_bot", "/ps", "/top"]


async def test_replies_to_the_bot_reach_it(api: Api, telegram: Sandbox) -> None:
    group = telegram.group(GROUP, person=42)
    await api.send(GROUP, "which one?")
    own = await group.send("not you")
    await group.send("me neither", reply_to=own)
    await group.send("web", reply_to=await group.wait())
    assert await heard(api) == ["web"]


async def test_an_administrator_sees_all(api: Api, telegram: Sandbox) -> None:
    await api.updates(allowed_updates='["message"]')
    telegram.set_bot_status(GROUP, "administrator")
    await telegram.group(GROUP, person=42).send("hello")
    assert await heard(api) == ["hello"]


async def test_without_privacy_it_sees_all(clock: Clock) -> None:
    async with (
        Sandbox(TOKEN, {42: "owner"}, {GROUP: ("Ops", (42,))}, clock=clock, privacy=False) as open_,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        await open_.group(GROUP, person=42).send("hello")
        api = Api(open_, client)
        assert await heard(api) == ["hello"]
        me = await api.result("getMe")
        assert isinstance(me, dict)
        assert me["can_read_all_group_messages"] is True


async def test_an_anonymous_admin_is_the_group(api: Api, telegram: Sandbox) -> None:
    await telegram.group(GROUP, person=42, anonymous=True).send("/ps@pierhead_bot")
    (update,) = await api.updates()
    message = update["message"]
    assert isinstance(message, dict)
    assert message["from"]["username"] == "GroupAnonymousBot"
    assert message["sender_chat"]["id"] == GROUP


async def test_being_removed_and_added_is_told(api: Api, telegram: Sandbox) -> None:
    telegram.set_bot_status(GROUP, "kicked")
    telegram.set_bot_status(GROUP, "member")
    updates = await api.updates()
    kinds = [list(update)[1] for update in updates]
    assert kinds == ["my_chat_member", "my_chat_member", "message"]
    change = updates[0]["my_chat_member"]
    assert isinstance(change, dict)
    assert change["new_chat_member"]["status"] == "kicked"


async def test_who_is_not_in_a_group_cannot_write_there(telegram: Sandbox) -> None:
    telegram.set_member(GROUP, 7, "left")
    with pytest.raises(ValueError, match="is not in chat"):
        await telegram.group(GROUP, person=7).send("hello")


@pytest.fixture(autouse=True)
async def quiet(api: Api) -> None:
    """Nothing is left over from another test."""
    assert await api.updates() == []

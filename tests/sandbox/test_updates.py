"""getUpdates: offsets, waiting, conflicts, kinds, forgetting; and webhooks."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import Sandbox
from sandbox.line import Line
from tests.sandbox.conftest import Api, Clock


async def say(telegram: Sandbox, *texts: str) -> None:
    for text in texts:
        await telegram.private(42).send(text)


def texts(updates: list[dict[str, object]]) -> list[object]:
    return [update["message"]["text"] for update in updates]  # type: ignore[index]


async def test_updates_stay_until_they_are_confirmed(api: Api, telegram: Sandbox) -> None:
    await say(telegram, "one", "two", "three")
    first = await api.updates()
    assert texts(first) == ["one", "two", "three"]
    assert texts(await api.updates(limit=2)) == ["one", "two"]
    offset = int(str(first[0]["update_id"])) + 1
    assert texts(await api.updates(offset=offset)) == ["two", "three"]
    assert texts(await api.updates()) == ["two", "three"]


async def test_a_negative_offset_keeps_the_last(api: Api, telegram: Sandbox) -> None:
    await say(telegram, "one", "two", "three")
    assert texts(await api.updates(offset=-2)) == ["two", "three"]
    assert texts(await api.updates()) == ["two", "three"]


async def test_limits_and_times_out_of_range_are_moved_into_it(api: Api, telegram: Sandbox) -> None:
    await say(telegram, *(str(number) for number in range(101)))
    assert len(await api.updates(limit=1000, timeout=-5)) == 100
    assert len(await api.updates(limit=0)) == 1


async def test_a_poll_waits_for_the_next_update(api: Api, telegram: Sandbox) -> None:
    poll = asyncio.create_task(api.updates(timeout=50))
    await telegram.called("getUpdates")
    assert not poll.done()
    await say(telegram, "now")
    assert texts(await poll) == ["now"]


async def test_the_older_of_two_polls_ends_with_a_conflict(api: Api, telegram: Sandbox) -> None:
    older = asyncio.create_task(api.refused("getUpdates", timeout=50))
    await telegram.called("getUpdates")
    younger = asyncio.create_task(api.updates(timeout=50))
    assert await older == (
        409,
        (
            "Conflict: terminated by other getUpdates request; make sure that only one bot "
            "instance is running"
        ),
    )
    await say(telegram, "for the younger")
    assert texts(await younger) == ["for the younger"]


async def test_who_hangs_up_causes_no_conflict(api: Api, telegram: Sandbox) -> None:
    poll = asyncio.create_task(api.updates(timeout=50))
    await telegram.called("getUpdates")
    poll.cancel()
    with pytest.raises(asyncio.CancelledError):
        await poll
    assert await api.updates() == []


async def test_kinds_are_chosen_and_kept(api: Api, telegram: Sandbox) -> None:
    await api.updates(allowed_updates='["edited_message"]')
    message = await telegram.private(42).send("one")
    await telegram.private(42).edit(message, "two")
    assert [list(update)[1] for update in await api.updates()] == ["edited_message"]
    await api.updates(allowed_updates="[]")
    await say(telegram, "three")
    assert [list(update)[1] for update in await api.updates()] == ["edited_message", "message"]


async def test_updates_are_forgotten_after_a_day_and_taps_after_150_s(
    api: Api, telegram: Sandbox, clock: Clock
) -> None:
    number = await api.send(42, "x")
    await say(telegram, "hello")
    tap = asyncio.create_task(telegram.private(42).tap_data("d", within=1000))
    while not (updates := await api.updates())[1:]:
        pass
    assert updates[1]["callback_query"]["message"]["message_id"] == number  # type: ignore[index]
    clock.pass_(150)
    assert texts(await api.updates()) == ["hello"]
    clock.pass_(24 * 3600 - 151)
    assert texts(await api.updates()) == ["hello"]
    clock.pass_(1)
    assert await api.updates() == []
    tap.cancel()


async def test_a_webhook_forbids_polling(api: Api, telegram: Sandbox) -> None:
    older = asyncio.create_task(api.refused("getUpdates", timeout=50))
    await telegram.called("getUpdates")
    assert await api.result("setWebhook", url="http://127.0.0.1:1/hook")
    assert (await older)[1] == "Conflict: terminated by setWebhook request"
    assert await api.refused("getUpdates") == (
        409,
        (
            "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to "
            "delete the webhook first"
        ),
    )
    await api.result("deleteWebhook")
    assert await api.updates() == []


@pytest.mark.parametrize("url", ["https://example.com/", "http://10.0.0.1/", "http://x", "ftp://"])
async def test_a_webhook_stays_on_this_machine(api: Api, url: str) -> None:
    code, _ = await api.refused("setWebhook", url=url)
    assert code == 400


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[str, "asyncio.Queue[tuple[str, object]]"]]:
    got: asyncio.Queue[tuple[str, object]] = asyncio.Queue()

    async def hook(request: Request) -> Response:
        secret = request.headers["X-Telegram-Bot-Api-Secret-Token"]
        await got.put((secret, json.loads(await request.body())))
        return Response()

    app = Starlette(routes=[Route("/hook", hook, methods=["POST"])])
    config = uvicorn.Config(app, port=0, http=Line().protocol(), lifespan="off", log_config=None)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/hook", got
    await server.shutdown()


async def test_a_webhook_gets_updates_with_its_secret(
    api: Api, telegram: Sandbox, receiver: tuple[str, "asyncio.Queue[tuple[str, object]]"]
) -> None:
    url, got = receiver
    await api.result("setWebhook", url=url, secret_token="s3cret")
    await say(telegram, "one", "two")
    for text in ("one", "two"):
        secret, update = await got.get()
        assert secret == "s3cret"
        assert update["message"]["text"] == text  # type: ignore[index]
    info = await api.result("getWebhookInfo")
    assert isinstance(info, dict)
    assert info["url"] == url

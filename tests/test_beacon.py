"""The monitor elsewhere is called while all is well, and nothing of its address is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web

from bot.beacon import Beacon

KEY = "s3cr3t-k3y"


class Monitor:
    """Counts calls, and answers with a status."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.status = 200
        self.root = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.calls.append(request.path)
        return web.Response(status=self.status, headers={"Location": f"{self.root}/elsewhere"})


@pytest.fixture
async def monitor() -> AsyncIterator[Monitor]:
    made = Monitor()
    app = web.Application()
    app.router.add_get("/{path:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


async def minutes(count: int, url: str, well: Callable[[], bool] = lambda: True) -> None:
    """Let it run for so many calls."""
    rounds = 0

    async def sleep(seconds: float) -> None:
        nonlocal rounds
        assert seconds == 60
        rounds += 1
        if rounds == count:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await Beacon(url, well, sleep).run()


async def test_it_is_called_every_minute(
    monitor: Monitor, caplog: pytest.LogCaptureFixture
) -> None:
    await minutes(3, f"{monitor.root}/{KEY}")
    assert monitor.calls == [f"/{KEY}"] * 3
    assert not caplog.records


async def test_it_is_not_called_while_something_has_stalled(monitor: Monitor) -> None:
    await minutes(3, f"{monitor.root}/{KEY}", lambda: False)
    assert not monitor.calls


@pytest.mark.parametrize(
    ("status", "told"), [(302, "it sends me elsewhere (302)"), (500, "it answers 500")]
)
async def test_what_it_answers_is_told_once(
    monitor: Monitor, caplog: pytest.LogCaptureFixture, status: int, told: str
) -> None:
    monitor.status = status
    await minutes(3, f"{monitor.root}/{KEY}")
    assert monitor.calls == [f"/{KEY}"] * 3
    assert [record.getMessage() for record in caplog.records] == [
        f"the heartbeat_url could not be called: {told}"
    ]


async def test_its_address_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    await minutes(2, f"http://127.0.0.1:1/{KEY}")
    assert len(caplog.records) == 1
    assert KEY not in caplog.text

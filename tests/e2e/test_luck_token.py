"""Somebody else uses the token, or Telegram refuses it; and nobody is shown it."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import httpx
import pytest

from bot.app import App, Console
from bot.config import load
from bot.logs import configure
from bot.terminal import Terminal
from sandbox import Fault, Sandbox
from tests.e2e.conftest import (
    OWNER,
    TOKEN,
    Clock,
    Pierhead,
)
from tests.e2e.luck import called, eventually, logged, outcomes
from tests.private_engine import Engine

SECRET = TOKEN.partition(":")[2]


async def steal(telegram: Sandbox, method: str, **params: str | int) -> None:
    """Somebody else uses the token."""
    async with httpx.AsyncClient(timeout=10) as thief:
        answer = await thief.post(f"{telegram.base_url}/bot{TOKEN}/{method}", data=params)
    assert answer.status_code == 200


async def test_a_second_poller_is_told_recorded_and_stops_changes(
    telegram: Sandbox, pierhead: Pierhead, engine: Engine, tmp_path: Path, clock: Clock
) -> None:
    engine.docker("create", "--name", "web", "busybox")
    async with pierhead.running():
        await called(telegram, "getUpdates")
        await telegram.private(OWNER).ask("/whoami")
        await steal(telegram, "getUpdates", timeout=0)
        await eventually(lambda: any("Somebody else" in told for told in pierhead.told))
        clock.advance(60)
        refused = await telegram.private(OWNER).ask("/restart web")
        assert "Somebody else uses this bot's token" in refused.text
        assert "web" in (await telegram.private(OWNER).ask("/ps")).text
    assert outcomes(tmp_path, "intruder") == ["denied"]
    assert outcomes(tmp_path, "container restart") == ["requested", "denied"]
    assert sum("Somebody else" in told for told in pierhead.told) == 1


async def test_a_webhook_of_somebody_else_is_removed_told_and_stops_changes(
    telegram: Sandbox, pierhead: Pierhead, engine: Engine, tmp_path: Path, clock: Clock
) -> None:
    engine.docker("create", "--name", "web", "busybox")
    async with pierhead.running():
        await called(telegram, "getUpdates")
        await telegram.private(OWNER).ask("/whoami")
        await steal(telegram, "setWebhook", url="http://127.0.0.1:9/")
        await called(telegram, "deleteWebhook")
        clock.advance(60)
        assert "token" in (await telegram.private(OWNER).ask("/restart web")).text
    assert outcomes(tmp_path, "intruder") == ["denied"]


async def test_a_webhook_that_is_there_at_the_start_counts_the_same(
    telegram: Sandbox, pierhead: Pierhead, engine: Engine, tmp_path: Path
) -> None:
    engine.docker("create", "--name", "web", "busybox")
    await steal(telegram, "setWebhook", url="http://127.0.0.1:9/")
    async with pierhead.running():
        assert "token" in (await telegram.private(OWNER).ask("/restart web")).text
    assert outcomes(tmp_path, "intruder") == ["denied"]


async def test_a_wrong_token_at_the_start_leaves_the_bot_up_and_told(
    telegram: Sandbox,
    pierhead: Pierhead,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "123456:BBwrongWRONGwrongWRONGwrongWRONGwro"
    settings = load(None, {**pierhead.environment, "PIERHEAD_TELEGRAM__TOKEN": wrong})
    app = App(settings, Console(pierhead.messages.append), clock, sleep=clock.sleep)
    stop = asyncio.Event()
    running = asyncio.ensure_future(app.run(stop))
    await logged(caplog, "Telegram refuses the token")
    await called(telegram, "getMe", 0, clock)
    assert not running.done()
    stop.set()
    await running
    assert wrong.partition(":")[2] not in caplog.text


async def test_the_token_is_in_no_log_whatever_the_level(
    telegram: Sandbox,
    pierhead: Pierhead,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    for fault in (Fault.cut(), Fault.status(401), Fault.status(502), Fault.retry(1)):
        telegram.fail("*", fault)
    app = App(load(None, pierhead.environment), Console(Terminal().tell), clock, sleep=clock.sleep)
    stop = asyncio.Event()
    running = asyncio.ensure_future(app.run(stop))
    while not app.ready.is_set():
        clock.advance(60)
        await asyncio.sleep(0.01)
    telegram.fail("sendMessage", Fault.cut())
    await telegram.private(OWNER).send("/whoami")
    await called(telegram, "sendMessage")
    await called(telegram, "sendMessage", 2, clock)
    stop.set()
    await running
    assert "Telegram refuses the token" in caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in "".join(capsys.readouterr())


async def test_even_the_http_clients_own_log_is_redacted(
    telegram: Sandbox,
    pierhead: Pierhead,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    app = App(load(None, pierhead.environment), Console(Terminal().tell), clock, sleep=clock.sleep)
    configure("debug", "text", app.redactor)
    try:
        stop = asyncio.Event()
        running = asyncio.ensure_future(app.run(stop))
        await app.ready.wait()
        for name in ("httpx", "httpcore"):
            monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
            logging.getLogger(name).manager._clear_cache()  # type: ignore[attr-defined] # as setLevel does
        await telegram.private(OWNER).ask("/whoami")
        stop.set()
        await running
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    said = capsys.readouterr().err
    assert "HTTP Request: POST" in said
    assert SECRET not in said

"""What is critical and nobody has taken goes by the second channel as well."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.watch import second
from sandbox import Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.luck import count, eventually
from tests.e2e.talk import tap
from tests.e2e.test_alerts import run, saying, started, told
from tests.private_engine import Engine

CRASH = ("sh", "-c", "echo FATAL; sleep 1; exit 3")
KEY = "s3cr3t-k3y"


class Elsewhere:
    """Another channel: takes letters, or refuses them."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str]] = []
        self.status = 200
        self.asked = 0
        self.port = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.status == 200:
            said = json.loads(await request.text())
            self.letters.append((said["title"], said["message"]))
        return web.Response(status=self.status)


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    made = Elsewhere()
    app = web.Application()
    app.router.add_post("/{path:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    yield made
    await runner.cleanup()


@pytest.fixture
def relayed(watching: Pierhead, elsewhere: Elsewhere, tmp_path: Path) -> Pierhead:
    secret = tmp_path / "second"
    secret.write_text(f"json://127.0.0.1:{elsewhere.port}/{KEY}\n")
    watching.file = tmp_path / "config.toml"
    watching.file.write_text(
        f'[watch]\nsecond_file = "{secret}"\n[[alert]]\nname = "exited"\nseverity = "critical"\n'
    )
    return watching


async def test_what_nobody_takes_goes_there_and_so_does_its_end(
    relayed: Pierhead,
    elsewhere: Elsewhere,
    telegram: Sandbox,
    engine: Engine,
    clock: Clock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    phone = telegram.private(OWNER)
    run(engine, "web")
    async with relayed.running():
        await started(tmp_path, clock, 1)
        run(engine, "db", command=CRASH)
        await told(phone, clock, "CRITICAL db@local")
        clock.advance(150)
        assert not elsewhere.letters
        clock.advance(40)
        await eventually(lambda: len(elsewhere.letters) == 1, clock, 0.1)
        engine.docker("rm", "-f", "db")
        await eventually(lambda: len(elsewhere.letters) == 2, clock, 10)
        await eventually(lambda: count(tmp_path, "outbox", "chat = 0 AND state = 'sent'") == 2)
    (title, body), (end, _) = elsewhere.letters
    assert (title, end) == ("CRITICAL db@local", "Resolved: db@local")
    assert body.splitlines()[0] == "Exited with code 3"
    assert "FATAL" not in body
    assert KEY not in caplog.text


async def test_what_somebody_has_taken_does_not_go_there(
    relayed: Pierhead,
    elsewhere: Elsewhere,
    telegram: Sandbox,
    engine: Engine,
    clock: Clock,
    tmp_path: Path,
) -> None:
    phone = telegram.private(OWNER)
    run(engine, "web")
    async with relayed.running():
        await started(tmp_path, clock, 1)
        run(engine, "db", command=CRASH)
        await tap(await told(phone, clock, "CRITICAL db@local"), "I have it")
        await told(phone, clock, "has it. I ask again at")
        clock.advance(600)
        await eventually(lambda: count(tmp_path, "outbox", "state = 'pending'") == 0)
    assert not count(tmp_path, "outbox", "chat = 0")


async def test_one_that_takes_nothing_is_told_once_and_tried_again(
    relayed: Pierhead,
    elsewhere: Elsewhere,
    telegram: Sandbox,
    engine: Engine,
    clock: Clock,
    tmp_path: Path,
) -> None:
    phone, elsewhere.status = telegram.private(OWNER), 500
    run(engine, "web")
    async with relayed.running():
        await started(tmp_path, clock, 1)
        run(engine, "db", command=CRASH)
        await told(phone, clock, "CRITICAL db@local")
        clock.advance(190)
        wrong = await told(phone, clock, "The second channel does not take alerts: json.", 0.1)
        assert KEY not in wrong.text
        await eventually(lambda: elsewhere.asked == 2, clock, 5)
    async with relayed.running():
        await eventually(lambda: elsewhere.asked == 4, clock, 5)
        elsewhere.status = 200
    async with relayed.running():
        await eventually(lambda: len(elsewhere.letters) == 1, clock, 5)
    assert len(saying(phone, "The second channel")) == 1


async def test_one_that_hangs_is_ended(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second, "_PATIENCE", 0.01)
    urls = [f"json://127.0.0.1:{elsewhere.port}/", "nonsense://x"]
    assert await second.handed(urls, {"title": "a", "body": "b"}) == [False, False]
    monkeypatch.setattr(second, "_PATIENCE", 60)
    assert await second.handed(urls, {"title": "a", "body": "b"}) == [True, False]

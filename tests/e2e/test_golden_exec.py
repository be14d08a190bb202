"""What /exec, /attach and their sessions say, to the letter, on a real Engine."""

from __future__ import annotations

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OWNER, RUSSIAN, Clock, Pierhead
from tests.e2e.golden import Goldens
from tests.e2e.talk import ask, shows, tap
from tests.e2e.test_container_exec import ran
from tests.private_engine import Engine

NOTES = "for i in $(seq 30); do echo note $i: nothing to see here; done > /notes"
LINES = "for i in $(seq 20); do echo line $i; done; echo 'FATAL: no disk' >&2; exit 2"
CLOSE = {"en": "Close", "ru": "Закрыть"}


@pytest.fixture(params=["en", "ru"])
def goldens(request: pytest.FixtureRequest) -> Goldens:
    return Goldens(request.param)


@pytest.fixture
def phone(telegram: Sandbox, goldens: Goldens) -> Phone:
    return telegram.private(OWNER if goldens.language == "en" else RUSSIAN)


@pytest.fixture
def web(engine: Engine) -> Engine:
    engine.docker("run", "-d", "--init", "--name", "web", "busybox", "sleep", "1000")
    engine.docker("exec", "web", "sh", "-c", NOTES)
    return engine


async def test_exec(
    pierhead: Pierhead, phone: Phone, web: Engine, goldens: Goldens, clock: Clock
) -> None:
    async with pierhead.running():

        async def check(name: str, line: str) -> None:
            goldens.check(name, await ran(phone, line))

        await check("exec", f'/exec web sh -c "{LINES}"')
        await check("exec-missing", "/exec web psql -l")
        await check("exec-killed", "/exec web sh -c 'kill -9 $$'")
        await check("exec-what", "/exec web")
        await check("exec-background", "/exec -d web sleep 77")
        seen = await shows(await ask(phone, "/exec web sh -c 'echo begun; sleep 78'"), "begun")
        goldens.check("exec-running", seen)
        await tap(seen, "Stop" if goldens.language == "en" else "Остановить")
        goldens.check("exec-stopped", await changed(seen))


async def changed(seen: Seen) -> Seen:
    """The message once its buttons are others."""
    before = seen.buttons
    while seen.buttons == before:
        seen = await seen.changed()
    return seen


async def test_a_session(
    pierhead: Pierhead, phone: Phone, web: Engine, goldens: Goldens, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await shows(await ask(phone, "/exec -it web vi /notes"), "1/30")
        goldens.check("session-vi", seen)
        await phone.send(":q", reply_to=seen)
        goldens.check("session-ended", await changed(seen))
        seen = await shows(await ask(phone, "/exec -i web sh -c 'echo ready; cat'"), "ready")
        goldens.check("session-lines", seen)
        await tap(seen, CLOSE[goldens.language])
        ended = await changed(seen)
        goldens.check("session-closed", ended)
        await phone.send("/help", reply_to=ended)
        told = await phone.wait()
        while told.id == ended.id:
            told = await phone.wait()
        goldens.check("session-over", told)

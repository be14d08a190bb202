"""Rules and silences as they read on a phone, to the letter, at an hour that is made up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from math import nan
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from storage import happenings, history
from storage.database import Database
from storage.happenings import Happening, Kind
from storage.history import HOST, Sample
from tests.e2e.conftest import OWNER, RUSSIAN, TOKEN, Clock
from tests.e2e.golden import Goldens
from tests.e2e.measured import flat, measured, minutes
from tests.e2e.talk import MORNING, Morning, Played, ask, played, tap
from tests.hosts.scripted import answer, row

STEP = 15.0


@pytest.fixture
def clock() -> Clock:
    clock = Morning()
    clock.stop()
    return clock


@pytest.fixture(params=["en", "ru"])
def goldens(request: pytest.FixtureRequest) -> Goldens:
    return Goldens(request.param)


@pytest.fixture
def phone(goldens: Goldens, telegram: Sandbox) -> Phone:
    return telegram.private(OWNER if goldens.language == "en" else RUSSIAN)


@pytest.fixture
async def world(telegram: Sandbox, tmp_path: Path, clock: Clock) -> AsyncIterator[Played]:
    async with played(telegram, tmp_path, clock, PIERHEAD_FEATURES__WATCH="true") as world:
        world.engine.scripts["GET /containers/json"] = answer([row()])
        yield world


async def has_fired(folder: Path, rule: str, name: str, at: float, until: float | None) -> None:
    """Store that an alert has, as the bot does."""
    one = Happening(int(TOKEN.partition(":")[0]), "local", Kind.ALERT, name, at, rule, until=until)
    database = await Database.open(f"sqlite:///{folder / 'bot.db'}", ballast=0)
    await database.write(lambda c: happenings.note(c, [one]))
    await database.close()


async def remember(folder: Path, name: str, cpu: list[float], since: float) -> None:
    """Store what a container has used, as the bot does, in blocks of five minutes."""
    samples = [
        Sample(since + n * STEP, (value, 1e6, nan, nan, nan, nan, 3.0))
        for n, value in enumerate(cpu)
    ]
    blocks = [
        history.raw_block("local", name, samples[n : n + 20]) for n in range(0, len(samples), 20)
    ]
    database = await Database.open(f"sqlite:///{folder / 'bot.db'}", ballast=0)
    await database.write(lambda c: history.add(c, blocks))
    await database.close()


@pytest.mark.usefixtures("world")
async def test_rules(goldens: Goldens, phone: Phone) -> None:
    line = "/alert add cpu > 80% clear cpu < 70% for 5m keep 2m on web* severity critical repeat 4h"
    goldens.check("rule-added", await ask(phone, line))
    goldens.check("rule-built-in", await ask(phone, "/alert show restart-loop"))
    goldens.check("rules", await ask(phone, "/alert rules"))
    goldens.check("rule-remove", await ask(phone, "/alert rm cpu-web"))


@pytest.mark.usefixtures("world")
async def test_silences(goldens: Goldens, phone: Phone) -> None:
    made = await ask(phone, '/silence web* project:media for 2h --rule oom --comment "new disk"')
    goldens.check("silence", made)
    goldens.check("silences", await ask(phone, "/silences"))


@pytest.mark.usefixtures("world")
async def test_the_past(goldens: Goldens, phone: Phone, tmp_path: Path) -> None:
    await ask(phone, "/alert add cpu > 80% for 5m on web*")
    busy = [10.0] * 40 + [95.0] * 60 + [10.0] * 40
    await remember(tmp_path, "web-1", busy * 2, MORNING - 6 * 3600)
    await remember(tmp_path, "db-1", [99.0] * 100, MORNING - 6 * 3600)
    goldens.check("rule-tested", await ask(phone, "/alert test cpu-web"))
    shown = await ask(phone, "/alert show cpu-web")
    phone.unseen()
    await tap(shown, shown.buttons[0][1])
    assert (await phone.wait()).text.splitlines()[0].startswith("cpu-web")
    goldens.check("rule-tested-week", await ask(phone, "/alert test cpu-web --since 7d"))
    await has_fired(tmp_path, "oom", "db-1", MORNING - 7200, MORNING - 7000)
    await has_fired(tmp_path, "oom", "web-1", MORNING - 600, None)
    goldens.check("rule-not-replayed", await ask(phone, "/alert test oom"))
    measured(tmp_path, HOST, minutes(MORNING - 7200, MORNING - 3600), disk=flat(96))
    goldens.check("rule-of-host", await ask(phone, "/alert test disk-critical"))
    goldens.check("rule-not-fired", await ask(phone, "/alert test exited"))
    await ask(phone, "/alert add mem > 90%")
    goldens.check("rule-no-share", await ask(phone, "/alert test mem"))
    await ask(phone, "/alert add cpu > 50% on cache*")
    goldens.check("rule-nothing-stored", await ask(phone, "/alert test cpu-cache"))


async def test_only_so_many_are_replayed(world: Played, tmp_path: Path) -> None:
    phone = world.telegram.private(OWNER)
    for n in range(21):
        await remember(tmp_path, f"job-{n}", [1.0], MORNING - 3600)
    await ask(phone, "/alert add cpu > 1% on job*")
    refused = await ask(phone, "/alert test cpu-job --since 2h")
    assert refused.text.splitlines()[:2] == [
        "It is about 21 containers on local; I can replay 20.",
        "Narrow it: /alert edit cpu-job on web*.",
    ]
    long = await ask(phone, "/alert test cpu-job --since 8d")
    assert long.text.splitlines()[0] == "Write since when, 7 days at most: --since 24h."

"""`/upgrade` out of luck: no way back, a database that takes nothing, an Engine that is silent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.errors import DockerFault
from bot.hosts.creation import Creation
from bot.message import msg
from bot.pipeline.journal import Journal as Calls
from handlers.container.upgrade import journal
from sandbox import Phone, Sandbox, Seen
from storage import upgrades
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.luck import Between, outcomes
from tests.e2e.making import inspected, names
from tests.e2e.pushing import build, published
from tests.e2e.talk import ask, later, tap
from tests.e2e.test_luck_database import refuse
from tests.e2e.test_upgrade import CHECK, WELL, agreed, end, running
from tests.private_engine import Engine

FOR_EVER = 10_000
UNWRITTEN = "I can't write it down: the database is locked or its disk is full."


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


@pytest.fixture
def web(engine: Engine) -> Engine:
    build(engine, "app", "1", WELL, "VOLUME /data")
    engine.docker("run", "-d", "--name", "web", "app")
    engine.docker("exec", "web", "sh", "-c", "echo kept > /data/file")
    build(engine, "app", "2", WELL, "VOLUME /data")
    return engine


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_PAUSE", 0.01)


def as_it_was(engine: Engine) -> None:
    found = inspected(engine, "web")
    assert names(engine) == running(engine) == {"web"}
    assert "VERSION=1" in found["Config"]["Env"]
    assert engine.docker("exec", "web", "cat", "/data/file") == "kept"


async def stuck(phone: Phone, engine: Engine) -> Seen:
    """The new one is not well, and somebody has the name of the old one."""
    build(engine, "app", "2", f"{CHECK} sleep 3; false", "VOLUME /data")
    question = await ask(phone, "/upgrade --no-pull web")
    await tap(question, "Upgrade web@local")
    seen = await end(phone, question, "has to be well")
    engine.docker("rename", "web", "moved")
    engine.docker("create", "--name", "web", "busybox")
    return await end(phone, seen, "? upgrade")


async def test_a_way_back_that_failed_is_gone_again_at_the_next_start(
    pierhead: Pierhead, phone: Phone, web: Engine, tmp_path: Path
) -> None:
    async with pierhead.running():
        seen = await stuck(phone, web)
    told = seen.text.splitlines()
    assert told[:2] == ["? upgrade web@local", "It could not go back to the old one."]
    assert told[-1].startswith("Put that right, and I try again when I start next")
    web.docker("rm", "web")
    async with pierhead.running():
        seen = await phone.wait(within=30)
        told = seen.text.splitlines()
        assert told[:2] == ["web@local: upgrade undone", "I tried once more to go back."]
        as_it_was(web)
    async with pierhead.running():
        assert "everything" in (await ask(phone, "/whoami")).text
    assert outcomes(tmp_path, "container upgrade") == [
        *("requested", "awaiting", "started", "unknown"),
        *("started", "failed"),
    ]


async def test_it_is_tried_a_few_times_and_then_left(
    pierhead: Pierhead, phone: Phone, web: Engine, tmp_path: Path
) -> None:
    async with pierhead.running():
        await stuck(phone, web)
    for start in range(2, 6):
        async with pierhead.running():
            told = (await phone.wait(within=30)).text.splitlines()
            assert told[1] == "It could not go back to the old one."
            assert told[-1].startswith("I don't try it again" if start == 5 else "Put that right")
    web.docker("rm", "web")
    async with pierhead.running():
        assert "everything" in (await ask(phone, "/whoami")).text
        assert not running(web)
    assert outcomes(tmp_path, "container upgrade").count("started") == 5


async def test_it_waits_for_an_engine_that_is_not_there_at_the_start(
    pierhead: Pierhead, phone: Phone, web: Engine, tmp_path: Path
) -> None:
    async with pierhead.running():
        await stuck(phone, web)
    web.docker("rm", "web")
    between = Between(tmp_path / "docker.sock", web.url)
    pierhead.environment["PIERHEAD_HOSTS__LOCAL__URL"] = between.url
    async with pierhead.running():
        assert "everything" in (await ask(phone, "/whoami")).text
        assert not running(web)
        await between.open()
        later(phone, 60)
        seen = await phone.wait(within=30)
        assert seen.text.startswith("web@local: upgrade undone")
        as_it_was(web)
    await between.close()


async def test_where_both_were_removed_nothing_is_promised(
    pierhead: Pierhead, phone: Phone, web: Engine
) -> None:
    async with pierhead.running():
        build(web, "app", "2", f"{CHECK} sleep 3; false")
        question = await ask(phone, "/upgrade --no-pull web")
        await tap(question, "Upgrade web@local")
        seen = await end(phone, question, "has to be well")
        web.docker("rm", "-f", *names(web))
        seen = await end(phone, seen, "Not upgraded")
    assert seen.text.splitlines() == [
        "Not upgraded: web@local",
        "Neither the old one nor the new one is there any more.",
    ]


# The steps as they are written down, and how many of them are.
@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("written", range(4))
async def test_what_can_not_be_written_down_is_not_done(
    pierhead: Pierhead,
    phone: Phone,
    web: Engine,
    monkeypatch: pytest.MonkeyPatch,
    written: int,
) -> None:
    before = inspected(web, "web")
    refuse(monkeypatch, upgrades, "save", times=FOR_EVER, after=written)
    async with pierhead.running():
        seen = await agreed(phone, "/upgrade --no-pull web")
    told = seen.text.splitlines()
    assert told[:2] == ["web@local: upgrade undone", UNWRITTEN]
    as_it_was(web)
    started = inspected(web, "web")["State"]["StartedAt"]
    if written < 3:
        assert told[2] == "The old one is as it was."
        assert started == before["State"]["StartedAt"]
    else:  # the new one had been started
        assert told[2].startswith("The old one is back, after ")
        assert started > before["State"]["StartedAt"]


@pytest.mark.usefixtures("hasty")
async def test_what_can_not_be_written_down_is_not_pulled(
    pierhead: Pierhead,
    phone: Phone,
    engine: Engine,
    registry: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = f"{registry}/shop/full:1"
    pierhead.file = tmp_path / "config.toml"
    pierhead.file.write_text(f'[registries."{registry}"]\n')
    published(engine, name, "1")
    engine.docker("run", "-d", "--name", "web", name)
    published(engine, name, "2", elsewhere=True)
    refuse(monkeypatch, upgrades, "save", times=FOR_EVER)
    async with pierhead.running():
        seen = await agreed(phone, "/upgrade web")
    told = ["Not upgraded: web@local", UNWRITTEN, "Nothing was changed."]
    assert seen.text.splitlines() == told
    assert engine.docker("inspect", "-f", "{{.Id}}", name) == inspected(engine, "web")["Image"]


@pytest.mark.usefixtures("hasty")
async def test_what_is_not_written_down_as_well_does_not_cost_the_old_one(
    pierhead: Pierhead, phone: Phone, web: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, upgrades, "save", times=FOR_EVER, after=4)
    async with pierhead.running():
        seen = await agreed(phone, "/upgrade --no-pull web")
    (kept,) = names(web) - {"web"}
    assert seen.text.splitlines()[:2] == ["Upgraded web@local: app", UNWRITTEN]
    assert seen.text.splitlines()[-1] == f"The old one could not be removed: {kept}"
    assert running(web) == {"web"}
    assert "VERSION=2" in inspected(web, "web")["Config"]["Env"]


async def test_a_wait_for_the_database_can_be_cancelled(
    pierhead: Pierhead, phone: Phone, web: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_TRIES", FOR_EVER)
    refuse(monkeypatch, upgrades, "save", times=FOR_EVER)
    async with pierhead.running():
        question = await ask(phone, "/upgrade --no-pull web")
        await tap(question, "Upgrade web@local")
        seen = await end(phone, question, "the new one is made")
        assert await tap(seen, "Cancel") == "Stopping."
        seen = await end(phone, seen, "undone")
    assert "It was stopped while I could not write it down." in seen.text
    assert "The old one is as it was." in seen.text
    as_it_was(web)


@pytest.mark.parametrize("ours", [True, False])
async def test_one_that_is_made_after_all_is_removed_by_the_next_start(
    pierhead: Pierhead,
    phone: Phone,
    web: Engine,
    monkeypatch: pytest.MonkeyPatch,
    *,
    ours: bool,
) -> None:
    async def silent(*_: object) -> None:
        raise DockerFault(msg("unknown"), unknown=True)

    with monkeypatch.context() as patch:
        patch.setattr(Creation, "create", silent)
        async with pierhead.running():
            seen = await agreed(phone, "/upgrade --no-pull web")
    assert seen.text.startswith("? upgrade web@local")
    assert "The old one is as it was." in seen.text
    found = re.search(r"(web-new-\w+) may still be made. I remove it when I start next.", seen.text)
    assert found, seen.text
    label = ("--label", f"pierhead.made={found[1]}") if ours else ()
    web.docker("create", "--name", found[1], *label, "app")
    async with pierhead.running():
        seen = await phone.wait(within=30)
        assert seen.text.splitlines() == [
            "web@local: upgrade undone",
            "I tried once more to go back.",
            "The old one is as it was.",
        ]
    assert names(web) == ({"web"} if ours else {"web", found[1]})
    assert running(web) == {"web"}


async def test_one_of_which_the_engine_says_nothing_is_known_by_its_label(
    pierhead: Pierhead, phone: Phone, web: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = Creation.create

    async def cut(creation: Creation, body: dict[str, object], name: str, platform: None) -> None:
        await create(creation, body, name, platform)
        raise DockerFault(msg("unknown"), unknown=True)

    monkeypatch.setattr(Creation, "create", cut)
    async with pierhead.running():
        seen = await agreed(phone, "/upgrade --no-pull web")
    assert seen.text.splitlines()[0] == "web@local: upgrade undone"
    as_it_was(web)


async def test_one_of_several_that_went_does_not_keep_the_others(
    pierhead: Pierhead,
    phone: Phone,
    web: Engine,
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
) -> None:
    web.docker("run", "-d", "--name", "side", "busybox", "sleep", "99")
    build(web, "other", "1")
    web.docker("run", "-d", "--name", "late", "other")
    build(web, "other", "2")
    started = Calls.started

    async def gone(calls: Calls, call: object) -> None:
        await started(calls, call)  # type: ignore[arg-type]  # handed on
        web.docker("rm", "-f", "late")

    monkeypatch.setattr(Calls, "started", gone)
    async with pierhead.running():
        question = await ask(phone, "/upgrade --no-pull web late")
        await tap(question, "Upgrade 2 on local")
        seen = await end(phone, question, " done")
    assert seen.text.startswith("local: 1 of 2 done")
    assert "Not upgraded: late@local" in seen.text
    assert "Upgraded web@local: app" in seen.text
    assert "VERSION=2" in inspected(web, "web")["Config"]["Env"]

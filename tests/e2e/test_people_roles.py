"""Who may do what: a viewer, an operator, a stranger, and what they try."""

from __future__ import annotations

from pathlib import Path

from sandbox import Sandbox
from tests.e2e.conftest import OPERATOR, OWNER, STRANGER, VIEWER, Clock, Pierhead
from tests.e2e.talk import ask, played, verdict
from tests.private_engine import Engine

READS = ("/ps", "/logs web", "/top web", "/images", "/df", "/info", "/version", "/hosts")
DAILY = ("/stop", "/start", "/restart -t 0", "/kill", "/pause", "/unpause")
OWNERS = (
    "/rm -f web",
    "/docker container rm -f web",
    "/container_rm -f web",
    "/rm@pierhead_bot -f web",
    "/RM -f=true web",
    "/rename web other",
    "/prune -a --volumes",
    "/container prune",
    "/image prune -a",
    "/volume prune -a",
    "/network prune",
    "/audit",
)


def seen_by(engine: Engine) -> str:
    return engine.docker("inspect", "-f", "{{.Id}} {{.Name}} {{.State}}", "web")


async def test_a_viewer_changes_nothing(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    engine.docker("volume", "create", "data")
    before = seen_by(engine)
    async with pierhead.running():
        phone = telegram.private(VIEWER)
        for line in READS:
            assert not (await verdict(phone, line)).startswith("Not done")
        for line in (*OWNERS, *(f"{verb} web" for verb in DAILY), "/stop"):
            denied = await ask(phone, line)
            assert denied.text.startswith("Not done: ")
            assert "You are viewer. It needs " in denied.text
            assert "owner (…0042)" in denied.text
            assert denied.text.endswith("can do it.\nNothing was changed.")
            assert denied.buttons == []
            assert denied.tappable == []
    assert seen_by(engine) == before
    assert engine.docker("volume", "ls", "-q") == "data"


async def test_an_operator_runs_and_removes_nothing(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    before = engine.docker("inspect", "-f", "{{.Id}} {{.Name}}", "web")
    async with pierhead.running():
        phone = telegram.private(OPERATOR)
        assert await verdict(phone, "/restart -t 0 web") == "Restarted web@local."
        for line in OWNERS:
            assert (await ask(phone, line)).text.startswith("Not done: ")
    assert engine.docker("inspect", "-f", "{{.Id}} {{.Name}}", "web") == before


async def test_a_role_counts_on_its_hosts(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    pierhead.environment |= {
        "PIERHEAD_HOSTS__NAS__URL": "unix:///nowhere/docker.sock",
        f"PIERHEAD_ACCESS__PEOPLE__{OPERATOR}__HOSTS": "nas",
    }
    async with pierhead.running():
        phone = telegram.private(OPERATOR)
        denied = await ask(phone, "/restart @local web")
        assert denied.text.startswith("Not done: restart web@local\n")
        assert "It needs container.restart on local." in denied.text
        assert await verdict(phone, "/ps @local") == "Not done: list the containers of local"
        assert await verdict(phone, "/ps @nas") == "Docker on nas can't be reached."
        assert "On nas." in (await ask(phone, "/whoami")).text


async def test_nothing_is_changed_on_a_read_only_host(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    before = seen_by(engine)
    async with pierhead.running(read_only=True) as app:
        phone = telegram.private(OWNER)
        assert await verdict(phone, "/ps") == "local: all well"
        for line in ("/restart web", "/rm -f web", "/prune"):
            assert "local is read-only here." in (await ask(phone, line)).text
        assert "Prune" not in str((await ask(phone, "/df")).buttons)
        assert seen_by(engine) == before
        app.policy.allow_writes()
        assert await verdict(phone, "/restart -t 0 web") == "Restarted web@local."


async def test_a_stranger_costs_nothing(telegram: Sandbox, tmp_path: Path, clock: Clock) -> None:
    async with played(telegram, tmp_path, clock) as world:
        stranger, owner = telegram.private(STRANGER), telegram.private(OWNER)
        sorry = await ask(stranger, "/ps")
        assert sorry.text.splitlines() == [
            "I don't know you.",
            "Your id is 666. An owner can add it.",
        ]
        for line in ("/ps", "/restart web", "/start _x", "hello"):
            await stranger.send(line)
        assert (await ask(owner, "/whoami")).text.startswith("You are owner")
        assert stranger.unseen() == []
        assert world.engine.asked == []
        clock.advance(3601)
        assert (await ask(stranger, "/ps")).text.startswith("I don't know you.")
        assert stranger.menu == []

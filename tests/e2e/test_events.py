"""/events: what happened, and what happens, in one message that is edited."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, VIEWER, Clock, Pierhead
from tests.e2e.talk import ask, folded, later, played, screen, shows, tap, verdict
from tests.hosts.scripted import CID, answer, in_turn, streamed
from tests.hosts.test_events import line
from tests.private_engine import Engine

REMEMBERED = "Docker remembers its last 256."


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


def run(engine: Engine, name: str) -> None:
    engine.docker("run", "-d", "--name", name, "busybox", "sleep", "1000")


async def test_what_happened(
    pierhead: Pierhead, phone: Phone, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker("volume", "create", "data")
    run(engine, "web")
    engine.docker("exec", "web", "true")
    engine.docker("kill", "web")
    engine.docker("wait", "web")
    async with pierhead.running():
        seen = await ask(telegram.private(VIEWER), "/events --since 1h --until 0s")
        lines = [re.split(r"  +", line) for line in screen(seen)]
        assert re.fullmatch(r"local: \d+ events", lines[0][0])
        found = [(name, what) for name, what, clock in lines[1:-2]]
        for event in (("web", "start"), ("web", "kill 9"), ("web", "die 137")):
            assert event in found
        left, remembered = (row[0] for row in lines[-2:])
        # The Engine has others of earlier tests as well.
        assert re.fullmatch(r"Left out: \d+ of exec, which -f event=exec_start shows\.", left)
        assert remembered == REMEMBERED
        assert all(re.fullmatch(r"\d\d:\d\d:\d\d", clock) for _, _, clock in lines[1:-2])
        assert seen.buttons == [["Refresh", "As a file", "Follow"]]
        await tap(seen, "As a file")
        file = await seen.phone.wait()
        while file.document is None:
            file = await seen.phone.wait()
        name, content = file.document
        assert name == "events.txt"
        asked = ("events", "--since", "1h", "--until", "0s", "-f", "container=web")
        ids = [word for word in engine.docker(*asked).split() if len(word) == 64]
        rows = [re.split(r"  +", row) for row in content.decode().splitlines()]
        mine = [row for row in rows if "name=web" in row[-1].split(", ")]
        assert len([row for row in mine if row[1] == "container"]) >= len(ids) > 5
        assert any(row[2].startswith("exec_start") for row in mine)
        assert any(row[2] == "die" and "exitCode=137" in row[-1] for row in mine)
        refused = await ask(phone, "/events --no-trunc")
        assert refused.text.startswith("--no-trunc needs --until.")
        volume = await ask(phone, "/docker events --since 1h --until 0s -f type=volume")
        assert screen(volume)[0].startswith("local: ")
        assert re.search(r"^volume data +create +\d\d:", volume.text, re.MULTILINE)
        died = await ask(
            phone, "/system events --since=1h --until=0s -f event=die -f container=web"
        )
        assert re.fullmatch(r"web +die 137 +\d\d:\d\d:\d\d", screen(died)[-2])
        ran = await ask(phone, "/events --since 1h --until 0s --filter event=exec_die")
        assert re.search(r"^web +exec_die +\d\d:", ran.text, re.MULTILINE)
        nothing = await ask(phone, "/events --since 1h --until 0s -f container=nope")
        assert nothing.text.splitlines() == ["local: nothing that Docker remembers", REMEMBERED]
        assert await verdict(phone, "/events --until 2150-01-01") == "--until is still to come."
        assert await verdict(phone, "/events --since 1m --until 1h") == "--since is after --until."
        assert await verdict(phone, "/events -f colour=red") == "There is no filter colour=red."
        assert await verdict(phone, "/events web") == "web is one word too many."


async def test_what_happens(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/events -f type=container")
        assert seen.text == "local: following\nNothing happened yet."
        assert seen.buttons == [["Stop following"]]
        run(engine, "web")
        grown = await shows(seen, "start")
        assert grown.id == seen.id
        assert re.search(
            r"^web +create +\d\d:\d\d:\d\d\nweb +start +\d\d:", grown.text, re.MULTILINE
        )
        engine.docker("exec", "web", "true")
        noisy = await shows(grown, "Those of exec are left out.")
        assert "exec_" not in noisy.text
        assert await tap(noisy, "Stop following") == "Stopping."
        done = await shows(noisy, "You ended it.")
        assert done.text.startswith("local: no longer following\nweb")
        assert done.buttons == [["Follow"]]
        run(engine, "db")
        assert "db" not in done.text
        past = await ask(phone, "/events --since 1h -f container=db")
        assert re.search(r"^db +start ", (await shows(past, "start")).text, re.MULTILINE)
        await ask(phone, "/cancel")


async def test_it_ends_when_the_time_is_over(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/events")
        later(phone, 600)
        done = await shows(seen, "no longer")
        assert done.text == ("local: no longer following\nI follow for 10 min at most.")


async def test_a_gap_and_an_engine_that_goes(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        phone = telegram.private(OWNER)
        world.engine.scripts["GET /events"] = in_turn(
            streamed(line(1), cut=True), streamed(line(9, "die")), answer({"message": "no"}, 400)
        )
        seen = await ask(phone, "/events")
        for _ in range(4):
            later(phone, 40)
            seen = await seen.changed() if "refuses" not in seen.text else seen
        done = await shows(seen, "refuses")
        assert [row.split("  ")[0] for row in done.text.splitlines()] == [
            "local: no longer following",
            "web",
            "Some may be missing here.",
            "web",
            "Docker on local refuses: no",
        ]
        assert await verdict(phone, "/events") == "Docker on local refuses: no"


async def test_hostile_names_are_shown_as_they_are(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        phone = telegram.private(OWNER)
        world.engine.scripts["GET /info"] = answer({})
        name = "\u202e@someone /rm \x1b[31m"
        odd = line(
            1, "exec_create: echo DB_PASSWORD=hunter2 <b>", Actor={"Attributes": {"name": name}}
        )
        many = b"".join(line(n, f"a{n}") for n in range(2, 100))
        world.engine.scripts["GET /events"] = streamed(odd + many)
        seen = await ask(phone, "/events --until 0s -f event=exec_create")
        assert screen(seen)[0] == "local: 99 events"
        assert len(screen(seen)) <= 15
        assert "and 27 more before" in folded(seen)
        assert seen.tappable == []
        world.engine.scripts["GET /events"] = streamed(odd)
        seen = await ask(phone, "/events --until 0s -f event=exec_create")
        assert "\n\\u202e@so…" in seen.text
        assert "hunter2" not in seen.text
        assert CID not in seen.text
        assert seen.tappable == []


async def test_more_than_a_screen_is_a_file(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    """Also where some may be missing, which is told."""
    async with played(telegram, tmp_path, clock) as world:
        too_long = line(0, "x" * 300_000)
        events = (line(n) for n in range(1, 201))
        world.engine.scripts["GET /info"] = answer({})
        world.engine.scripts["GET /events"] = streamed(too_long, *events)
        seen = await ask(phone, "/events --since 1h --until 0s")
        assert "and 128 more before" in seen.text
        whole = await ask(phone, "/events --since 1h --until 0s --no-trunc")
        assert whole.text.splitlines() == ["local: 200 events", "Some may be missing here."]
        file = await phone.wait()
        assert file.document is not None
        assert len(file.document[1].decode().splitlines()) == 200

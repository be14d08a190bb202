"""/ps: what needs the reader first, one line a stack, the whole list folded below it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.talk import Played, ask, folded, played, screen, tap, verdict
from tests.hosts.scripted import answer, row
from tests.private_engine import Engine

LIST = "GET /containers/json"


def many(count: int, **fields: object) -> list[dict[str, object]]:
    return [
        row(Id=f"{n:064x}", Names=[f"/app-{n:04}"], Created=1_700_000_000 + n, **fields)
        for n in range(count)
    ]


def down(name: str, code: int) -> dict[str, object]:
    digits = name.encode().hex().ljust(64, "0")
    return row(
        Id=digits, Names=[f"/{name}"], State="exited", Status=f"Exited ({code}) 4 minutes ago"
    )


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


async def test_a_mixed_fleet_of_a_real_engine(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    def run(name: str, *more: str, command: str = "sleep 1000") -> None:
        options = ("run", "-d", "--name", name, *more, "busybox", "sh", "-c", command)
        engine.docker(*options, check=False)

    stack = ("--label", "com.docker.compose.project=media")
    run("web", *stack)
    run("broken", *stack, command="exit 3")
    run("finished", command="true")
    run("looping", "--restart", "always", command="exit 1")
    run("frozen")
    engine.docker("pause", "frozen")
    engine.docker("create", "--name", "never", "busybox")
    check = ("--health-cmd", "false", "--health-interval", "50ms", "--health-retries", "1")
    run("sick", *check)
    async with pierhead.running():
        seen = await ask(phone, "/ps")
        while not seen.text.startswith("local: 3 of 6 need you\n"):  # the check takes its time
            seen = await ask(phone, "/ps")
        bad = screen(seen)[1:4]
        assert [line.split()[:2] for line in bad] == [
            ["x", "broken"],
            ["x", "looping"],
            ["!", "sick"],
        ]
        assert "exited 3" in bad[0]
        assert screen(seen)[4:] == ["media 1/2 ok", "others 0/4 ok"]
        whole = folded(seen)
        assert "● web" in whole
        assert re.search(r"frozen +paused$", whole, re.MULTILINE)
        assert re.search(r"never +never started$", whole, re.MULTILINE)
        assert "finished" not in whole
        assert seen.buttons == [
            ["broken", "looping"],
            ["sick"],
            ["All 7", "Open…", "Stack…", "Refresh"],
        ]
        assert seen.tappable == []
        await tap(seen, "broken")
        card = await phone.wait()
        assert card.text.startswith("broken@local: exited 3")
        everything = await ask(phone, "/ps -a")
        assert "finished  exited 0" in folded(everything)
        engine.docker("rm", "-f", "broken", "looping", "sick")
        await tap(seen, "Refresh")
        better = await seen.changed()
        assert better.id == seen.id
        assert better.text.startswith("local: all well\n")
        assert better.buttons == [["All 4", "Open…", "Stack…", "Refresh"]]
        phone.unseen()
        await tap(better, "Open…")
        which = await phone.wait()
        assert which.text == "/container_card: which container on local?"
        await tap(which, "web")
        assert (await phone.wait()).text.startswith("web@local: up ")


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("/ps -n 2", "local: 2 containers, all well"),
        ("/ps --filter name=web", "local: 1 container, it is well"),
        ("/ps -f label=tier=db -f status=running", "local: no containers"),
    ],
)
async def test_a_part_is_never_told_as_the_whole(
    pierhead: Pierhead, phone: Phone, engine: Engine, line: str, first: str
) -> None:
    for name in ("web", "db"):
        engine.docker("run", "-d", "--name", name, "busybox", "sleep", "1000")
    async with pierhead.running():
        assert await verdict(phone, line) == first
        ids = await ask(phone, "/ps -q")
    assert ids.text.splitlines()[1:] == engine.docker("ps", "-q").splitlines()


async def test_what_is_asked_of_the_engine(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts[LIST] = answer([*many(2), down("old", 0)])
        await ask(phone, "/ps -a --filter status=exited --filter name=web --sort image")
        asked = [r for r in world.engine.seen if str(r) == LIST]
        assert len(asked) == 1
        assert json.loads(asked[0].query["filters"]) == {"status": ["exited"], "name": ["web"]}
        for wrong, said in (
            ("/ps --filter colour=red", "There is no filter colour=red."),
            ("/ps --sort age", "age is none of these: name, created, state, image, size."),
            ("/ps --show bad", "bad is none of these: all, urgent, running, stopped."),
            ("/ps -n 1001", "1001 does not fit here."),
            ("/ps -n x", "x does not fit here."),
            ("/ps -q --format json", "--quiet and --format don't go together."),
            ("/ps --format '{{.Colour}}'", "There is no field .Colour."),
            ("/ps --format '{{if .ID}}'", "A template can't have if here."),
            ("/ps web", "web is one word too many."),
            ("/ps --al", "There is no option --al."),
            ("/ps @nas", "There is no host nas."),
        ):
            assert await verdict(phone, wrong) == said
        assert len([r for r in world.engine.seen if str(r) == LIST]) == 1


@pytest.mark.parametrize("count", [0, 1, 40])
async def test_few(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock, count: int
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts[LIST] = answer(many(count))
        seen = await ask(phone, "/ps")
    assert screen(seen) == (
        ["local: all well", f"{count} of {count} ok"] if count else ["local: no containers"]
    )
    assert seen.buttons == ([[f"All {count}", "Open…", "Refresh"]] if count else [["Refresh"]])
    assert len(folded(seen).splitlines()) == count


async def test_many_have_pages(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts[LIST] = answer([*many(150), *(down(f"z{n}", 1) for n in range(9))])
        seen = await ask(phone, "/ps")
        assert seen.text.startswith("local: 9 of 159 need you\n")
        assert "and 1 more below" in screen(seen)
        assert folded(seen).splitlines()[0].startswith("x z0")
        assert "and 119 more" in folded(seen)
        assert seen.buttons == [["z0", "z1"], ["z2", "z3"], ["All 159", "Open…", "Refresh"]]
        await _pages_turn_in_place(world, phone)


async def _pages_turn_in_place(world: Played, phone: Phone) -> None:
    seen = phone.history[-1]
    await tap(seen, "All 159")
    first = await seen.changed()
    assert first.text.splitlines()[:2] == ["local: 159 containers", "Page 1 of 11"]
    assert first.buttons == [
        ["Page 2", "Open…"],
        ["Need you 9", "Running 150", "Stopped 9"],
        ["Newest first", "By state", "By image"],
        ["Overview", "Ports", "Sizes", "Refresh"],
    ]
    assert len(screen(first)) == 2 + 15
    assert folded(first) == ""
    await tap(first, "Page 2")
    second = await first.changed()
    assert "app-0015" in second.text
    assert second.buttons[0] == ["Page 1", "Page 3", "Open…"]
    await tap(second, "Need you 9")
    urgent = await second.changed()
    assert urgent.text.splitlines()[:2] == [
        "local: 9 containers need you",
        "x z0  exited 1 · 4 min",
    ]
    assert urgent.buttons[:4] == [
        ["z0", "z1"],
        ["z2", "z3"],
        ["Open…"],
        ["All 159", "Running 150", "Stopped 9"],
    ]
    await tap(urgent, "Running 150")
    running = await urgent.changed()
    assert running.text.startswith("local: 150 containers run\nPage 1 of 10\n● app-0000")
    await tap(running, "Newest first")
    newest = await running.changed()
    assert newest.text.splitlines()[2].startswith("● app-0149")
    assert newest.buttons[2] == ["By name", "By state", "By image"]
    await tap(newest, "Overview")
    assert (await newest.changed()).text.startswith("local: 9 of 159 need you\n")
    assert len(phone.history) == 2
    last = await ask(phone, "/ps --page 99")
    assert last.text.splitlines()[1] == "Page 11 of 11"


async def test_five_thousand_with_hostile_names(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    hostile = row(
        Id="f" * 64,
        Names=["/a<b>&\x1b[31m\u202e@bot"],
        State="dead",
        Status="Dead",
        Labels={"com.docker.compose.project": "@someone example.com /rm"},
    )
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts[LIST] = answer([*many(4999), hostile])
        seen = await ask(phone, "/ps")
        assert seen.text.startswith("local: 1 of 5,000 needs you\n")
        assert "x a<b>&\\x1b[31m\\u202e" in screen(seen)[1]
        assert seen.tappable == []
        ids = await ask(phone, "/ps -q")
        assert ids.text.startswith("local: 5,000 containers\n")
        assert len([r for r in world.engine.seen if str(r) == LIST]) == 2

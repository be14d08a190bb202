"""An Engine that answers /exec with what it should not, or goes away in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OWNER, Clock
from tests.e2e.luck import outcomes
from tests.e2e.talk import Played, ask, played
from tests.e2e.test_container_exec import ran
from tests.hosts.scripted import CID, Request, Script, answer, frame, row
from tests.hosts.test_wire import HEAD, says

EXEC = "e" * 64
RUNS = {"Running": True, "ExitCode": None, "Pid": 7}
ENDED = {"Running": False, "ExitCode": 0, "Pid": 7}


@pytest.fixture
async def world(telegram: Sandbox, tmp_path: Path, clock: Clock) -> AsyncIterator[Played]:
    async with played(telegram, tmp_path, clock) as world:
        scripts = world.engine.scripts
        scripts["GET /containers/json"] = answer([row()])
        whole = {"Id": CID, "State": {"Status": "running"}, "HostConfig": {}}
        scripts[f"GET /containers/{CID}/json"] = answer(whole)
        scripts[f"POST /containers/{CID}/exec"] = answer({"Id": EXEC}, 201)
        scripts[f"POST /exec/{EXEC}/resize"] = answer({})
        scripts[f"GET /exec/{EXEC}/json"] = answer(RUNS)
        yield world


@pytest.fixture
def phone(world: Played) -> Phone:
    return world.telegram.private(OWNER)


def starts(world: Played, *scripts: Script) -> None:
    """What each start of a process is answered with, the last for all that follow."""
    left = list(scripts)

    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(request, writer)

    world.engine.scripts[f"POST /exec/{EXEC}/start"] = script


async def over(seen: Seen) -> Seen:
    while any(label == "Close" for line in seen.buttons for label in line):
        seen = await seen.changed()
    return seen


BAD = says(HEAD, frame(b"begun\n"), b"\x07\x07\x07\x07 no frame at all")
CUT = says(HEAD, frame(b"begun\n"))
NOTHING = answer({"message": "gone"}, 404)


@pytest.mark.parametrize("line", ["/exec web ls", "/exec -i web cat"])
async def test_bytes_that_are_no_frames(
    world: Played, phone: Phone, tmp_path: Path, line: str
) -> None:
    starts(world, BAD, says(HEAD, frame(b"1\n")))
    told = await over(await ran(phone, line))
    assert "begun\n" in told.text
    assert "gave an unexpected answer." in told.text
    assert outcomes(tmp_path, "container exec")[-1] in {"unknown", "cancelled"}


async def test_an_engine_that_goes_away_in_the_middle(
    world: Played, phone: Phone, tmp_path: Path
) -> None:
    starts(world, CUT, NOTHING)
    world.engine.scripts[f"GET /exec/{EXEC}/json"] = answer({"message": "broken"}, 500)
    told = await over(await ran(phone, "/exec web ls"))
    assert told.text.splitlines()[0] == "? web@local: Docker on local failed: broken"
    assert told.text.splitlines()[-1] == "Whether it still runs, I can't see."
    starts(world, CUT, NOTHING)
    told = await over(await ran(phone, "/exec -it web sh"))
    assert told.text.splitlines()[0] == "web@local: session ended"
    assert outcomes(tmp_path, "container exec").count("unknown") == 2


async def test_answers_that_are_none(world: Played, phone: Phone, tmp_path: Path) -> None:
    made: object
    for made in ({"Id": "../x"}, {}, [], {"Id": 7}):
        world.engine.scripts[f"POST /containers/{CID}/exec"] = answer(made, 201)
        told = await ask(phone, "/exec web ls")
        assert "gave an unexpected answer." in told.text
    world.engine.scripts[f"POST /containers/{CID}/exec"] = answer({"Id": EXEC}, 201)
    starts(world, says(HEAD, frame(b"out\n")))
    state: object
    for state in ({"Running": "yes"}, {"ExitCode": "0"}, [], {"Pid": {}}):
        world.engine.scripts[f"GET /exec/{EXEC}/json"] = answer(state)
        told = await ran(phone, "/exec web ls")
        assert "unexpected" in told.text
    world.engine.scripts[f"GET /exec/{EXEC}/json"] = answer(ENDED)
    assert (await ran(phone, "/exec web ls")).text == "web@local: exit code 0\nout"


async def test_a_helper_that_lies_does_no_harm(world: Played, phone: Phone, tmp_path: Path) -> None:
    """The shell of an image is its author's: what it says is a number, or not believed."""
    waits = says(HEAD, frame(b"begun\n"), then=_silent)
    for lie in (b"\xff" * 9000, b"-1", b"", b"9" * 5000, b"0\n" + b"x " * 3000):
        starts(world, waits, says(HEAD, frame(lie)))
        seen = await ask(phone, "/exec web ls")
        while "begun" not in seen.text:
            seen = await seen.changed()
        await ask(phone, "/cancel")
        while seen.buttons:
            seen = await seen.changed()
        assert seen.text.splitlines()[0] in {
            "web@local: stopped",
            "? web@local: can't be stopped",
        }


async def _silent(_request: Request, _writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()

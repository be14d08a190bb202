"""`/commit`: an image of a container as it is now."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.command.grammar import parse
from handlers.container.commit import commit
from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.luck import audited, eventually
from tests.e2e.talk import ask, played, shows, tap, verdict
from tests.hosts.scripted import CID, Gate, answer, row, silence
from tests.private_engine import Engine

NEW = "sha256:" + "ab" * 32


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


def inspected(engine: Engine, name: str) -> dict[str, object]:
    found: list[dict[str, object]] = json.loads(engine.docker("image", "inspect", name))
    return found[0]


async def test_each_option(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sh", "-c", "echo hi >/said; sleep 1000")
    async with pierhead.running():
        said = await ask(
            phone,
            "/commit -a 'Olga <olga@example.com>' -m 'as it was' -c 'ENV MODE=live'"
            ' --change \'CMD ["cat", "/said"]\' --pause=false web team/web:1',
        )
        lines = (await shows(said, "Made ")).text.splitlines()
        assert lines[0] == "Made team/web:1@local of web."
        found = inspected(engine, "team/web:1")
        assert lines[1].startswith(f"Image {str(found['Id'])[7:19]}, ")
        assert (found["Author"], found["Comment"]) == ("Olga <olga@example.com>", "as it was")
        config = found["Config"]
        assert isinstance(config, dict)
        assert "MODE=live" in config["Env"]
        assert config["Cmd"] == ["cat", "/said"]
        assert engine.docker("run", "--rm", "team/web:1") == "hi"
        web = engine.docker("inspect", "-f", "{{.Id}}", "web")
        only = ("--filter", "event=pause", "--filter", f"container={web}")
        assert engine.docker("events", "--since", "0", "--until", "0s", *only) == ""
        nameless = await shows(await ask(phone, "/container commit web"), "Made ")
        digits = nameless.text.splitlines()[0].removeprefix("Made ").partition("@")[0]
        assert inspected(engine, digits)["RepoTags"] == []
        assert engine.docker("inspect", "-f", "{{.State.Paused}}", "web") == "false"
        assert await verdict(phone, "/commit web Bad") == "Bad is no name for an image."
        bad = await shows(await ask(phone, "/commit -c 'RUN rm -rf /' web x"), "Docker")
        assert bad.text.startswith("Docker on local refuses: ")
        assert "Nothing was changed." in bad.text


async def test_the_name_of_another_image_is_asked_about(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    engine.docker("commit", "web", "web:1")
    before = str(inspected(engine, "web:1")["Id"])
    async with pierhead.running():
        asked = await ask(phone, "/commit web web:1")
        assert asked.text.splitlines()[:3] == [
            "Give web:1@local to another image?",
            asked.text.splitlines()[1],
            "That one keeps no name: a prune removes it.",
        ]
        assert asked.text.splitlines()[1].startswith(f"Now: {before[7:19]}, ")
        assert asked.buttons == [["Not now"], ["Commit to web:1@local"]]
        assert inspected(engine, "web:1")["Id"] == before
        await tap(asked, "Commit to web:1@local")
        done = await shows(asked, "Made ")
        assert done.text.splitlines()[0] == "Made web:1@local of web."
        assert done.text.splitlines()[2] == f"Before, it was {before[7:19]}."
    assert inspected(engine, "web:1")["Id"] != before


async def test_a_long_one_is_shown_and_ends_in_time(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        gate = Gate(answer({"Id": NEW}, 201))
        scripts = world.engine.scripts
        scripts["GET /containers/json"] = answer([row()])
        scripts["GET /images/json"] = answer([])
        scripts["POST /commit"] = gate
        phone = telegram.private(OWNER)
        shown = asyncio.ensure_future(ask(phone, "/commit web"))
        await gate.reached.wait()
        clock.advance(5)
        waits = await shown
        assert waits.text == "web@local: making an image of it…"
        clock.advance(300)
        gate.open.set()
        done = await waits.changed()
        assert done.text.splitlines() == ["Made abababababab@local of web.", "Image abababababab."]


async def test_one_that_never_ends_is_told_as_unknown(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        scripts = world.engine.scripts
        scripts["GET /containers/json"] = answer([row()])
        scripts["POST /commit"] = silence
        phone = telegram.private(OWNER)
        await phone.send("/commit web")
        await eventually(lambda: "POST /commit" in world.engine.asked)
        await eventually(lambda: "It may" in phone.history[-1].text, clock, 30)
        told = phone.history[-1]
        assert told.text.startswith("? commit web@local\n")
        outcomes = [event["outcome"] for event in audited(tmp_path, "container commit")]
        assert outcomes == ["requested", "started", "unknown"]


async def test_what_the_engine_answers_instead(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        scripts = world.engine.scripts
        scripts["GET /containers/json"] = answer([row()])
        phone = telegram.private(OWNER)
        for body, status, said in (
            ({"Id": "../../x"}, 201, "unexpected answer"),
            ([], 201, "unexpected answer"),
            ({"message": "no space left on device"}, 500, "no space left on device"),
            ({"message": f"You cannot commit container {CID} which is Dead"}, 409, "is Dead"),
        ):
            scripts["POST /commit"] = answer(body, status)
            await shows(await ask(phone, "/commit web"), said)


@pytest.mark.parametrize(
    ("words", "pauses"),
    [
        ("web", True),
        ("-p web", True),
        ("--pause web", True),
        ("--pause=false web", False),
        ("-p=false web", False),
        ("--pause=true web app:1", True),
    ],
)
def test_it_pauses_unless_told_not_to(words: str, pauses: bool) -> None:
    assert parse(commit, tuple(words.split())).params["pause"] is pauses

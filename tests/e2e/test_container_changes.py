"""The verbs that change a container: the reply, and what the Engine says of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.talk import ask, played, shows, tap, verdict
from tests.hosts.scripted import CID, answer, cut, in_turn, row
from tests.private_engine import Engine


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


def state(engine: Engine, name: str) -> str:
    return engine.docker("inspect", "-f", "{{.State.Status}}", name)


def started(engine: Engine, name: str) -> str:
    return engine.docker("inspect", "-f", "{{.State.StartedAt}}", name)


async def test_each_verb(pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    async with pierhead.running():

        async def told(line: str, said: str, then: str, name: str = "web") -> None:
            assert (await ask(phone, line)).text == said
            assert state(engine, name) == then

        await told("/pause web", "Paused web@local.", "paused")
        await told("/pause web", "web@local was paused already.", "paused")
        await told("/unpause web", "web@local goes on.", "running")
        await told("/unpause web", "web@local was not paused.", "running")
        await told("/kill -s USR1 web", "Sent USR1 to web@local.", "running")
        await told("/kill web", "Sent KILL to web@local.", "exited")
        asked = await ask(phone, "/start web")
        assert asked.text.startswith("Start web@local?\nNow: exited 137 · ")
        assert state(engine, "web") == "exited"
        await tap(asked, "Start web@local")
        assert (await asked.changed()).text == "Started web@local."
        await told("/stop -t 0 WEB.", "Stopped web@local.", "exited")
        await told("/stop -t 0 web", "web@local was stopped already.", "exited")
        await told("/rename web shop", "web@local is now shop@local.", "exited", "shop")
        await told("/container restart -t 0 shop", "Restarted shop@local.", "running", "shop")
        assert "is not running" not in (await ask(phone, "/kill -s TERM shop")).text
        refused = (await ask(phone, "/kill -s FOO shop")).text.splitlines()
        assert refused[0] == "Not done: kill shop@local"
        assert refused[1].startswith("Docker on local refuses: ")


async def test_several_targets_are_all_tried(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    for name in ("web", "db"):
        engine.docker("run", "-d", "--name", name, "busybox", "sleep", "1000")
    engine.docker("create", "--name", "never", "busybox")
    async with pierhead.running():
        seen = await ask(phone, "/kill web never db")
        lines = seen.text.splitlines()
        assert lines[0] == "local: 2 of 3 done"
        assert lines[1] == "x never@local: It does not run: never started"
        assert lines[2:] == ["Sent KILL to web@local.", "Sent KILL to db@local."]
        assert {state(engine, n) for n in ("web", "db")} == {"exited"}
        assert (await ask(phone, "/kill web never")).text.startswith("local: 0 of 2 done\nx ")
        both = await ask(phone, "/restart -t 0 web db")
        assert both.text.splitlines()[0] == "local: 2 of 2 done"
        audit = await ask(phone, "/audit -c kill")
        assert "kill web never db, partly done" in audit.text
        assert "kill web never, failed" in audit.text
        asked = await ask(phone, "/rm -f web never db")
        assert re.search(r"\nweb: up .*\nnever: never started\ndb: up .*\nCannot be", asked.text)
        await tap(asked, "Remove 3 on local")
        assert (await shows(asked, "3 of 3")).text.startswith("local: 3 of 3 done\n")
    assert engine.docker("ps", "-aq") == ""


async def test_only_the_exact_name_is_changed(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    for name in ("web-1", "web-2", "worker"):
        engine.docker("run", "-d", "--name", name, "busybox", "sleep", "1000")
    before = {name: started(engine, name) for name in ("web-1", "web-2", "worker")}
    async with pierhead.running():
        prefix = await ask(phone, "/restart -t 0 web")
        assert prefix.text.splitlines()[:2] == ["There is no web on local.", "Nothing was changed."]
        assert {b for line in prefix.buttons for b in line} == {"web-1", "web-2"}
        alike = await ask(phone, "/stop -t 0 w0rker")
        assert alike.buttons == [["worker"]]
        cyrillic = await ask(phone, "/stop w\u043erker")
        assert cyrillic.buttons == [["worker"]]
        assert (await ask(phone, "/stop nothing-like-it")).buttons == []
        assert {n: started(engine, n) for n in before} == before
        digits = engine.docker("inspect", "-f", "{{.Id}}", "worker")
        assert (await ask(phone, f"/restart -t 0 {digits[:12]}")).text == "Restarted worker@local."
        assert (await ask(phone, f"/stop {digits[:6]}")).buttons == [["worker"]]
        await tap(prefix, "web-1")
        asked = await phone.wait()
        while not asked.text.startswith("Restart web-1@local?"):
            asked = await phone.wait()
        assert started(engine, "web-1") == before["web-1"]
        await tap(asked, "Restart web-1@local")
        assert (await asked.changed()).text == "Restarted web-1@local."
    assert started(engine, "web-1") != before["web-1"]
    assert started(engine, "web-2") == before["web-2"]


async def test_a_picker_of_many_has_pages(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    for n in range(26):
        engine.docker("create", "--name", f"c-{n:02}", "busybox", "sleep", "1000")
    async with pierhead.running():
        first = await ask(phone, "/restart")
        assert first.text.splitlines()[1] == "Page 1 of 3, or type it."
        assert first.buttons[0] == ["c-00", "c-01"]
        assert first.buttons[6:] == [["Page 2"]]
        await tap(first, "Page 2")
        second = await first.changed()
        assert second.buttons[6:] == [["Page 1", "Page 3"]]
        await tap(second, "Page 3")
        third = await second.changed()
        assert third.id == first.id
        assert third.buttons == [["c-24", "c-25"], ["Page 2"]]
        await tap(third, "Page 2")
        back = await third.changed()
        phone.unseen()
        await tap(back, "c-17")
        assert (await phone.wait()).text.startswith("Restart c-17@local?")
        assert (await ask(phone, "/restart --choices 99")).buttons[-1] == ["Page 2"]


async def test_a_missing_name_gives_a_picker(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    engine.docker("create", "--name", "never", "busybox")
    async with pierhead.running():
        for line, offered in (
            ("/stop", {"web"}),
            ("/start", None),
            ("/rm", {"never"}),
            ("/restart", {"web", "never"}),
            ("/logs", {"web", "never"}),
            ("/unpause", set()),
        ):
            seen = await ask(phone, line)
            found = {b for row in seen.buttons for b in row}
            assert found == (offered if offered is not None else {"Containers"})
        picker = await ask(phone, "/stop")
        await tap(picker, "web")
        asked = await phone.wait()
        assert asked.text.startswith("Stop web@local?")
        assert asked.buttons[0] == ["Not now"]
        assert await tap(asked, "Not now") == ""
        assert (await asked.changed()).text == "Not done. Nothing was changed."
        assert (await ask(phone, "/rename web")).text.startswith("NEW_NAME is missing.\nUsage:")
    assert state(engine, "web") == "running"


async def test_what_the_engine_refuses_is_told(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    engine.docker("create", "--name", "other", "busybox")
    async with pierhead.running():
        taken = await ask(phone, "/rename web other")
        assert taken.text.splitlines() == [
            "Not done: rename web@local",
            "There is a other@local already: never started",
            "Rename or remove that one first. Nothing was changed.",
        ]
        assert (await ask(phone, "/rename web web")).text == "web@local has that name already."
        assert "refuses" in (await ask(phone, "/rename web -- -x")).text
        running = await ask(phone, "/rm web")
        assert running.text.splitlines() == [
            "web@local is not stopped.",
            "Stop it first, or add --force. Nothing was changed.",
        ]
        part = await ask(phone, "/rm web other")
        assert part.text.splitlines()[0] == "Remove other@local?"
        assert "web@local is not stopped.\nWhat is not stopped stays; -f" in part.text
        assert part.buttons == [["Not now"], ["Remove other@local"]]
        asked = await ask(phone, "/rm other")
        engine.docker("rm", "other")
        await tap(asked, "Remove other@local")
        assert (await asked.changed()).text.startswith("There is no other on local.")
        for flag in ("-a", "--attach", "-i", "-ai", "--checkpoint x", "--detach-keys ctrl-c"):
            assert "is not for a chat." in await verdict(phone, f"/start {flag} other")
        assert "opens a session" in (await ask(phone, "/start -a other")).text
        linked = await ask(phone, "/rm --link other")
        assert linked.text.startswith("--link is not for a chat.\nLinks are of old")
        for wrong, said in (
            ("/stop -t -1 web", "An hour at most, please."),
            ("/stop -t soon web", "soon is no duration."),
            ("/kill -s 'rm -rf' web", "rm -rf is no signal."),
            ("/stop web; ls", "No shell runs here, so ; can't be used."),
            ("/stop 'web", "A quote is opened and never closed: '"),
            ("/stop web\n/stop other", "One command a message, please."),
        ):
            assert await verdict(phone, wrong) == said
        assert state(engine, "web") == "running"
        mended = await ask(phone, "/restart —time 0 \\\n  “web”")
        assert mended.text.splitlines()[0] == "Restarted web@local."


async def test_a_state_that_forbids_it_is_told_in_plain_words(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    engine.docker("run", "--name", "done", "busybox", "false", check=False)
    engine.docker("pause", "web")
    async with pierhead.running():

        async def why(line: str) -> list[str]:
            return (await ask(phone, line)).text.splitlines()

        first, reason, unchanged = await why("/kill done")
        assert first == "Not done: kill done@local"
        assert reason.startswith("It does not run: exited 1 · ")
        assert unchanged == "Nothing was changed."
        assert (await why("/pause done"))[1].startswith("It does not run: exited 1 · ")
        asked = await ask(phone, "/start web")
        await tap(asked, "Start web@local")
        told = (await asked.changed()).text.splitlines()
        assert told[:2] == ["Not done: start web@local", "It is paused. Let it go on first."]
        assert await why("/rm web") == [
            "web@local is not stopped.",
            "Stop it first, or add --force. Nothing was changed.",
        ]
        assert (await ask(phone, "/stop --timeout 0 web")).text == "Stopped web@local."
        assert (await ask(phone, "/restart --time=0 web")).text == "Restarted web@local."


async def test_what_is_being_removed_already(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        scripts = world.engine.scripts
        gone = row(State="removing", Status="Removal In Progress")
        scripts["GET /containers/json"] = answer(
            [row(State="exited", Status="Exited (0) 1 hour ago")]
        )
        refusal = {"message": f"removal of container {CID} is already in progress"}
        phone = telegram.private(OWNER)
        asked = await ask(phone, "/rm web")
        scripts[f"DELETE /containers/{CID}"] = answer(refusal, 409)
        scripts["GET /containers/json"] = in_turn(scripts["GET /containers/json"], answer([gone]))
        await tap(asked, "Remove web@local")
        assert (await asked.changed()).text.splitlines() == [
            "Not done: remove web@local",
            "It is being removed already.",
            "Nothing was changed.",
        ]
        unknown = await ask(phone, "/rm web")
        scripts["GET /containers/json"] = in_turn(answer([gone]), cut)
        await tap(unknown, "Remove web@local")
        assert "is already in progress" in (await unknown.changed()).text

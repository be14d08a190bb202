"""/attach: what the first process of a container shows, and that it outlives who leaves."""

from __future__ import annotations

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.talk import ask, shows, tap
from tests.e2e.test_sessions import shows_new, typed
from tests.private_engine import Engine


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


def runs(engine: Engine, name: str = "web") -> bool:
    return engine.docker("inspect", "-f", "{{.State.Running}}", name) == "true"


async def test_a_shell_that_goes_on(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    engine.docker("run", "-dit", "--name", "web", "busybox", "sh")
    async with pierhead.running():
        seen = await shows(await ask(phone, "/attach web"), "/ #")
        assert seen.text.startswith("web@local: attached\n")
        assert seen.buttons == [["Ctrl-C", "Ctrl-D", "Tab", "↑"], ["Leave"]]
        seen = await typed(seen, "x=$((40+2)); echo kept$x", "kept42")
        seen = await typed(seen, "stty size", "14 34")
        await tap(seen, "Leave")
        told = await shows(seen, "session ended")
        assert told.text.endswith("\nYou closed it.\nIt runs on.")
        assert runs(engine)
        again = await shows(await ask(phone, "/attach web"), "kept42")
        again = await typed(again, "echo $x again", "42 again")
        again = await typed(again, "exit 3", "session ended")
        assert again.text.endswith("\nIt has ended: exit code 3.")
        assert not runs(engine)
        down = await ask(phone, "/attach web")
        assert down.text == ("Not done: attach to web@local\nIt does not run: start it first.")


async def test_what_prints_lines(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    script = "echo first; echo oops >&2; while read x; do echo got $x; done; sleep 1000"
    engine.docker("run", "-di", "--name", "web", "busybox", "sh", "-c", script)
    async with pierhead.running():
        seen = await shows(await ask(phone, "/attach web"), "first")
        assert "\nOn its error output:\noops\n" in seen.text
        assert seen.buttons == [["End of input"], ["Leave"]]
        seen = await typed(seen, "one", "got one")
        await tap(seen, "Leave")
        told = await shows(seen, "session ended")
        assert told.text.endswith("\nYou closed it.\nIt runs on.")
        assert runs(engine)
        seen = await shows(await ask(phone, "/attach web"), "got one")
        seen = await typed(seen, "two", "got two")
        engine.docker("rm", "-f", "web")
        told = await shows(seen, "session ended")
        assert told.text.endswith("\nThe container has gone.")


async def test_only_to_look(pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock) -> None:
    engine.docker("run", "-dit", "--name", "web", "busybox", "sh")
    engine.docker("run", "-d", "--name", "log", "busybox", "sh", "-c", "echo said; sleep 1000")
    async with pierhead.running():
        seen = await shows(await ask(phone, "/attach --no-stdin web"), "/ #")
        assert seen.buttons == [["Leave"]]
        await phone.send("exit", reply_to=seen)
        told = await shows_new(phone, seen)
        assert told.text == "It takes no input.\nNothing was typed."
        await tap(seen, "Leave")
        await shows(seen, "session ended")
        seen = await shows(await ask(phone, "/attach log"), "said")
        assert seen.buttons == [["Leave"]]
        engine.docker("kill", "log")
        told = await shows(seen, "session ended")
        assert "\nIt has ended: exit code 137.\n" in told.text
        assert runs(engine)


async def test_its_input_ends_where_docker_ends_it(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    """A container that was run with -i and without a terminal ends with its first input."""
    made = engine.sdk.api.create_container(
        "busybox", ["sh", "-c", "cat; sleep 1000"], stdin_open=True, name="web"
    )
    engine.sdk.api.start(made["Id"])
    config = engine.docker("inspect", "-f", "{{.Config.StdinOnce}}", "web")
    async with pierhead.running():
        seen = await typed(await shows(await ask(phone, "/attach web"), "Reply"), "one", "\none\n")
        await tap(seen, "Leave")
        told = await shows(seen, "session ended")
        on = "It runs on, but its input has ended." if config == "true" else "It runs on."
        assert told.text.endswith(f"\n{on}")
        assert runs(engine)


async def test_what_is_not_for_a_chat(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    async with pierhead.running():
        for flag in ("--detach-keys x", "--sig-proxy", "--sig-proxy=true"):
            told = await ask(phone, f"/attach {flag} web")
            assert told.text.startswith(f"{flag.split()[0].split('=')[0]} is not for a chat.\n")
        seen = await shows(await ask(phone, "/attach --sig-proxy=false web"), "attached")
        await tap(seen, "Leave")
        await shows(seen, "session ended")
        engine.docker("pause", "web")
        assert "unpause it first" in (await ask(phone, "/attach web")).text


async def test_the_end_of_the_bot_leaves_it(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    engine.docker("run", "-dit", "--name", "web", "busybox", "sh")
    async with pierhead.running():
        seen = await shows(await ask(phone, "/attach web"), "/ #")
    assert runs(engine)
    async with pierhead.running():
        told = await shows(seen, "session ended")
        assert told.text == "web@local: session ended\nI was restarted.\nIt runs on."

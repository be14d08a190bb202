"""`/run` without -d: its output streams into one message, with a Stop that stops the container."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import Clock, Pierhead
from tests.e2e.making import ADMIN, agreed, ended, inspected, names, with_admin
from tests.e2e.talk import ask, later, shows, tap
from tests.private_engine import Engine


@pytest.fixture
def pierhead(telegram: Sandbox, engine: Engine, tmp_path: Path, clock: Clock) -> Pierhead:
    return with_admin(telegram, engine, tmp_path, clock)


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(ADMIN)


async def test_output_and_exit_code(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        script = "'echo out; echo err >&2; exit 3'"
        seen = await ended(await ask(phone, f"/run --name job busybox sh -c {script}"))
        assert seen.text.splitlines() == [
            "job@local: exit code 3",
            "out",
            "On its error output:",
            "err",
            "It is kept; --rm would remove it.",
        ]
        assert seen.buttons == [["Logs job"], ["Remove job@local…"]]
        assert inspected(engine, "job")["State"]["ExitCode"] == 3
        gone = await ended(await ask(phone, "/run --rm --name two busybox true"))
        assert gone.text.splitlines() == ["two@local: exit code 0", "It printed nothing."]
        assert gone.buttons == []
        killed = await ended(await ask(phone, "/run --rm busybox sh -c 'kill -9 $$; sleep 9'"))
        assert "exit code" in killed.text
        rows = (await ask(phone, "/audit -c run")).text
        assert rows.count("done") == 3
    assert names(engine) == {"job"}


async def test_much_output_is_a_document(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await ended(await ask(phone, "/run --rm --name many busybox seq 20000"))
        assert seen.text.splitlines()[-1] == "20000"
        document = await phone.wait()
        while document.document is None:
            document = await phone.wait()
        name, content = document.document
        assert name == "many-output.txt"
        assert content == b"".join(b"%d\n" % n for n in range(1, 20001))


async def test_it_shows_how_far_it_is_and_stop_stops_the_container(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    script = "'trap \"echo bye; exit 5\" TERM; echo begun; while :; do sleep 0.05; done'"
    async with pierhead.running():
        seen = await ask(phone, f"/run --rm --name loop busybox sh -c {script}")
        await shows(seen, "begun")
        running = await shows(seen, "loop@local: running")
        assert running.buttons == [["Stop loop@local"]]
        assert await tap(running, "Stop loop@local") == "Stopping."
        stopped = await shows(seen, "exit code")
        assert stopped.text.splitlines() == [
            "loop@local: stopped, exit code 5",
            "begun",
            "bye",
        ]
    assert names(engine) == set()


async def test_what_was_agreed_to_runs_in_the_message_of_its_question(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        asked = await ask(phone, "/run --rm --name web -v data:/x busybox sh -c 'echo x >/x/y'")
        assert asked.text.startswith("Run web@local?")
        assert "It is removed when it ends." in asked.text
        await tap(asked, "Run web on local")
        seen = await shows(asked, "exit code")
        assert seen.text.startswith("web@local: exit code 0")
        read = await agreed(phone, "/run --rm --name web -v data:/x busybox cat /x/y")
        assert "x" in (await ended(read)).text.splitlines()


async def test_it_runs_on_when_the_bot_ends(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/run --rm --name job busybox sh -c 'echo begun; sleep 1000'")
        await shows(seen, "begun")
    assert inspected(engine, "job")["State"]["Running"]
    async with pierhead.running():
        told = await phone.wait()
        while not told.text.startswith("? run a container on local"):
            told = await phone.wait()
        assert "job@local now: up " in told.text
        engine.docker("kill", "job")


async def test_a_container_that_is_taken_away_in_the_middle(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/run --name job busybox sh -c 'echo begun; sleep 1000'")
        await shows(seen, "begun")
        engine.docker("rm", "-f", "job")
        assert (await ended(seen)).text.startswith("job@local: exit code 137")
    assert names(engine) == set()


async def test_a_flood_is_shown_and_can_be_stopped(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        options = "--rm --name flood --stop-timeout 0 --log-driver none"
        seen = await ask(phone, f"/run {options} busybox yes")
        running = await shows(seen, "so far")
        await tap(running, "Stop flood@local")
        stopped = await shows(seen, "exit code")
        assert stopped.text.startswith("flood@local: stopped, exit code 137")
    assert names(engine) == set()


async def test_a_session(pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/run --rm -i --name box busybox sh")
        open_ = await shows(seen, "Reply to this message to type a line.")
        assert open_.buttons[-1] == ["Close and stop box@local"]
        later(phone, 2)
        await phone.send("echo $((6 * 7))", reply_to=open_)
        await shows(seen, "42")
        later(phone, 2)
        await phone.send("exit 3", reply_to=open_)
        over = await shows(seen, "session ended")
        assert "It has ended: exit code 3." in over.text
        assert over.buttons == []
    assert names(engine) == set()


async def test_a_session_that_is_closed_stops_the_container(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/run -it --stop-timeout 0 --name box busybox sh")
        screen = await shows(seen, "#")
        assert inspected(engine, "box")["State"]["Running"]
        await tap(screen, "Close and stop box@local")
        over = await shows(seen, "session ended")
        assert "It is stopped." in over.text
        assert "It is kept; --rm would remove it." in over.text
        assert over.buttons == [["Logs box"], ["Remove box@local…"]]
    assert inspected(engine, "box")["State"]["Status"] == "exited"


async def test_a_session_that_can_not_start_leaves_nothing(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        for options in ("-it", "-i", "-t"):
            seen = await ask(phone, f"/run {options} --name box busybox nothing")
            assert seen.text.splitlines()[:2] == [
                "Not created: box@local",
                "There is no nothing in its image.",
            ]
    assert names(engine) == set()

"""/exec: what it prints, how it ends, and that Stop ends it on the Engine."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.errors import DockerFault
from bot.hosts.execs import Execs
from bot.hosts.wire import Wire
from bot.message import msg
from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OPERATOR, OWNER, Clock, Pierhead
from tests.e2e.luck import audited, eventually
from tests.e2e.talk import ask, shows, tap, verdict
from tests.private_engine import Engine


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


@pytest.fixture
def web(engine: Engine) -> Engine:
    engine.docker("run", "-d", "--init", "--name", "web", "busybox", "sleep", "1000")
    return engine


def running(engine: Engine, name: str = "web") -> list[str]:
    """The processes of a container, less those that it began with."""
    lines = engine.docker("top", name, "-o", "pid,args").splitlines()[1:]
    programs = [line.split(maxsplit=1)[1] for line in lines]
    return [program for program in programs if "sleep 1000" not in program]


async def ran(phone: Phone, line: str) -> Seen:
    """The answer once it has ended; on a busy machine it is shown before."""
    seen = await ask(phone, line)
    while any(label in {"Stop", "Остановить"} for row in seen.buttons for label in row):
        seen = await seen.changed()
    return seen


async def document(phone: Phone, line: str) -> tuple[Seen, Seen]:
    """The answer, and the document that comes with it."""
    answer = await ran(phone, line)
    while (found := await phone.wait()).document is None:
        pass
    return answer, found


async def test_what_it_prints_and_how_it_ends(
    pierhead: Pierhead, phone: Phone, web: Engine
) -> None:
    async with pierhead.running():

        async def told(line: str, said: str) -> None:
            assert (await ran(phone, line)).text == said

        await told("/exec web echo hello", "web@local: exit code 0\nhello")
        await told("/exec web true", "web@local: exit code 0\nIt printed nothing.")
        await told(
            "/exec web sh -c 'echo out; echo err >&2; exit 3'",
            "web@local: exit code 3\nout\nOn its error output:\nerr",
        )
        await told("/exec web echo --all", "web@local: exit code 0\n--all")
        await told("/exec web echo @all", "web@local: exit code 0\n@all")
        await told("/exec web nosuch", "web@local: exit code 127\nnosuch was not found in it.")
        await told(
            "/exec web /etc/passwd",
            "web@local: exit code 126\n/etc/passwd is there, but can't be executed.",
        )
        await told(
            "/exec web sh -c nosuch",
            "web@local: exit code 127\nOn its error output:\nsh: nosuch: not found\n"
            "sh, or something that it needs, was not found.",
        )
        await told(
            "/exec web sh -c 'kill -9 $$'",
            "web@local: exit code 137\nIt printed nothing.\n"
            "It was killed: by somebody, or as there was no memory left.",
        )
        assert "no folder /nosuch in it" in (await ran(phone, "/exec -w /nosuch web ls")).text
        assert "unable to find user who" in (await ran(phone, "/exec -u who web ls")).text
    assert running(web) == []


async def test_where_and_as_whom(pierhead: Pierhead, phone: Phone, web: Engine) -> None:
    async with pierhead.running():
        place = await ran(phone, "/exec -w /tmp -u nobody web sh -c 'pwd; id -un'")
        assert place.text.splitlines()[1:] == ["/tmp", "nobody"]  # noqa: S108
        env = await ran(phone, "/exec -e A=1 --env B='two words' web sh -c 'echo $A; echo $B'")
        assert env.text.splitlines()[1:] == ["1", "two words"]
        assert await verdict(phone, "/exec -e A web env") == "A has no value."
        assert await verdict(phone, "/exec --env-file - web env") == (
            "There is no document with it."
        )
        phone.unseen()
        await phone.send_document(
            "my.env", b"# mine\nFROM=file\n\nBOTH=file\n", "/exec --env-file - -e BOTH=line web env"
        )
        seen = await shows(await phone.wait(), "exit code")
        assert {"FROM=file", "BOTH=line"} <= set(seen.text.splitlines())
        await phone.send_document("my.env", b"NAME", "/exec --env-file - web env")
        assert (await phone.wait()).text.startswith("Line 1 of the document is no variable.")


async def test_in_the_background(
    pierhead: Pierhead, phone: Phone, web: Engine, tmp_path: Path
) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/exec -d web sleep 77")
        assert seen.text == "web@local: it runs in the background\nWhat it prints is not kept."
        assert seen.buttons == [["Processes"]]
        assert running(web) == ["sleep 77"]
        lost = await ask(phone, "/exec -d web nosuch")
        assert lost.text == "web@local: exit code 127\nnosuch was not found in it."
    assert [row.get("detail") for row in audited(tmp_path) if row["outcome"] == "failed"] == [
        "exit code 127"
    ]


async def test_what_can_not_be_done_is_told(pierhead: Pierhead, phone: Phone, web: Engine) -> None:
    web.docker("create", "--name", "down", "busybox")
    async with pierhead.running():
        nothing = await ask(phone, "/exec web")
        assert nothing.text.startswith("What shall run in web@local?\n")
        assert nothing.buttons == [["Shell in web@local"]]
        picker = await ask(phone, "/exec")
        assert picker.buttons == [["web"]]
        down = (await ask(phone, "/exec down ls")).text.splitlines()
        assert down[0] == "Not done: run something in down@local"
        assert "is not running" in down[1]
        web.docker("pause", "web")
        assert "paused" in (await ask(phone, "/exec web ls")).text
        web.docker("unpause", "web")
        keys = await ask(phone, "/exec --detach-keys x web ls")
        assert keys.text.startswith("--detach-keys is not for a chat.\n")
        assert await verdict(phone, "/exec gone ls") == "There is no gone on local."
    assert running(web) == []


async def test_much_of_it_comes_as_a_document(
    pierhead: Pierhead, phone: Phone, web: Engine
) -> None:
    async with pierhead.running():
        answer, numbers = await document(phone, "/exec web seq 5000")
        assert answer.text.startswith("web@local: exit code 0\n")
        assert answer.text.endswith("\n4999\n5000")
        assert "\n4960\n" not in answer.text
        assert numbers.document == (
            "web-output.txt",
            "".join(f"{n}\n" for n in range(1, 5001)).encode(),
        )
        both = "/exec web sh -c 'seq 3; seq 5000 >&2'"
        answer, errors = await document(phone, both)
        assert "\n3\nOn its error output:\n" in answer.text
        assert errors.document is not None
        assert errors.document[0] == "web-errors.txt"
        answer, program = await document(phone, "/exec web cat /bin/busybox")
        assert answer.text == "web@local: exit code 0\nIt is no text: see the document."
        assert program.document is not None
        assert program.document[1].startswith(b"\x7fELF")


async def test_hostile_output(pierhead: Pierhead, phone: Phone, web: Engine) -> None:
    async with pierhead.running():
        said = r"printf '</pre> /rm @x https://x.y\n\033[2J\n\377\n'; echo DB_PASSWORD=hunter2"
        seen = await ran(phone, f'/exec web sh -c "{said}"')
        assert "</pre> /rm @x https://x.y\n\\x1b[2J\n\ufffd\n" in seen.text
        assert "hunter2" not in seen.text
        assert seen.tappable == []
        long = "sh -c 'head -c 900 /dev/zero | tr \"\\0\" x; echo; echo SECRET_KEY=$(seq -s x 900)'"
        answer, _ = await document(phone, f"/exec web {long}")
        assert "x899" not in answer.text


async def stopped(seen: Seen) -> Seen:
    """Tap Stop, and see what it says at its end; that takes a second at most."""
    began = time.monotonic()
    assert await tap(seen, "Stop") == "Stopping."
    told = await shows(seen, "stopped")
    assert time.monotonic() - began < 8  # a second, on a machine that does nothing else
    return told


async def test_stop_ends_it_on_the_engine(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    stubborn = (
        "trap '' TERM; echo begun; setsid sleep 701 & env -i sleep 702 & sleep 703; sleep 704"
    )
    async with pierhead.running():
        seen = await ask(phone, f'/exec web sh -c "{stubborn}"')
        assert seen.buttons == [["Stop"]]
        seen = await shows(seen, "begun")
        assert len(running(web)) == 4
        told = await stopped(seen)
        # Where the machine is slow, its shell still tells who was killed.
        killed = r"web@local: stopped\nbegun(\nOn its error output:\nKilled)?"
        assert re.fullmatch(killed, told.text)
        assert running(web) == []
        mine = await ask(phone, "/exec -u nobody web sleep 705")
        assert (await stopped(mine)).text == "web@local: stopped"
        assert running(web) == []
        audit = (await ask(phone, "/audit -c exec")).text
        assert audit.count("cancelled") == 2


async def test_it_gets_time_to_end_by_itself(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        polite = "trap 'echo cleaned up; exit 0' TERM; echo begun; while :; do sleep 0.05; done"
        seen = await shows(await ask(phone, f'/exec web sh -c "{polite}"'), "begun")
        told = await stopped(seen)
        ended = r"web@local: stopped\nbegun\ncleaned up(\nOn its error output:\nTerminated)?"
        assert re.fullmatch(ended, told.text)


async def test_cancel_ends_it_too(pierhead: Pierhead, phone: Phone, web: Engine) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/exec web sleep 706")
        await ask(phone, "/cancel")
        await shows(seen, "stopped")
        assert running(web) == []


async def test_what_can_not_be_ended_is_told(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    """An image without a shell and without Python."""
    engine.docker("run", "-d", "--name", "web", "--init", "busybox", "sleep", "1000")
    engine.docker("exec", "web", "sh", "-c", "mkdir /own && mv /bin/busybox /own")
    async with pierhead.running():
        seen = await ask(phone, "/exec web /own/busybox sleep 707")
        await tap(seen, "Stop")
        told = await shows(seen, "can't be stopped")
        assert told.text.startswith("? web@local: can't be stopped\nIt still runs, or something")
        assert running(engine) == ["/own/busybox sleep 707"]
        assert "unknown" in (await ask(phone, "/audit -c exec")).text


async def test_a_flood_costs_no_memory_and_holds_up_nobody(
    pierhead: Pierhead, phone: Phone, telegram: Sandbox, web: Engine, clock: Clock
) -> None:
    other = telegram.private(OPERATOR)
    async with pierhead.running():
        seen = await ask(phone, "/exec web sh -c 'cat /dev/zero & yes $(seq -s . 300) >&2'")
        seen = await shows(seen, "so far")
        before = resident()
        for _ in range(3):
            assert (await ask(other, "/ps")).text.startswith("local: ")
        await eventually(lambda: many(seen) > 100)
        assert resident() - before < 24 * 1024
        told = await stopped(seen)
        assert told.text.startswith("web@local: stopped")
        assert running(web) == []


def many(seen: Seen) -> float:
    """How many megabytes it has printed by now, as it says itself."""
    now = seen.now
    found = re.search(r"([\d.]+) MB so far", now.text) if now else None
    return float(found[1]) if found else 0.0


def resident() -> int:
    """What this process takes of the memory, in KiB."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


async def test_its_container_goes_away_in_the_middle(
    pierhead: Pierhead, phone: Phone, web: Engine
) -> None:
    async with pierhead.running():
        seen = await shows(await ask(phone, "/exec web sh -c 'echo begun; sleep 708'"), "begun")
        web.docker("rm", "-f", "web")
        told = await seen.changed()
        assert told.text == "web@local: it has gone, and what ran in it\nbegun"
        web.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
        seen = await shows(await ask(phone, "/exec web sh -c 'echo begun; sleep 709'"), "begun")
        web.docker("kill", "web")
        assert (await seen.changed()).text.startswith("web@local: exit code 137\nbegun\n")


async def test_the_end_of_the_bot_ends_it(pierhead: Pierhead, phone: Phone, web: Engine) -> None:
    async with pierhead.running():
        await shows(await ask(phone, "/exec web sh -c 'echo begun; sleep 710'"), "begun")
        assert running(web) != []
    await asyncio.to_thread(lambda: None)
    assert running(web) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/exec web sleep 903", "? web@local: local gives no answer.\nI have ended it."),
        ("/exec -it web sleep 903", "local gives no answer."),
    ],
)
async def test_what_was_started_without_an_answer_does_not_run_on(
    pierhead: Pierhead,
    phone: Phone,
    web: Engine,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    said: str,
) -> None:
    begin = Execs.start

    @asynccontextmanager
    async def unanswered(execs: Execs, id: str, **_: object) -> AsyncIterator[Wire]:  # noqa: A002
        monkeypatch.setattr(Execs, "start", begin)  # what ends it is answered
        await execs.detach(id)
        assert running(web) == ["sleep 903"]
        raise DockerFault(msg("local gives no answer."), unknown=True)
        yield

    monkeypatch.setattr(Execs, "start", unanswered)
    async with pierhead.running():
        seen = await ran(phone, line)
        assert said in seen.text
        assert running(web) == []

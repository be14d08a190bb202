"""Killed with SIGKILL at every step and started again: nothing is lost, nothing is run twice.

What was not begun is taken up again, and answered once. What was begun is unknown: looked at, told,
never repeated. A duplicate of an answer is possible only after a send whose outcome is unknown.
"""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from pathlib import Path

import pytest

from sandbox import Fault, Sandbox, Seen
from sandbox.engine.images import import_image
from tests.e2e.conftest import GROUP, OWNER, TOKEN, Clock, environment_of
from tests.e2e.processes import Process, Running
from tests.private_engine import Engine

JOURNAL = "bot.pipeline.journal:Journal"
NOT_BEGUN = (
    "storage.inbox:put:before",
    "bot.telegram.door:Door._store:after",
    "storage.inbox:take:before",
    "bot.telegram.dispatch:Dispatcher._take:after",
    "bot.command.build:Builder.typed:after",
    f"{JOURNAL}.requested:before",
    f"{JOURNAL}.requested:after",
    "bot.pipeline.authorize:decide:after",
    "bot.hosts.inventory:Listed.containers:before",
    "bot.hosts.inventory:Listed.containers:after",
    f"{JOURNAL}.started:before",
)
BEGUN = (
    f"{JOURNAL}.started:after",
    "bot.hosts.containers:Containers.restart:before",
    "bot.hosts.containers:Containers.restart:after",
    f"{JOURNAL}.ended:before",
)
ENDED = (
    f"{JOURNAL}.ended:after",
    "bot.telegram.sending:Sender.send:before",
)
ACCEPTED = "bot.telegram.sending:Sender.send:after"


@pytest.fixture
def process(telegram: Sandbox, engine: Engine, tmp_path: Path) -> Process:
    return Process(environment_of(telegram, engine.url, tmp_path))


@pytest.fixture
def web(engine: Engine) -> Engine:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    return engine


def restarts(engine: Engine) -> int:
    """How often this `web` was restarted, from the Engine's own events."""
    web = engine.docker("inspect", "-f", "{{.Id}}", "web")
    happened = engine.docker(
        "events",
        *("--since", "0", "--until", engine.docker("info", "-f", "{{.SystemTime}}")),
        *("--filter", f"container={web}", "--filter", "event=restart"),
    )
    return len(happened.splitlines())


def states(tmp_path: Path, command: str) -> list[str]:
    """What the audit says of a command, in order."""
    with sqlite3.connect(tmp_path / "bot.db") as database:
        rows = database.execute(
            "SELECT json_extract(body, '$.outcome') FROM audit"
            " WHERE json_extract(body, '$.command') = ? ORDER BY seq",
            (command,),
        )
        return [row[0] for row in rows]


async def answers(process: Process, telegram: Sandbox) -> list[Seen]:
    """All that was said, and is said after a new start, up to the answer to a last question."""
    phone = telegram.private(OWNER)
    async with process.running():
        said = [await phone.wait(within=20)]
        await phone.send("/whoami")
        while "You may do everything" not in said[-1].text:
            said.append(await phone.wait(within=20))
    return said[:-1]


@pytest.mark.parametrize("step", NOT_BEGUN)
async def test_what_was_not_begun_is_done_once(
    process: Process, telegram: Sandbox, web: Engine, tmp_path: Path, step: str
) -> None:
    await telegram.private(OWNER).send("/restart -t 0 web")
    await process.dies(step)
    said = await answers(process, telegram)
    assert [seen.text for seen in said] == ["Restarted web@local."]
    assert restarts(web) == 1
    assert states(tmp_path, "container restart") == ["requested", "started", "finished"]


async def test_what_names_the_bot_in_a_group_is_done_once(
    process: Process, telegram: Sandbox, web: Engine, tmp_path: Path
) -> None:
    group = telegram.group(GROUP, OWNER)
    await group.send("/restart@pierhead_bot -t 0 web")
    await process.dies("bot.telegram.door:Door._store:after")
    telegram.fail("getMe", Fault.status(502))  # so that its name is not known at once
    async with process.running():
        assert (await group.wait(within=20)).text == "Restarted web@local."
        said = await telegram.private(OWNER).ask("/whoami", within=20)
    assert "You may do everything" in said.text
    assert group.unseen() == []
    assert restarts(web) == 1
    assert states(tmp_path, "container restart") == ["requested", "started", "finished"]


@pytest.mark.parametrize("step", BEGUN)
async def test_what_was_begun_is_told_and_not_repeated(
    process: Process, telegram: Sandbox, web: Engine, tmp_path: Path, step: str
) -> None:
    await telegram.private(OWNER).send("/restart -t 0 web")
    await process.dies(step)
    done = restarts(web)
    said = await answers(process, telegram)
    assert len(said) == 1
    assert said[0].text.startswith("? restart web@local")
    assert "web@local now: up " in said[0].text
    assert "I did not repeat it." in said[0].text
    assert restarts(web) == done
    assert states(tmp_path, "container restart") == ["requested", "started", "unknown"]


@pytest.mark.parametrize("step", ENDED)
async def test_what_has_ended_is_answered(
    process: Process, telegram: Sandbox, web: Engine, tmp_path: Path, step: str
) -> None:
    await telegram.private(OWNER).send("/restart -t 0 web")
    await process.dies(step)
    said = await answers(process, telegram)
    assert [seen.text for seen in said] == ["Restarted web@local."]
    assert restarts(web) == 1
    assert states(tmp_path, "container restart") == ["requested", "started", "finished"]


async def test_after_an_unknown_send_a_duplicate_is_the_only_one(
    process: Process, telegram: Sandbox, web: Engine, tmp_path: Path
) -> None:
    await telegram.private(OWNER).send("/restart -t 0 web")
    await process.dies(ACCEPTED)
    said = await answers(process, telegram)
    assert [seen.text for seen in said] == ["Restarted web@local."] * 2
    assert restarts(web) == 1
    assert states(tmp_path, "container restart") == ["requested", "started", "finished"]


@pytest.mark.parametrize("step", ["bot.telegram.door:Door._store:after", ACCEPTED])
async def test_a_read_is_read_again(
    process: Process, telegram: Sandbox, web: Engine, step: str
) -> None:
    await telegram.private(OWNER).send("/ps")
    await process.dies(step)
    said = await answers(process, telegram)
    assert {seen.text.splitlines()[0] for seen in said} == {"local: all well"}


ASKED = (f"{JOURNAL}.ended:after", "bot.telegram.sending:Sender.send:before", ACCEPTED)
TAPPED = (
    "bot.telegram.taps:Taps.look:before",
    "bot.command.build:Builder.again:after",
    f"{JOURNAL}.started:before",
)


@pytest.mark.parametrize("step", ASKED)
async def test_a_question_outlives_the_one_who_asked(
    process: Process, telegram: Sandbox, engine: Engine, tmp_path: Path, step: str
) -> None:
    engine.docker("create", "--name", "web", "busybox")
    phone = telegram.private(OWNER)
    await phone.send("/rm web")
    await process.dies(step)
    async with process.running(later=60) as running:
        asked = await phone.wait(within=20)
        if step == ACCEPTED:
            asked = await phone.wait(within=20)  # the duplicate
        await confirm(running, asked)
        done = await asked.changed(within=20)
    assert done.text == "Removed web@local."
    assert engine.docker("ps", "-aq") == ""
    assert states(tmp_path, "container rm") == ["requested", "awaiting", "started", "finished"]


@pytest.mark.parametrize("step", TAPPED)
async def test_a_tap_that_did_not_begin_is_done_once(
    process: Process, telegram: Sandbox, engine: Engine, tmp_path: Path, step: str
) -> None:
    engine.docker("create", "--name", "web", "busybox")
    phone = telegram.private(OWNER)
    async with process.running(step) as running:
        asked = await phone.ask("/rm web", within=20)
        tap = asyncio.ensure_future(confirm(running, asked))
        await running.ended()
        tap.cancel()
    async with process.running(later=10):
        done = await asked.changed(within=20)
    assert done.text == "Removed web@local."
    assert engine.docker("ps", "-aq") == ""
    assert states(tmp_path, "container rm") == ["requested", "awaiting", "started", "finished"]


async def confirm(running: Running, asked: Seen) -> None:
    """Agree to a question, having read it: the bot's clock is put on until it is not too quick.

    The first tap after a start may be told that the bot was away.
    """
    for _ in range(5):
        running.send(signal.SIGUSR1)
        if not await asked.tap(asked.buttons[-1][0], within=20):
            return


async def test_the_token_is_in_no_output(process: Process, telegram: Sandbox, web: Engine) -> None:
    async with process.running() as running:
        await telegram.private(OWNER).ask("/ps", within=20)
        running.send(signal.SIGTERM)
        await running.ended()
        assert "Pierhead answers" in running.said
        assert TOKEN.partition(":")[2] not in running.said
        assert running.returncode == 0


async def test_of_all_hosts_each_is_answered(
    telegram: Sandbox, web: Engine, tmp_path: Path
) -> None:
    environment = environment_of(telegram, web.url, tmp_path)
    process = Process(environment | {"PIERHEAD_HOSTS__OTHER__URL": web.url})
    phone = telegram.private(OWNER)
    await phone.send("/ps @all")
    await process.dies(f"{JOURNAL}.ended:after")
    async with process.running():
        said = [await phone.wait(within=20) for _ in range(2)]
    firsts = sorted(seen.text.splitlines()[0] for seen in said)
    assert firsts == ["local: all well", "other: all well"]
    assert states(tmp_path, "container ls").count("finished") == 2


async def test_what_was_asked_before_a_kill_and_is_late_now_has_an_end(
    process: Process, telegram: Sandbox, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    phone = telegram.private(OWNER)
    await phone.send("/restart -t 0 web")
    await process.dies(f"{JOURNAL}.requested:after")
    clock.advance(120)  # for Telegram too: a clock that is wrong makes nothing late
    async with process.running(later=120):
        late = await phone.wait(within=20)
    assert "Not run:" in late.text
    assert restarts(web) == 0
    assert states(tmp_path, "container restart") == ["requested", "expired"]


async def test_of_a_prune_each_thing_is_looked_for_where_it_is(
    process: Process, telegram: Sandbox, engine: Engine, tmp_path: Path
) -> None:
    import_image(engine.sdk, "old:1", mebibytes=1)
    engine.docker("network", "create", "old-net")
    phone = telegram.private(OWNER)
    async with process.running("bot.hosts.images:Images.remove:before") as running:
        asked = await phone.ask("/prune -a", within=20)
        tap = asyncio.ensure_future(confirm(running, asked))
        await running.ended()
        tap.cancel()
    async with process.running():
        told = await asked.changed(within=20)
        assert told.text.splitlines()[0] == "? remove what local does not use"
        assert "old-net@local is not there now." in told.text
        assert "old:1@local is still there." in told.text
    assert states(tmp_path, "system prune") == ["requested", "awaiting", "started", "unknown"]


async def test_what_was_begun_is_never_told_as_not_run(
    process: Process, telegram: Sandbox, web: Engine, clock: Clock
) -> None:
    phone = telegram.private(OWNER)
    await phone.send("/restart -t 0 web")
    await process.dies(f"{JOURNAL}.started:after")
    clock.advance(120)
    async with process.running(later=120):
        told = await phone.wait(within=20)
        mine = await phone.ask("/whoami", within=20)
    assert told.text.startswith("? restart web@local")
    assert "You may do everything." in mine.text
    assert phone.unseen() == []
    assert restarts(web) == 0

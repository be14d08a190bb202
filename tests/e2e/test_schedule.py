"""Schedules: made, shown, changed and run in a chat."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import GROUP, OPERATOR, OWNER, VIEWER, Pierhead
from tests.e2e.luck import audited, eventually, outcomes
from tests.e2e.pushing import build
from tests.e2e.talk import Morning, Played, ask, later, played, tap, verdict
from tests.hosts.scripted import answer, row
from tests.private_engine import Engine


@pytest.fixture
def clock() -> Morning:
    clock = Morning()
    clock.stop()
    return clock


@pytest.fixture
async def world(telegram: Sandbox, tmp_path: Path, clock: Morning) -> AsyncIterator[Played]:
    async with played(
        telegram,
        tmp_path,
        clock,
        PIERHEAD_ACCESS__PEOPLE__7__ROLE="janitor",
        PIERHEAD_ACCESS__ROLES__JANITOR__INCLUDES="operator",
        PIERHEAD_ACCESS__ROLES__JANITOR__ALLOW="container.exec,container.rm,image.prune",
    ) as world:
        world.engine.scripts["GET /containers/json"] = answer([row()])
        yield world


def lines(text: str) -> list[str]:
    return text.splitlines()


async def after(phone: Phone, seconds: float) -> Seen:
    """What the bot says next, so much later; the clock goes on until it has said it."""
    later(phone, seconds)
    said = asyncio.ensure_future(phone.wait())
    while not said.done():
        await asyncio.sleep(0.02)
        later(phone, 0.2)
    return await said


async def test_a_report_comes_by_itself_and_makes_no_sound(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    async with pierhead.running():
        phone = telegram.private(OPERATOR)
        made = await ask(phone, "/schedule add every 1h report week")
        assert lines(made.text)[0] == "Schedule 1: report week"
        said = await after(phone, 3601)
        assert lines(said.text)[0] == "Nothing bad seen, but not all · local · 7 days"
        assert "1 of 1 run now." in lines(said.text)
        assert lines(said.text)[-1] == "Schedule 1: every 1h"
        assert said.silent


async def test_what_a_pattern_fits_is_stopped_at_its_time(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, tmp_path: Path
) -> None:
    for name in ("staging-a", "staging-b", "live"):
        engine.docker("run", "-d", "--name", name, "busybox", "sleep", "1000")
    async with pierhead.running():
        phone = telegram.private(OPERATOR)
        made = await ask(phone, "/schedule add every 1m stop -t 0 staging-*")
        assert lines(made.text)[0] == "Schedule 1: stop -t 0 staging-*"
        assert lines(made.text)[-2:] == [
            "Now it would be:",
            "staging-a@local and staging-b@local",
        ]
        engine.docker("run", "-d", "--name", "staging-c", "busybox", "sleep", "1000")
        said = await after(phone, 61)
        assert lines(said.text)[0] == "local: 3 of 3 done"
        assert lines(said.text)[-1] == "Schedule 1: every 1m"
        assert said.silent
        assert said.reply_to is None
    assert engine.docker("ps", "--format", "{{.Names}}") == "live"
    assert outcomes(tmp_path, "container stop") == ["requested", "started", "finished"]
    (asked, *_) = audited(tmp_path, "container stop")
    assert (asked["origin"], asked["actor"]) == ("schedule", OPERATOR)


async def test_its_card_tells_when_it_runs_and_changes_with_it(
    world: Played, telegram: Sandbox
) -> None:
    phone = telegram.private(OPERATOR)
    made = await ask(phone, '/schedule add --missed run "0 9 * * 1-5" stats --sort cpu')
    assert lines(made.text) == [
        "Schedule 1: stats --sort cpu",
        "0 9 * * 1-5 (UTC)",
        "Next: 09:00, Wed 10 June 09:00 and Thu 11 June 09:00",
        "Times that I miss are made up for by one run.",
        "Runs with the rights of ops-1 (…0007).",
    ]
    assert made.buttons == [["All schedules"], ["Pause 1", "Run 1 now"], ["Remove 1…"]]
    await tap(made, "Pause 1")
    paused = await made.changed()
    assert lines(paused.text)[2] == "Paused."
    await tap(paused, "Resume 1")
    resumed = await paused.changed()
    assert lines(resumed.text)[2].startswith("Next: 09:00")
    changed = await ask(phone, "/schedule edit 1 at 2026-06-09 04:00")
    assert lines(changed.text)[:3] == [
        "Schedule 1: stats --sort cpu",
        "at 2026-06-09 04:00 (UTC)",
        "Next: 04:00",
    ]
    changed = await ask(phone, "/schedule edit --missed report 1 every 1h ps")
    assert lines(changed.text)[0] == "Schedule 1: ps"
    await tap(changed, "All schedules")
    listed = await changed.changed()
    assert lines(listed.text) == ["1 schedule", "1 ps: 04:00"]
    await tap(listed, "1 ps")
    shown = await listed.changed()
    await tap(shown, "Remove 1…")
    question = await shown.changed()
    assert question.buttons == [["Keep it"], ["Remove schedule 1"]]
    await tap(question, "Keep it")
    kept = await question.changed()
    await tap(kept, "Remove 1…")
    question = await kept.changed()
    await tap(question, "Remove schedule 1")
    assert (await question.changed()).text == "Removed schedule 1: ps"
    assert await verdict(phone, "/schedules") == (
        "No schedules yet. /schedule add at 23:00 stop staging-* makes one."
    )
    assert await verdict(phone, "/schedule show 1") == "There is no schedule 1 here."


async def test_one_runs_when_asked_and_keeps_its_times(world: Played, telegram: Sandbox) -> None:
    phone = telegram.private(OPERATOR)
    await ask(phone, "/schedule add at 23:00 ps")
    assert await verdict(phone, "/schedule run") == "/schedule_run: which schedule?"
    assert await verdict(phone, "/schedule run 1") == "Schedule 1 runs now: ps"
    assert lines((await phone.wait()).text)[-1] == "Schedule 1: at 23:00"
    shown = await ask(phone, "/schedule show 1")
    assert lines(shown.text)[2].startswith("Next: 23:00, ")
    assert lines(shown.text)[3] == "Last: 03:00, done"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("at 23:00", "What shall run then? Write the command behind the time."),
        ("noon ps", "noon ps is no time that I understand."),
        ("at 25:00 ps", "at 25:00 is no time that I understand."),
        ("every 5s ps", "That is too often or too seldom: every 5s."),
        ("every 400d ps", "That is too often or too seldom: every 400d."),
        ("61 * * * * ps", "61 * * * * is no time that I understand."),
        ('"0 0 31 2 *" ps', "0 0 31 2 * never comes."),
        ("at 2026-06-09 02:00 ps", "That time is over."),
        ("at 2026-02-30 02:00 ps", "at 2026-02-30 02:00 is no time that I understand."),
        ("at 23:00 nonsense", "There is no command nonsense."),
        ("at 23:00 ps @nowhere", "There is no host nowhere."),
        ("at 23:00 stop", "Not done: stop ; It would ask which one is meant"),
        ("at 23:00 logs -f web", "Not done: read the log of web@local; It goes on until"),
        ("at 23:00 exec -it web sh", "Not done: run something in web@local; It goes on until"),
        ("at 23:00 schedule rm 1", "Not done: remove a schedule; A schedule can't do that"),
        ("at 23:00 rm web", "Not done: remove web@local; It asks first"),
        ("at 23:00 image prune", "Not done: remove the unused images of local; It asks first"),
    ],
)
async def test_what_can_t_run_alone_is_refused_with_the_reason(
    world: Played, telegram: Sandbox, line: str, told: str
) -> None:
    said = await ask(telegram.private(OPERATOR), f"/schedule add {line}")
    found = "; ".join(lines(said.text))
    assert found.startswith(told.partition("; ")[0]), said.text
    assert told.partition("; ")[2] in found, said.text
    assert await verdict(telegram.private(OPERATOR), "/schedules") == (
        "No schedules yet. /schedule add at 23:00 stop staging-* makes one."
    )


async def test_a_viewer_schedules_nothing_and_sees_only_what_is_here(
    world: Played, telegram: Sandbox
) -> None:
    operator, viewer = telegram.private(OPERATOR), telegram.private(VIEWER)
    await ask(operator, "/schedule add every 1h ps")
    assert await verdict(viewer, "/schedule add every 1h ps") == "Not done: add a schedule"
    assert await verdict(viewer, "/schedule show 1") == "There is no schedule 1 here."
    assert await verdict(viewer, "/schedules -a") == "Not done: list all schedules"
    group = telegram.group(GROUP, OPERATOR)
    await group.send("/schedule@pierhead_bot add every 2h stats")
    await after(group, 5)
    assert await verdict(telegram.group(GROUP, VIEWER), "/schedules@pierhead_bot") == "1 schedule"


async def test_a_group_reads_only_its_own_along(world: Played, telegram: Sandbox) -> None:
    await ask(telegram.private(OWNER), "/schedule add every 1h exec -d web login --token s3cret")
    group = telegram.group(GROUP, OWNER)
    for line in ("schedules", "schedules@pierhead_bot -a", "schedule show 1", "schedule rm"):
        name, _, rest = line.partition(" ")
        name = name if "@" in name else f"{name}@pierhead_bot"
        await group.send(f"/{name} {rest}".strip())
        assert "s3cret" not in repr(await after(group, 5)), line


async def test_an_owner_looks_after_others_and_never_borrows_their_rights(
    world: Played, telegram: Sandbox
) -> None:
    operator, owner = telegram.private(OPERATOR), telegram.private(OWNER)
    await ask(operator, "/schedule add every 1h ps")
    assert await verdict(owner, "/schedules -a") == "1 schedule"
    for line in ("run 1", "edit 1 every 2h"):
        said = await ask(owner, f"/schedule {line}")
        assert lines(said.text)[0] == "Not done: schedule 1 is somebody else's."
    paused = await ask(owner, "/schedule pause 1")
    assert "Paused." in paused.text
    assert paused.buttons[1] == ["Resume 1"]
    await ask(owner, "/schedule add every 1h stats")
    assert await verdict(operator, "/schedule rm -f 2") == "There is no schedule 2 here."
    assert await verdict(owner, "/schedule rm -f 1") == "Removed schedule 1: ps"


async def test_what_asks_is_added_where_policy_lets_it_and_shows_its_plan(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, tmp_path: Path
) -> None:
    for name in ("old-1", "old-2"):
        engine.docker("create", "--name", name, "busybox")
    async with pierhead.running():
        phone = telegram.private(OWNER)
        made = await ask(phone, "/schedule add every 1m rm old-*")
        assert "Now it would be:\nRemove old-" in made.text
        assert lines(made.text)[-1] == "A run does that without asking."
        said = await after(phone, 61)
        assert lines(said.text)[0] == "local: 2 of 2 done"
    assert engine.docker("ps", "-aq") == ""
    assert outcomes(tmp_path, "container rm") == ["requested", "started", "finished"]


async def test_an_upgrade_runs_alone_where_policy_lets_it_and_goes_with_what_lives_in_it(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    build(engine, "app", "1")
    build(engine, "side", "1")
    engine.docker("run", "-d", "--name", "web", "app")
    engine.docker("run", "-d", "--name", "side", "--network", "container:web", "side")
    build(engine, "app", "2")
    line = "/schedule add every 1m upgrade --no-pull web"
    mechanic = {"ROLES__MECHANIC__INCLUDES": "operator", "ROLES__MECHANIC__ALLOW": "container.*"}
    mechanic |= {f"PEOPLE__{OPERATOR}__ROLE": "mechanic"}
    pierhead.environment |= {f"PIERHEAD_ACCESS__{key}": is_ for key, is_ in mechanic.items()}
    async with pierhead.running():
        said = await ask(telegram.private(OPERATOR), line)
        assert lines(said.text)[:2] == [
            "Not done: upgrade web@local",
            "It asks first, and a schedule has nobody to ask.",
        ]
        phone = telegram.private(OWNER)
        made = await ask(phone, line)
        assert "Now it would be:\nUpgrade web@local?" in made.text
        assert "Made again with it: side" in made.text
        said = await after(phone, 61)
        while not said.text.startswith("Upgraded "):
            said = await after(phone, 1)
    assert set(engine.docker("ps", "--format", "{{.Names}}").split()) == {"web", "side"}


async def test_an_upgrade_of_all_says_what_it_leaves_out_and_why(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    build(engine, "app", "1")
    for options in ("--name web", "--name db --label pierhead.upgrade=pinned", "--name job --rm"):
        engine.docker("run", "-d", *options.split(), "app")
    build(engine, "app", "2")
    async with pierhead.running():
        phone = telegram.private(OWNER)
        made = await ask(phone, "/schedule add every 1m upgrade --no-pull *")
        assert "Upgrade web@local?" in made.text
        said = await after(phone, 61)
        while not said.text.startswith("Upgraded "):
            said = await after(phone, 1)
    told = lines(said.text)
    assert told[-4] == "Left as they are:"
    assert sorted(told[-3:-1]) == [
        "x db: Its label pierhead.upgrade=pinned keeps it as it is.",
        "x job: It is removed when it ends (--rm): it could not come back.",
    ]
    assert said.silent


async def test_what_gives_the_host_is_never_scheduled(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker("run", "-d", "--pid", "host", "--name", "web", "busybox", "sleep", "1000")
    async with pierhead.running():
        said = await ask(telegram.private(OWNER), "/schedule add every 1h exec -d web ls")
        assert lines(said.text)[0].startswith("Not done: ")
        assert "That is for an owner to do, and never for a schedule." in said.text


async def test_there_is_room_for_so_many(world: Played, telegram: Sandbox) -> None:
    phone = telegram.private(OPERATOR)
    for _ in range(20):
        await ask(phone, "/schedule add every 1h ps")
    said = await ask(phone, "/schedule add every 1h ps")
    assert lines(said.text)[0] == (
        "There are too many schedules: 20 each, 30 in a chat, 100 in all."
    )
    await ask(phone, "/schedule rm -f 7")
    assert await verdict(phone, "/schedule add every 1h ps") == "Schedule 21: ps"


async def test_a_chat_has_room_for_so_many_whoever_makes_them(
    world: Played, telegram: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.import_module("handlers.schedule.add"), "_HERE", 2)
    made = []
    for person in (OWNER, OPERATOR, OPERATOR):
        group = telegram.group(GROUP, person)
        group.unseen()
        await group.send("/schedule@pierhead_bot add every 1h ps")
        made.append(lines((await after(group, 5)).text)[0])
    assert made[:2] == ["Schedule 1: ps", "Schedule 2: ps"]
    assert made[2] == "There are too many schedules: 20 each, 2 in a chat, 100 in all."


async def test_a_right_that_is_gone_is_told_once_and_refused_each_time(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, tmp_path: Path, clock: Morning
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    phone = telegram.private(OPERATOR)
    role = f"PIERHEAD_ACCESS__PEOPLE__{OPERATOR}__ROLE"
    async with pierhead.running():
        await ask(phone, "/schedule add every 1m stop -t 0 web")
    pierhead.environment[role] = "viewer"
    async with pierhead.running():
        said = await after(phone, 61)
        assert lines(said.text)[:2] == [
            "Not done: stop web@local",
            "You are viewer. It needs container.stop on local.",
        ]
        assert not said.silent  # the first time
        await eventually(lambda: outcomes(tmp_path, "container stop").count("denied") > 3, clock)
        assert phone.unseen() == []
    assert engine.docker("ps", "-q") != ""

"""Stacks, by the labels of their containers: the reply, and what the Engine says of it."""

from __future__ import annotations

import json

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OPERATOR, OWNER, VIEWER, Clock, Pierhead
from tests.e2e.talk import ask, later, shows, tap
from tests.e2e.test_container_changes import started, state
from tests.private_engine import Engine

LABEL = "com.docker.compose."


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


def made(
    engine: Engine,
    service: str,
    *command: str,
    stack: str = "shop",
    needs: str = "",
    more: tuple[str, ...] = (),
    verb: tuple[str, ...] = ("run", "-d"),
) -> str:
    """A container as compose makes it, and its name; it ends as soon as it is to."""
    name = f"{stack}-{service}-1"
    tags = {
        "project": stack,
        "service": service,
        "container-number": "1",
        "depends_on": needs,
        "project.working_dir": f"/srv/{stack}",
        "project.config_files": f"/srv/{stack}/compose.yaml",
    }
    labels = (word for key, value in tags.items() for word in ("--label", f"{LABEL}{key}={value}"))
    words = command or ("sleep", "1000")
    more = ("--stop-signal", "KILL", *more)
    engine.docker(*verb, "--name", name, *labels, *more, "busybox", *words)
    return name


def shop(engine: Engine) -> None:
    """Three services: the one that sorts first is needed last."""
    made(engine, "api", needs="db:service_started:false,cache:service_healthy:true")
    made(engine, "cache", needs="db:service_started:false")
    made(engine, "db")


async def test_each_verb_keeps_the_order(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    shop(engine)
    names = ("shop-api-1", "shop-cache-1", "shop-db-1")
    async with pierhead.running():
        stopped = await ask(phone, "/stack stop -t 0 shop")
        assert stopped.text.splitlines() == [
            "local: 3 of 3 done",
            "Stopped shop-api-1@local.",
            "Stopped shop-cache-1@local.",
            "Stopped shop-db-1@local.",
        ]
        ends = [engine.docker("inspect", "-f", "{{.State.FinishedAt}}", name) for name in names]
        assert ends == sorted(ends)
        assert {state(engine, name) for name in names} == {"exited"}
        seen = await ask(phone, "/stack start shop")
        assert seen.text.splitlines()[1:] == [
            "Started shop-db-1@local.",
            "Started shop-cache-1@local.",
            "Started shop-api-1@local.",
        ]
        begun = [started(engine, name) for name in names]
        assert begun == sorted(begun, reverse=True)
        await ask(phone, "/stack restart -t 0 shop")
        again = [started(engine, name) for name in names]
        assert again == sorted(again, reverse=True)
        assert not set(again) & set(begun)
        one = await ask(phone, "/stack pause shop cache")
        assert one.text == "Paused shop-cache-1@local."
        assert [state(engine, name) for name in names] == ["running", "paused", "running"]
        assert "shop-cache-1@local was paused" in (await ask(phone, "/stack pause shop")).text
        assert "3 of 3 done" in (await ask(phone, "/stack unpause shop")).text
        assert {state(engine, name) for name in names} == {"running"}


async def test_circles_and_what_is_missing_hang_nothing(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    made(engine, "a", needs="b:service_started:false,gone:service_started:true")
    made(engine, "b", needs="c:service_started:false")
    made(engine, "c", needs="a:service_started:false,c:,,:")
    async with pierhead.running():
        for verb in ("stop -t 0", "start", "restart -t 0"):
            assert "3 of 3 done" in (await ask(phone, f"/stack {verb} shop")).text


async def test_each_is_tried_and_told(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    shop(engine)
    port = ("-p", "127.0.0.1:8123:80")
    made(engine, "one", stack="twice", more=port)
    engine.docker("stop", "-t", "0", "twice-one-1")
    made(engine, "two", stack="twice", more=port)
    async with pierhead.running():
        seen = await ask(phone, "/stack start twice")
        lines = seen.text.splitlines()
        assert lines[0].startswith("local: 1 of 2 done")
        assert lines[1].startswith("? twice-one-1@local: ")
        assert "twice-two-1@local was running already." in lines


async def test_only_a_known_name_and_service_is_meant(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    shop(engine)
    made(engine, "web", stack="blog")
    before = started(engine, "shop-db-1")
    async with pierhead.running():
        near = await ask(phone, "/stack restart sho")
        assert near.text.splitlines()[:2] == ["There is no sho on local.", "Nothing was changed."]
        assert near.buttons == [["shop"]]
        picker = await ask(phone, "/stack ps")
        assert picker.text.startswith("/stack_ps: which stack on local?")
        assert {b for row in picker.buttons for b in row} == {"blog", "shop"}
        await tap(picker, "blog")
        assert (await phone.wait()).text.startswith("blog@local: 1 of 1 up")
        wrong = await ask(phone, "/stack restart shop mail")
        assert wrong.text.splitlines()[:2] == [
            "shop has no service mail.",
            "It has db, cache and api.",
        ]
        missing = await ask(phone, "/stack stop")
        assert {b for row in missing.buttons for b in row} == {"blog", "shop"}
    assert started(engine, "shop-db-1") == before


async def test_rm_takes_what_is_stopped_or_stops_it_first(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    shop(engine)
    engine.docker("volume", "create", "kept")
    made(
        engine, "job", "true", needs="db:service_started:false", more=("-v", "kept:/k", "-v", "/x")
    )
    engine.docker("wait", "shop-job-1")
    async with pierhead.running():
        refused = await ask(phone, "/stack rm shop db api")
        assert "None of it is stopped." in refused.text
        asked = await ask(phone, "/stack rm -f shop")
        assert asked.text.startswith("Remove 1 container of shop@local?\n")
        assert "3 are not stopped and stay; -s removes them." in asked.text
        assert state(engine, "shop-job-1") == "exited"
        await tap(asked, "Remove 1 of shop@local")
        assert (await shows(asked, "Removed")).text == "Removed shop-job-1@local."
        asked = await ask(phone, "/stack rm -s shop")
        assert asked.text.startswith("Remove 3 containers of shop@local?\n")
        assert "What runs is stopped first." in asked.text
        later(phone, 60)
        await tap(asked, "Remove 3 of shop@local")
        gone = await shows(asked, "3 of 3 done")
        assert gone.text.splitlines()[1:] == [
            "Removed shop-api-1@local.",
            "Removed shop-cache-1@local.",
            "Removed shop-db-1@local.",
        ]
    assert engine.docker("ps", "-aq") == ""
    assert len(engine.docker("volume", "ls", "-q").split()) == 2


async def test_rm_removes_only_what_was_shown(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    made(engine, "job", "true")
    engine.docker("wait", "shop-job-1")
    async with pierhead.running():
        asked = await ask(phone, "/stack rm shop")
        made(engine, "late", "true")
        engine.docker("wait", "shop-late-1")
        await tap(asked, "Remove 1 of shop@local")
        assert (await shows(asked, "Removed")).text == "Removed shop-job-1@local."
    assert engine.docker("ps", "-a", "--format", "{{.Names}}") == "shop-late-1"


def by_the_engine(engine: Engine, *names: str) -> list[str]:
    """What these have logged, in the order of the Engine's own time stamps."""
    logs = [engine.docker("logs", "-t", name).splitlines() for name in names]
    return [line.partition(" ")[2] for line in sorted(line for log in logs for line in log)]


def typed_out(seen: Seen) -> list[str]:
    """The lines of a log that is shown, without whose they are."""
    return [line.partition("| ")[2] for line in seen.text.splitlines() if "| " in line]


async def test_logs_are_one_by_time(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    made(engine, "first", "sh", "-c", "for n in 1 2 3 4 5 6 7 8; do echo a$n; sleep 0.6; done")
    made(engine, "second", "sh", "-c", "for n in 1 2 3; do sleep 0.3; echo b$n; done")
    made(engine, "a-long-name", "echo", "five")
    for name in ("first", "second", "a-long-name"):
        engine.docker("wait", f"shop-{name}-1")
    order = by_the_engine(engine, "shop-first-1", "shop-second-1")
    assert order != sorted(order)  # else one behind the other would do
    async with pierhead.running():
        seen = await ask(phone, "/stack logs shop first second")
        assert seen.text.startswith("shop@local: last 11 lines\n")
        assert typed_out(seen) == order
        assert "first-1| a1" in seen.text
        assert "a-long-na…| five" in (await ask(phone, "/stack logs shop a-long-name")).text
        last = await ask(phone, "/stack logs -n 1 shop first second")
        assert typed_out(last) == [line for line in order if line in {"a8", "b3"}]
        assert last.buttons == [["Refresh", "Follow"]]
        followed = await shows(await ask(phone, "/stack logs -f shop first second"), "ended")
        assert typed_out(followed) == order


async def test_logs_are_followed_until_stopped(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    wait = "while ! test -e /go; do sleep 0.1; done"
    made(engine, "one", "sh", "-c", f"echo begun; {wait}; echo again; sleep 1000")
    made(engine, "two", "sh", "-c", f"{wait}; echo gone; sleep 1000")
    made(engine, "three", "sh", "-c", f"seq 1 40; {wait}; sleep 1000")
    async with pierhead.running():
        seen = await shows(await ask(phone, "/stack logs -n 3 -f shop"), "one-1| begun")
        assert seen.text.startswith("shop@local: following")
        assert sorted(typed_out(seen)) == ["38", "39", "40", "begun"]
        engine.docker("exec", "shop-two-1", "touch", "/go")
        seen = await shows(seen, "two-1| gone")
        engine.docker("exec", "shop-one-1", "touch", "/go")
        seen = await shows(seen, "one-1| again")
        assert sorted(typed_out(seen)) == ["38", "39", "40", "again", "begun", "gone"]
        await tap(seen, "Stop following")
        ended = await shows(seen, "You ended it.")
        assert ended.text.startswith("shop@local: no longer following")


async def test_hostile_labels_are_data(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    names = ("--force", "a\nb", "\u202egpj", "x" * 4000, " ")
    for number, name in enumerate(names):
        engine.docker(
            *("create", "--name", f"c{number}", "--label", f"{LABEL}project={name}"),
            *("--label", f"{LABEL}service=web\nfake| line", "--label", f"{LABEL}depends_on=,:,\n"),
            *("--label", f"{LABEL}container-number=9{'9' * 50}", "busybox", "echo", "hello"),
        )
        engine.docker("start", f"c{number}")
        engine.docker("wait", f"c{number}")
    async with pierhead.running():
        seen = await ask(phone, "/stack ls -a")
        assert seen.text.startswith("local: 5 stacks")
        assert "\u202e" not in seen.text
        assert ["Refresh"] in seen.buttons
        assert not {b for row in seen.buttons for b in row} & {"--force", " "}
        logs = await ask(phone, "/stack logs 'a\nb'")
        assert "c1| hello" in logs.text
        asked = await ask(phone, "/stack rm -- --force")
        assert asked.text.startswith("Remove 1 container of --force@local?")
        await tap(asked, "Remove 1 of --force@local")
        assert (await shows(asked, "Removed")).text == "Removed c0@local."


async def test_who_may_what(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock
) -> None:
    shop(engine)
    made(engine, "top", stack="infra", more=("--privileged",), verb=("create",))
    viewer, operator = telegram.private(VIEWER), telegram.private(OPERATOR)
    async with pierhead.running():
        seen = await ask(viewer, "/stack ps shop")
        assert seen.buttons == [["By name", "By state"], ["Refresh"], ["Logs"]]
        assert "stack.restart" in (await ask(viewer, "/stack restart shop")).text
        assert "stack.rm" in (await ask(operator, "/stack rm shop")).text
        seen = await ask(operator, "/stack ps shop")
        assert seen.buttons[-1] == ["Restart shop@local…"]
        denied = await ask(operator, "/stack start infra")
        assert denied.text.startswith("Not done: start infra@local\n")
        assert "It is privileged." in denied.text
    assert state(engine, "infra-top-1") == "created"


async def test_pull_asks_only_listed_registries(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    engine.docker("tag", "busybox", "elsewhere.example/shop:1")
    labels = ("--label", f"{LABEL}project=shop", "--label", f"{LABEL}service=web")
    engine.docker("create", "--name", "web", *labels, "elsewhere.example/shop:1")
    async with pierhead.running():
        seen = await ask(phone, "/stack pull shop")
        assert "The config does not list the registry elsewhere.example." in seen.text
        assert json.loads(engine.docker("image", "ls", "--format", "json", "busybox"))

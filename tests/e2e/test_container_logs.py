"""/logs: the end of a log, what in it matches, or the log as it grows in one edited message."""

from __future__ import annotations

import re

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, Pierhead
from tests.e2e.talk import ask, folded, screen, shows, tap, verdict
from tests.private_engine import Engine


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


def logged(engine: Engine, name: str, script: str, *options: str) -> None:
    """A container that has said it all, and ended."""
    engine.docker("run", *options, "--name", name, "busybox", "sh", "-c", script)


async def test_the_end_of_a_log(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    logged(engine, "web", "for i in $(seq 40); do echo line $i; done; echo oops")
    logged(engine, "loud", "echo oops >&2")
    logged(engine, "mute", "true")
    async with pierhead.running():
        seen = await ask(phone, "/logs web")
        assert screen(seen)[0] == "web@local: last 30 lines"
        assert screen(seen)[-1] == "oops"
        assert folded(seen).splitlines()[0] == "line 12"
        assert seen.buttons == [["Refresh", "Follow"]]
        few = await ask(phone, "/logs --tail 2 web")
        assert few.text.splitlines()[1:] == ["line 40", "oops"]
        await tap(few, "Refresh")
        assert (await few.changed()).text == few.text
        every = await ask(phone, "/logs web -n all")
        assert every.text.startswith("web@local: last 41 lines\n")
        stamped = await ask(phone, "/logs -t -n 1 web")
        assert re.fullmatch(r"\d\d:\d\d:\d\d oops", stamped.text.splitlines()[1])
        assert await verdict(phone, "/logs web --since 1h") == "web@local: last 30 lines"
        before = await ask(phone, "/logs web --until 1h")
        assert before.text == "web@local: nothing logged in that time"
        assert before.buttons == [["Refresh"]]
        assert await verdict(phone, "/logs web -n 0") == "web@local: no lines asked for"
        assert await verdict(phone, "/logs mute") == "mute@local: nothing logged"
        assert (await ask(phone, "/logs loud")).text == "loud@local: last line\noops"
        for wrong, said in (
            ("/logs web --since yesterday", "yesterday is no time."),
            ("/logs web -n x", "x does not fit here."),
            ("/logs web loud", "loud is one word too many."),
            ("/logs wab", "There is no wab on local."),
        ):
            assert await verdict(phone, wrong) == said
        assert phone.history[-1].buttons == [["web"]]


async def test_what_the_log_driver_adds(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    options = ("--label", "tier=web", "--log-opt", "labels=tier")
    logged(engine, "web", "echo one", *options)
    async with pierhead.running():
        plain = await ask(phone, "/logs web")
        detailed = await ask(phone, "/logs --details web")
        found = await ask(phone, "/logs --details -g one web")
    assert plain.text.splitlines()[1:] == ["one"]
    assert detailed.text.splitlines()[1:] == [engine.docker("logs", "--details", "web")]
    assert detailed.text.splitlines()[1:] == ["tier=web one"]
    assert found.text.splitlines()[1] == "tier=web one"


async def test_what_matches(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    logged(engine, "web", "for i in $(seq 500); do echo line $i; done; echo '(a+)+$ b'")
    async with pierhead.running():
        seen = await ask(phone, "/logs web --grep 'line 4.?9$'")
        assert seen.text.splitlines()[:3] == ["web@local: 11 lines match", "line 49", "line 409"]
        assert re.search(r"Searched [\d.]+ kB of log\.$", seen.text)
        assert await verdict(phone, r"/logs web -g '^\(a\+\)\+'") == "web@local: 1 line matches"
        assert await verdict(phone, "/logs web -g nothing") == "web@local: no line matches"
        many = await ask(phone, "/logs web -g line")
        assert many.text.startswith("web@local: 500 lines match")
        assert "These are the last 200." in many.text
        few = await ask(phone, "/logs web -g line -n 2")
        assert few.text.splitlines()[:4] == [
            "web@local: 500 lines match",
            "line 499",
            "line 500",
            "These are the last 2.",
        ]
        count = await ask(phone, "/logs web -g line -n 0")
        assert re.fullmatch(r"web@local: 500 lines match\nSearched [\d.]+ kB of log\.", count.text)
        bad = await ask(phone, "/logs web -g '(x'")
        assert "(x" in bad.text
        assert bad.buttons == []
        both = await ask(phone, "/logs -f web -g x")
        assert both.text == "--follow and --grep don't go together."


async def test_hostile_output(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    logged(
        engine,
        "web",
        r"echo '<b>&amp;</pre> /rm @someone https://example.com';"
        r"printf '\033[31mred\033[0m\r\n\342\200\256bidi\n\377\376\0bytes\n';"
        "echo DB_PASSWORD=hunter2",
    )
    logged(engine, "long", "head -c 1048576 /dev/zero | tr '\\0' x; echo; echo last")
    logged(engine, "tty", r"echo over; printf '\033[2Ja tty\n'", "-t")
    async with pierhead.running():
        seen = await ask(phone, "/logs web")
        text = seen.text
        assert "<b>&amp;</pre> /rm @someone https://example.com" in text
        assert "\\x1b[31mred\\x1b[0m" in text
        assert "\\u202ebidi" in text
        assert "��\\x00bytes" in text
        assert "hunter2" not in text
        assert seen.tappable == []
        long = await ask(phone, "/logs long")
        assert screen(long)[0] == "long@local: last 2 lines"
        assert screen(long)[-1] == "last"
        whole = await phone.wait()
        assert whole.document is not None
        assert whole.document[0] == "output.txt"
        assert await verdict(phone, "/logs long -g last") == "long@local: 1 line matches"
        terminal = await ask(phone, "/logs tty")
        assert terminal.text.splitlines()[1:] == ["over", "\\x1b[2Ja tty"]


async def test_following_ends_with_stop(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    script = "echo one; while [ ! -e /go ]; do sleep 0.05; done; echo two; sleep 1000"
    engine.docker("run", "-d", "--name", "web", "busybox", "sh", "-c", script)
    engine.docker("run", "-d", "--name", "quiet", "busybox", "sleep", "1000")
    async with pierhead.running():
        seen = await ask(phone, "/logs -f web")
        assert seen.text == "web@local: following\none"
        assert seen.buttons == [["Stop following"]]
        engine.docker("exec", "web", "touch", "/go")
        grown = await shows(seen, "two")
        assert grown.id == seen.id
        assert await tap(grown, "Stop following") == "Stopping."
        done = await shows(grown, "You ended it.")
        assert done.text == "web@local: no longer following\none\ntwo\nYou ended it."
        assert done.buttons == [["Follow"]]
        assert await tap(grown, "Stop following") == "It has ended already."
        still = await ask(phone, "/logs quiet -f")
        assert still.text == "quiet@local: following\nNothing logged yet."
        assert still.buttons == [["Stop following"]]
        engine.docker("rm", "-f", "quiet")
        gone = await shows(still, "no longer")
        assert gone.text == "quiet@local: no longer following\nThe log has ended."


async def test_long_lines_are_followed_without_their_end(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    lines = "yes 'a é.' | tr -d '\\n' | head -c 20000; echo; sleep 1000"
    engine.docker("run", "-d", "--name", "web", "busybox", "sh", "-c", lines)
    async with pierhead.running():
        seen = await ask(phone, "/logs -f web")
        line = (await shows(seen, "…")).text.splitlines()[1]
        assert line.startswith("a é.a é.")
        assert line.endswith("é…")
        assert 1000 < len(line) < 1030


async def test_following_ends_with_cancel(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    async with pierhead.running():
        seen = await ask(phone, "/logs -f web")
        cancelled = await ask(phone, "/cancel")
        assert cancelled.text.startswith("Ending 1 command.\ncontainer logs on local")
        assert "You ended it." in (await shows(seen, "no longer")).text
        assert await verdict(phone, "/cancel") == "Nothing of yours is running."

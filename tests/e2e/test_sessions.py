"""Sessions: a program that is typed to by replies to the message that shows its screen."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import GROUP, OPERATOR, OWNER, Clock, Pierhead, environment_of
from tests.e2e.luck import audited, eventually
from tests.e2e.talk import ask, later, shows, tap
from tests.e2e.test_container_exec import ran, running
from tests.private_engine import Engine

KEYS = [["Ctrl-C", "Ctrl-D", "Tab", "↑"], ["Close"]]


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


@pytest.fixture
def web(engine: Engine) -> Engine:
    engine.docker("run", "-d", "--init", "--name", "web", "busybox", "sleep", "1000")
    return engine


async def opened(phone: Phone, line: str = "/exec -it web sh") -> Seen:
    """The message of a session that has just been opened."""
    return await shows(await ask(phone, line), "/ #")


async def typed(seen: Seen, text: str, said: str) -> Seen:
    """Reply to the session's message, and see what comes of it."""
    later(seen.phone, 1.1)
    await seen.phone.send(text, reply_to=seen)
    return await shows(seen, said)


async def closed(seen: Seen, label: str = "Close") -> Seen:
    assert await tap(seen, label) == "Stopping."
    return await shows(seen, "session ended")


async def test_a_shell(
    pierhead: Pierhead, phone: Phone, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await opened(phone)
        assert seen.text.startswith("web@local: sh\n")
        assert seen.text.endswith("/ # █\nReply to this message to type a line.")
        assert seen.buttons == KEYS
        seen = await typed(seen, "echo $((6 * 7))", "\n42\n")
        seen = await typed(seen, "//bin/echo one; /bin/echo two$((1+1))", "two2")
        seen = await typed(seen, "/help", "not found")
        seen = await typed(seen, "echo a\necho b\necho c$((1+2))", "c3")
        assert "$ a\nb" not in seen.text
        seen = await typed(seen, "tty; stty size", "14 34")
        assert "/dev/pts/" in seen.text
        told = await closed(seen)
        assert told.text.endswith("\nYou closed it.")
        assert told.buttons == [["Open web@local again"]]
        assert running(web) == []
        assert [s.text for s in phone.unseen() if s.id != seen.id] == []
    lines = [row for row in audited(tmp_path, "session exec") if row["outcome"] == "finished"]
    assert [row["argv"][-1] for row in lines][:3] == [
        "echo $((6 * 7))",
        "//bin/echo one; /bin/echo two$((1+1))",
        "/help",
    ]
    assert all(row["actor"] == OWNER and row["host"] == "local" for row in lines)
    assert audited(tmp_path, "container exec")[-1]["outcome"] == "cancelled"


async def test_what_it_shows_of_full_screen_programs(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    web.docker("exec", "web", "sh", "-c", "seq 40 > /numbers")
    async with pierhead.running():
        seen = await opened(phone)
        seen = await typed(seen, "vi /numbers", "- /numbers 1/40 2%")
        rows = seen.text.splitlines()[1:-1]
        assert rows == [*map(str, range(1, 14)), "- /numbers 1/40 2%"]
        seen = await typed(seen, "dddd", "\n15\n")
        assert seen.text.splitlines()[1] == "3"
        seen = await typed(seen, ":q!", "/ # vi /numbers\n/ # █")
        seen = await typed(seen, "less /numbers", "\n13\n/numbers")
        seen = await typed(seen, "/39", "\n40\n")
        seen = await typed(seen, "b", "\n27\n")
        seen = await typed(seen, "q", "/ # █")
        seen = await typed(seen, "top", "Load average")
        assert seen.text.splitlines()[1].startswith("Mem: ")
        assert await tap(seen, "Ctrl-C") == ""
        seen = await shows(seen, "/ # █")
        await closed(seen)
        assert running(web) == []


async def test_the_keys(
    pierhead: Pierhead, phone: Phone, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await opened(phone)
        seen = await typed(seen, "cat", "cat\n")
        seen = await typed(seen, "echoed", "echoed\nechoed")
        await tap(seen, "Ctrl-D")
        seen = await shows(seen, "/ # █")
        seen = await typed(seen, "sleep 801", "sleep 801\n")
        await tap(seen, "Ctrl-C")
        seen = await shows(seen, "^C\n/ # █")
        assert running(web) == ["sh"]
        await tap(seen, "↑")
        seen = await shows(seen, "/ # sleep 801█")
        await tap(seen, "Ctrl-C")
        seen = await shows(seen, "^C\n/ # █")
        await tap(seen, "Tab")
        await tap(seen, "Ctrl-D")
        seen = await shows(seen, "session ended")
        assert "\nExit code " in seen.text
    keys = [row["argv"][3] for row in audited(tmp_path, "session exec") if "--key" in row["argv"]]
    assert set(keys) == {"ctrl-c", "ctrl-d", "up", "tab"}


async def test_who_is_asked_for_a_password_is_told_where_it_stays(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await opened(phone)
        seen = await typed(
            seen, "printf 'Password for db: '; read x; echo got $x", "Password for db"
        )
        seen = await shows(seen, "audit log")
        assert seen.text.splitlines()[-1] == (
            "A password that you type stays in this chat and in the audit log."
        )
        seen = await typed(seen, "hunter", "got hunter")
        assert seen.text.endswith("Reply to this message to type a line.")
        await closed(seen)


async def test_a_program_without_a_terminal(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/exec -i web sh -c 'cat; echo over >&2; exit 4'")
        assert seen.buttons == [["End of input"], ["Close"]]
        seen = await typed(seen, "one", "\none\n")
        seen = await typed(seen, "/two\nthree", "\none\n/two\nthree\n")
        await tap(seen, "End of input")
        told = await shows(seen, "session ended")
        assert told.text == (
            "web@local: session ended\none\n/two\nthree\nOn its error output:\nover\nExit code 4."
        )


async def test_a_terminal_without_an_input(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await shows(await ask(phone, "/exec -t web sh -c 'tty; sleep 802'"), "/dev/pts")
        assert seen.buttons == [["Close"]]
        await phone.send("echo no", reply_to=seen)
        told = await shows_new(phone, seen)
        assert told.text == "It takes no input.\nNothing was typed."
        await closed(seen)
        assert running(web) == []


async def shows_new(phone: Phone, but: Seen) -> Seen:
    """The next message that is another than this one."""
    while (seen := await phone.wait()).id == but.id:
        pass
    return seen


async def test_it_ends_with_its_program(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await typed(await opened(phone), "exit 7", "session ended")
        assert seen.text.endswith("\nExit code 7.")
        again = await ask(phone, "/exec -it web nosuch")
        again = await shows(again, "session ended")
        assert "It could not be started." in again.text
        seen = await opened(phone)
        web.docker("kill", "web")
        seen = await shows(seen, "session ended")
        assert seen.text.endswith("The container does not run any more.")
        web.docker("start", "web")
        seen = await opened(phone)
        web.docker("rm", "-f", "web")
        seen = await shows(seen, "session ended")
        assert seen.text.endswith("The container has gone.")


async def test_many_lines_are_typed_in_their_order(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/exec -i web sh -c 'while read x; do echo $x; done > /all'")
        seen = await shows(seen, "Reply")
        for number in range(25):
            await phone.send(f"line {number}", reply_to=seen)
        await phone.send("last", reply_to=seen)
        for _ in range(200):
            all_ = web.docker("exec", "web", "cat", "/all").splitlines()
            if all_[-1:] == ["last"]:
                break
            await asyncio.sleep(0.1)
        assert all_ == [*(f"line {number}" for number in range(25)), "last"]
        await closed(seen)


async def test_what_follows_a_line_that_was_refused_is_not_typed(
    telegram: Sandbox, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    """`cd /tmp` that was too much at once must not be followed by `rm *`."""
    environment = environment_of(telegram, web.url, tmp_path) | {"PIERHEAD_LIMITS__RATE": "20"}
    phone = telegram.private(OWNER)
    async with Pierhead(environment, clock).running():
        seen = await shows(await ask(phone, "/exec -i web sh"), "Reply")
        clock.stop()
        for number in range(19):  # one more than there is left of 20, as /exec counts twice
            await phone.send(f"echo line {number} >> /all", reply_to=seen)
        told = await shows_new(phone, seen)
        assert told.text.startswith("Too much at once.")
        await eventually(lambda: "line 17" in web.docker("exec", "web", "cat", "/all"))
        clock.advance(4)
        await phone.send("echo nobody has read that >> /all", reply_to=seen)
        told = await shows_new(phone, seen)
        assert told.text == "A line before it was not typed, so this one wasn't either."
        clock.advance(6)
        await phone.send("echo now it was read >> /all", reply_to=seen)
        await eventually(lambda: "was read" in web.docker("exec", "web", "cat", "/all"))
    typed_lines = web.docker("exec", "web", "cat", "/all").splitlines()
    assert typed_lines == [*(f"line {number}" for number in range(18)), "now it was read"]


async def test_what_comes_too_late_is_not_typed(
    pierhead: Pierhead, phone: Phone, web: Engine, telegram: Sandbox, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await closed(await opened(phone))
        await phone.send("/rm -f web", reply_to=seen)
        told = await shows_new(phone, seen)
        assert told.text == "This session has ended.\nNothing was typed."
        await phone.send("ls", reply_to=seen)
        mine = await ask(phone, "/whoami")
        assert "You may do everything" in mine.text
    async with pierhead.running():
        await phone.send("/rm -f web", reply_to=seen)
        told = await shows_new(phone, seen)
        assert told.text == "This session has ended.\nNothing was typed."
        seen = await opened(phone)
    assert web.docker("inspect", "-f", "{{.State.Running}}", "web") == "true"


async def test_nobody_types_for_a_quarter_of_an_hour(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await opened(phone)
        clock.advance(800)
        seen = await typed(seen, "echo still$((1+1))", "still2")
        clock.advance(850)
        seen = await shows(seen, "It closes in a minute unless you type.")
        clock.advance(60)
        seen = await shows(seen, "session ended")
        assert seen.text.endswith("\nNothing was typed for 15 min.")
        assert running(web) == []


async def test_an_hour_is_the_most(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await opened(phone)
        for n in range(4):
            clock.advance(850)
            seen = await typed(seen, f"echo round{n}$((1+1))", f"round{n}2")
        clock.advance(250)
        seen = await shows(seen, "session ended")
        assert seen.text.endswith("\nA session ends after 1 h.")
        assert running(web) == []


async def test_it_ends_when_the_right_is_revoked(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    async with pierhead.running() as app:
        seen = await opened(phone)
        app.policy.freeze()
        await phone.send("touch /typed", reply_to=seen)
        refused = await shows_new(phone, seen)
        assert refused.text.startswith("Not done: type into web@local\n")
        clock.advance(3)
        seen = await shows(seen, "session ended")
        assert seen.text.endswith("\nYou may not do this any more.")
        assert running(web) == []
    assert web.docker("exec", "web", "find", "/typed", check=False) == ""


async def test_what_gives_root_is_for_owners(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, tmp_path: Path, clock: Clock
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    engine.docker("run", "-d", "-v", "/:/host", "--name", "holds", "busybox", "sleep", "1000")
    environment = environment_of(telegram, engine.url, tmp_path)
    environment[f"PIERHEAD_ACCESS__PEOPLE__{OPERATOR}__ROLE"] = "admin"
    admin = telegram.private(OPERATOR)
    async with Pierhead(environment, clock).running():
        assert (await ran(admin, "/exec web echo yes")).text.endswith("yes")
        for line in ("/exec holds id", "/exec -it holds sh", "/attach holds"):
            refused = (await ask(admin, line)).text
            assert refused.startswith("Not done: ")
            assert "It mounts / of the host.\n" in refused
            assert "engine.root" in refused
        assert "engine.root" in (await ask(admin, "/exec --privileged web id")).text
        assert (await ran(telegram.private(OWNER), "/exec holds echo yes")).text.endswith("yes")


async def test_a_viewer_and_an_operator_may_not(
    pierhead: Pierhead, telegram: Sandbox, web: Engine
) -> None:
    operator = telegram.private(OPERATOR)
    async with pierhead.running():
        for line, needed in (
            ("/exec web ls", "container.exec"),
            ("/exec -it web sh", "container.exec"),
            ("/attach web", "container.attach"),
        ):
            assert needed in (await ask(operator, line)).text
        assert not {"exec", "attach"} & {name for name, _ in operator.menu}


async def test_what_is_off_does_not_exist(
    telegram: Sandbox, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    environment = environment_of(telegram, web.url, tmp_path)
    phone = telegram.private(OWNER)
    async with Pierhead(environment | {"PIERHEAD_FEATURES__EXEC": "false"}, clock).running():
        for line in ("/exec web ls", "/attach web", "/session exec web x y"):
            assert (await ask(phone, line)).text.startswith("There is no command ")


async def test_in_a_group(pierhead: Pierhead, telegram: Sandbox, web: Engine, clock: Clock) -> None:
    mine, other = telegram.group(GROUP, OWNER), telegram.group(GROUP, OPERATOR)
    async with pierhead.running():
        seen = await opened(mine, "/exec@pierhead_bot -it web sh")
        await other.send("touch /other", reply_to=seen)
        assert await Seen(other, seen.message).tap("Ctrl-D") == "Only who opened it can type."
        later(mine, 3)
        seen = await typed(seen, "echo mine$((1+1))", "mine2")
        assert web.docker("exec", "web", "find", "/other", check=False) == ""
        await tap(seen, "Close")
        await shows(seen, "session ended")


async def test_where_a_group_is_not_linked_to_the_host_it_is_private(
    telegram: Sandbox, web: Engine, tmp_path: Path, clock: Clock
) -> None:
    environment = environment_of(telegram, web.url, tmp_path)
    environment["PIERHEAD_HOSTS__OTHER__URL"] = web.url
    environment[f"PIERHEAD_ACCESS__CHATS___{-GROUP}__HOSTS"] = "other"
    group, private = telegram.group(GROUP, OWNER), telegram.private(OWNER)
    async with Pierhead(environment, clock).running():
        await group.send("/exec@pierhead_bot @local -it web sh")
        notice = await group.wait()
        assert notice.text == "This may hold secrets, so I answer you privately."
        seen = await shows(await private.wait(), "/ #")
        seen = await typed(seen, "echo mine$((1+1))", "mine2")
        await group.send("touch /typed", reply_to=notice)
        await closed(seen)
        assert web.docker("exec", "web", "find", "/typed", check=False) == ""


async def test_two_a_person(pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock) -> None:
    async with pierhead.running():
        one = await opened(phone)
        await opened(phone)
        third = await ask(phone, "/exec -it web sh")
        assert third.text.startswith("Too many logs and sessions are open.\n")
        assert (await ran(phone, "/exec web echo still")).text.endswith("still")
        await closed(one)
        await opened(phone)
        await ask(phone, "/cancel")


async def test_a_flood_is_followed_and_ctrl_c_ends_it(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await typed(await opened(phone), "yes flood", "flood\nflood\nflood\n")
        await tap(seen, "Ctrl-C")
        seen = await shows(seen, "/ # █")
        seen = await typed(seen, "head -c 9999 /bin/busybox", "\ufffd")
        seen = await typed(seen, "reset; echo sane$((1+1))", "sane2")
        await closed(seen)
        assert running(web) == []


async def test_a_bot_that_stops_ends_it(
    pierhead: Pierhead, phone: Phone, web: Engine, clock: Clock
) -> None:
    async with pierhead.running():
        seen = await opened(phone)
    assert running(web) == []
    async with pierhead.running():
        seen = await shows(seen, "session ended")
        assert "I was restarted." in seen.text

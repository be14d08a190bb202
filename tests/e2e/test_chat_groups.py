"""Groups: one that an owner linked is answered, any other met with silence and left."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Person, Sandbox
from tests.e2e.conftest import (
    GROUP,
    OPERATOR,
    OWNER,
    RUSSIAN,
    UNLINKED,
    VIEWER,
    Clock,
    Pierhead,
)
from tests.e2e.luck import count, eventually, outcomes
from tests.e2e.talk import ask, later, shows, verdict
from tests.private_engine import Engine


async def test_a_linked_group_is_answered(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sh", "-c", "echo hi; sleep 1000")
    async with pierhead.running():
        group, viewer = telegram.group(GROUP, OWNER), telegram.group(GROUP, VIEWER)
        seen = await ask(group, "/ps@pierhead_bot")
        assert seen.text.startswith("local: all well\n")
        assert seen.reply_to is not None
        logs = await ask(group, "/logs@pierhead_bot web")
        assert logs.text == "web@local: last line\nhi"
        denied = await ask(viewer, "/restart@pierhead_bot web")
        assert denied.text.startswith("Not done: restart web@local\n")
        count = len(group.history)
        await group.send("hello everybody")
        await group.send("/ps@another_bot")
        assert (await ask(telegram.private(OWNER), "/whoami")).text.startswith("You are")
        assert len(group.history) == count + 2


async def test_one_s_operation_is_not_another_s(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    async with pierhead.running():
        operator, viewer = telegram.group(GROUP, OPERATOR), telegram.group(GROUP, VIEWER)
        following = await ask(operator, "/logs@pierhead_bot -f web")
        data = following.data_of("Stop following")
        assert (
            await viewer.tap_data(data, following) == "Only who started it or an owner can stop it."
        )
        nothing = await ask(viewer, "/cancel@pierhead_bot")
        assert nothing.text == "Nothing of yours is running."
        ended = await ask(telegram.group(GROUP, OWNER), "/cancel@pierhead_bot")
        assert ended.text.startswith("Ending 1 command.")
        assert "It was ended." in (await shows(following, "no longer")).text


async def test_in_a_group_each_is_spoken_to_in_their_own_language(
    pierhead: Pierhead, telegram: Sandbox
) -> None:
    telegram.set_member(GROUP, RUSSIAN)
    async with pierhead.running():
        owner, russian = telegram.group(GROUP, OWNER), telegram.group(GROUP, RUSSIAN)
        assert await verdict(owner, "/whoami@pierhead_bot") == "You are owner (…0042), owner"
        theirs = await verdict(russian, "/whoami@pierhead_bot")
        assert theirs.startswith("Вы")
        assert await verdict(owner, "/language@pierhead_bot ru") == "Говорю с вами по-русски."
        mine = await verdict(owner, "/whoami@pierhead_bot")
        assert mine.replace("0042", "0009") == theirs


async def test_a_group_s_own_language_counts_before_a_person_s(
    pierhead: Pierhead, telegram: Sandbox
) -> None:
    pierhead.environment[f"PIERHEAD_ACCESS__CHATS___{-GROUP}__LANGUAGE"] = "en"
    pierhead.environment[f"PIERHEAD_ACCESS__CHATS___{-GROUP}__TIMEZONE"] = "Asia/Omsk"
    telegram.set_member(GROUP, RUSSIAN)
    async with pierhead.running():
        owner, russian = telegram.group(GROUP, OWNER), telegram.group(GROUP, RUSSIAN)
        assert (await verdict(russian, "/whoami@pierhead_bot")).startswith("You are")
        assert (await ask(owner, "/language@pierhead_bot ru")).text.splitlines() == [
            "In our private chat I speak Русский.",
            "This group has a language of its own.",
        ]
        assert (await verdict(owner, "/whoami@pierhead_bot")).startswith("You are")
        assert (await verdict(telegram.private(OWNER), "/whoami")).startswith("Вы")
        assert await verdict(owner, "/language@pierhead_bot en") == "I speak English with you."


async def test_secrets_stay_out_of_a_group_without_the_host(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    del pierhead.environment[f"PIERHEAD_ACCESS__CHATS___{-GROUP}__HOSTS"]
    pierhead.environment[f"PIERHEAD_ACCESS__CHATS___{-GROUP}__LANGUAGE"] = "en"
    engine.docker("run", "-d", "--name", "web", "busybox", "sh", "-c", "echo hi; sleep 1000")
    async with pierhead.running():
        group, private = telegram.group(GROUP, OWNER), telegram.private(OWNER)
        for line, said in (
            ("/logs@pierhead_bot web", "web@local: last line\nhi"),
            ("/logs@pierhead_bot -f web", "web@local: following\nhi"),
            ("/inspect@pierhead_bot web", "web@local: running"),
            ("/top@pierhead_bot web", "web@local: 1 process"),
            ("/audit@pierhead_bot", "Audit: "),
        ):
            private.unseen()
            later(private, 1.1)
            await group.send(line)
            answer = await private.wait()
            while not answer.text.startswith(said):
                answer = await private.wait()
        assert (await ask(group, "/ps@pierhead_bot")).text
        told = [seen.text for seen in group.history]
        assert not any("hi" in text.split() or "@local" in text for text in told)


SHUT = "I can't write to you: open a private chat with me, send /start there, and ask again."


@pytest.mark.parametrize("opened", [True, False])
@pytest.mark.parametrize("line", ["/logs@pierhead_bot web", "/logs@pierhead_bot -f web"])
async def test_who_cannot_be_written_to_is_told_so_in_the_group(
    pierhead: Pierhead,
    telegram: Sandbox,
    engine: Engine,
    tmp_path: Path,
    clock: Clock,
    line: str,
    *,
    opened: bool,
) -> None:
    del pierhead.environment[f"PIERHEAD_ACCESS__CHATS___{-GROUP}__HOSTS"]
    pierhead.environment[f"PIERHEAD_ACCESS__CHATS___{-GROUP}__LANGUAGE"] = "en"
    pierhead.environment["PIERHEAD_ACCESS__PEOPLE__55__ROLE"] = "operator"
    telegram.add_person(Person(55, "Nina", "en", started=opened))
    telegram.set_member(GROUP, 55)
    if opened:
        telegram.private(55).block()
    engine.docker("run", "-d", "--name", "web", "busybox", "sh", "-c", "echo hi; sleep 1000")
    async with pierhead.running():
        group, phone = telegram.group(GROUP, 55), telegram.private(55)
        await group.send(line)
        await eventually(lambda: count(tmp_path, "outbox", "state = 'failed'") == 1, clock)
        await eventually(lambda: count(tmp_path, "outbox", "state = 'pending'") == 0, clock)
        assert [seen.text for seen in group.history] == [line, SHUT]
        ended = "cancelled" if "-f" in line else "finished"
        assert outcomes(tmp_path, "container logs")[-1] == ended
        await ask(phone, "/start")  # which opens the chat
        await group.send(line)
        while "\nhi" not in (await phone.wait()).text:
            later(phone, 1.1)
        notice = "This may hold secrets, so I answer you privately."
        await eventually(lambda: group.history[-1].text == notice, clock)


async def test_an_unlinked_group_is_left_in_silence(pierhead: Pierhead, telegram: Sandbox) -> None:
    async with pierhead.running():
        group = telegram.group(UNLINKED, OWNER)
        for line in ("/ps@pierhead_bot", "/whoami@pierhead_bot", "hello"):
            await group.send(line)
        telegram.add_group(-1003, "New", (OWNER,))

        def left() -> bool | None:
            return any(c["chat_id"] == "-1003" for c in telegram.calls("leaveChat")) or None

        phone = telegram.private(OWNER)
        assert await phone.until(left, "the bot did not leave", 10)
        assert (await ask(phone, "/whoami")).text.startswith("You are")
        assert all(seen.message.sender_id == OWNER for seen in group.history)
        assert not any(
            call["chat_id"] in {str(UNLINKED), "-1003"} for call in telegram.calls("sendMessage")
        )

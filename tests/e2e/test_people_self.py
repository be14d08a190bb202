"""The person who writes: greeting, help, rights, language, and the first owner."""

from __future__ import annotations

from sandbox import Sandbox
from tests.e2e.conftest import GROUP, OPERATOR, OWNER, RUSSIAN, STRANGER, VIEWER, Clock, Pierhead
from tests.e2e.luck import eventually
from tests.e2e.talk import ask, folded, tap, verdict
from tests.private_engine import Engine


async def test_greeting_help_and_rights(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker("create", "--name", "web", "busybox")
    async with pierhead.running():
        owner, viewer = telegram.private(OWNER), telegram.private(VIEWER)
        hello = await ask(owner, "/start")
        assert hello.text.splitlines()[0] == "Pierhead is ready. You are owner."
        assert hello.tappable == ["/ps", "/help"]
        await tap(hello, "Containers")
        assert (await owner.wait()).text.startswith("local: all well\n")
        mine, theirs = await ask(owner, "/help"), await ask(viewer, "/help")
        assert "/rm – Remove one or more containers." in folded(mine)
        assert "/restart" not in theirs.text
        assert "/logs – Fetch the log of a container." in folded(theirs)
        assert (await ask(owner, "/help container rm")).text.splitlines()[:3] == [
            "Remove one or more containers.",
            "Usage: /rm [-f] [-v] CONTAINER…",
            "-f, --force: Force the removal of a running container",
        ]
        assert (await ask(owner, "/rm --help")).text == (await ask(owner, "/help rm")).text
        assert "/restart" not in (await ask(viewer, "/restrat web")).tappable
        denied = await ask(viewer, "/help restart")
        assert "You are viewer. It needs container.restart." in denied.text
        assert await verdict(owner, "/help nonsense") == "There is no command nonsense."
        assert (await ask(owner, "/whoami")).text.splitlines() == [
            "You are owner (…0042), owner",
            "On every host.",
            "You may do everything.",
        ]
        rights = await ask(telegram.private(OPERATOR), "/whoami")
        assert rights.text.splitlines()[0] == "You are ops-1 (…0007), operator"
        assert {"container.ls", "container.restart"} <= set(folded(rights).split())
        await eventually(lambda: ("rm", "Remove one or more containers.") in owner.menu)
        await eventually(lambda: "ps" in dict(viewer.menu))
        assert "rm" not in dict(viewer.menu)
        here = telegram.group(GROUP, VIEWER)
        await eventually(lambda: "ps" in dict(here.menu))
        assert here.menu == viewer.menu
        assert telegram.group(GROUP, STRANGER).menu == []


async def test_what_is_read_only_is_not_offered_until_the_console_allows_it(
    pierhead: Pierhead, telegram: Sandbox
) -> None:
    async with pierhead.running(read_only=True) as app:
        owner = telegram.private(OWNER)
        await eventually(lambda: "ps" in dict(owner.menu))
        assert "restart" not in dict(owner.menu)
        app.allow_writes()
        await eventually(lambda: "restart" in dict(owner.menu))


async def test_language(pierhead: Pierhead, telegram: Sandbox) -> None:
    async with pierhead.running():
        phone, russian = telegram.private(OWNER), telegram.private(RUSSIAN)
        english = (await ask(phone, "/whoami")).text
        question = await ask(phone, "/language")
        assert question.text == "Which language? Now it is English."
        assert question.buttons == [["English", "Русский"], ["As in Telegram"]]
        await tap(question, "Русский")
        await question.changed()
        theirs = (await ask(russian, "/whoami")).text
        mine = (await ask(phone, "/whoami")).text
        assert mine.replace("0042", "0009") == theirs
        assert "klingon" in await verdict(phone, "/language klingon")
    async with pierhead.running():
        assert (await ask(phone, "/whoami")).text == mine
        await ask(phone, "/language auto")
        assert (await ask(phone, "/whoami")).text == english


async def test_unknown_words(pierhead: Pierhead, telegram: Sandbox, engine: Engine) -> None:
    async with pierhead.running():
        phone = telegram.private(OWNER)
        near = await ask(phone, "/restrat web")
        assert near.text.splitlines()[0] == "There is no command /restrat."
        assert "/restart" in near.tappable
        assert (await ask(phone, "/zzz")).tappable == ["/help"]
        assert (await ask(phone, "hello there")).tappable == ["/help"]
        for line in ("/docker ps", "docker ps", "$ docker container ls", "/Ps.", "/container_ls"):
            assert await verdict(phone, line) == "local: no containers"


async def test_the_first_owner_has_the_code(
    pierhead: Pierhead, telegram: Sandbox, clock: Clock
) -> None:
    del pierhead.environment["PIERHEAD_ACCESS__OWNERS"]
    async with pierhead.running():
        code = _code(pierhead)
        stranger, other = telegram.private(STRANGER), telegram.private(OWNER)
        assert (await ask(stranger, "/start")).text.startswith("I don't know you.")
        assert await verdict(stranger, "/start _wrong") == "That code is not right."
        assert stranger.menu == []
        assert await verdict(stranger, f"/start {code}") == "You own this bot now."
        await eventually(lambda: "rm" in dict(stranger.menu))
        assert await verdict(stranger, "/whoami") == "You are Sam (…0666), owner"
        assert any("Telegram id 666" in told for told in pierhead.told)
        assert (await ask(other, f"/start {code}")).text.startswith("I don't know you.")
        assert "opens nothing now" in (await ask(stranger, f"/start {code}")).text
    pierhead.messages.clear()
    async with pierhead.running():
        assert await verdict(stranger, "/whoami") == "You are Sam (…0666), owner"
        assert not any("/start _" in told for told in pierhead.told)


async def test_who_has_another_role_becomes_the_owner_and_stays_it(
    pierhead: Pierhead, telegram: Sandbox
) -> None:
    del pierhead.environment["PIERHEAD_ACCESS__OWNERS"]
    operator = telegram.private(OPERATOR)
    async with pierhead.running():
        code = _code(pierhead)
        assert await verdict(operator, "/whoami") == "You are ops-1 (…0007), operator"
        assert await verdict(operator, "/start _wrong") == "That code is not right."
        assert await verdict(operator, f"/start {code}") == "You own this bot now."
        assert await verdict(operator, "/whoami") == "You are ops-1 (…0007), owner"
        again = await ask(operator, f"/start {code}")
        assert again.text.splitlines()[0] == f"The code {code} opens nothing now."
    async with pierhead.running():
        assert await verdict(operator, "/whoami") == "You are ops-1 (…0007), owner"


async def test_a_claim_closes(pierhead: Pierhead, telegram: Sandbox, clock: Clock) -> None:
    del pierhead.environment["PIERHEAD_ACCESS__OWNERS"]
    stranger, operator = telegram.private(STRANGER), telegram.private(OPERATOR)
    async with pierhead.running():
        for _ in range(3):
            assert await verdict(stranger, "/start _wrong") == "That code is not right."
        assert (await ask(stranger, f"/start {_code(pierhead)}")).text.startswith("I don't know")
        assert await verdict(operator, "/whoami") == "You are ops-1 (…0007), operator"
        assert stranger.unseen() == []
    pierhead.messages.clear()
    async with pierhead.running():
        clock.advance(601)
        assert (await ask(stranger, f"/start {_code(pierhead)}")).text.startswith("I don't know")


def _code(pierhead: Pierhead) -> str:
    return next(word for told in pierhead.told for word in told.split() if word.startswith("_"))

"""What a tap means, and whether this person may tap it here and now."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.command.call import Actor, Chat, Request
from bot.command.operations import Operation
from bot.command.sessions import Session
from bot.message import Untrusted
from bot.reply import Verb
from bot.telegram.keyboards import Live
from bot.telegram.taps import Answer, Taps
from bot.telegram.updates import Tap
from storage import audit, buttons, calls
from storage.database import Database
from storage.errors import Locked
from tests.command.samples import OWNER, SCOPED, STRANGER, WORDS, bench
from tests.telegram.conftest import Clock

CHAT, MESSAGE, GROUP = 50, 9, -70
CONTEXT = json.dumps({"origin": "typed"})


class Scene:
    """Taps on buttons that are in the database."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock
        self.bench = bench()
        self.operations = self.bench.builder.services.operations
        self.live: dict[str, Live] = {}
        self.taps = Taps(db, self.bench.builder, self.operations, self.live.get, 60.0, clock)

    async def button(self, **more: Any) -> None:  # noqa: ANN401 - the fields of a button
        now = self.clock()
        one = buttons.Button(
            "b", CHAT, Verb.RUN.value, now - 10, now + 60, OWNER, ("box", "ls"), host="nas"
        )
        full = replace(one, **{"message_id": MESSAGE, "shown_at": now - 10, **more})
        await self.db.write(lambda c: buttons.put_many(c, [full]))

    async def question(self, state: calls.State = calls.State.AWAITING) -> None:
        row = calls.Call("c", 9, "i", "box rm", ("box", "rm", "x"), OWNER, CHAT, self.clock())
        full = replace(row, host="nas", context=CONTEXT)
        await self.db.write(lambda c: calls.request(c, full))
        await self.db.write(lambda c: calls.advance(c, "c", state, now=self.clock()))

    async def tap(self, data: str = "b", on: dict[str, int] | None = None, **when: float) -> str:
        answer = await self.look(data, on, **when)
        return WORDS.plain(answer.toast) if answer.toast else ""

    async def look(
        self, data: str = "b", on: dict[str, int] | None = None, **when: float
    ) -> Answer:
        on = on or {}
        chat, person = on.get("chat", CHAT), on.get("person", OWNER)
        where = Chat(chat, private=chat > 0)
        request = Request(3, Actor(person, Untrusted("A")), where, data, self.clock())
        tap = Tap("q", data, replace(request, message=on.get("message", MESSAGE)))
        received = self.clock() - when.get("age", 0.0)
        return await self.taps.look(tap, received_at=received, gap=bool(when.get("gap")))

    def run(self, *, owner: int = OWNER, chat: int = CHAT) -> Operation:
        one = Operation("run", owner, chat, "box ls", "nas", self.clock(), follows=True)
        self.operations.add(one)
        self.live["s"] = Live("run", None)
        return one


@pytest.fixture
def scene(db: Database, clock: Clock) -> Scene:
    return Scene(db, clock)


async def test_a_button_types_what_it_stands_for(scene: Scene) -> None:
    await scene.button()
    answer = await scene.look()
    assert [call.argv for call in answer.calls] == [("box", "ls")]
    assert answer.toast is None


@pytest.mark.parametrize("on", [{"chat": 51}, {"person": SCOPED}, {"message": 10}])
async def test_from_elsewhere_it_is_refused(scene: Scene, on: dict[str, int]) -> None:
    await scene.button()
    assert "not for you" in await scene.tap(on=on)


async def test_one_that_nobody_made_is_refused(scene: Scene) -> None:
    assert "not for you" in await scene.tap("\0'; DROP TABLE button; --")


async def test_of_many_refused_the_first_is_recorded_and_the_rest_counted(scene: Scene) -> None:
    for _ in range(5):
        await scene.tap("none of ours")
    found = await scene.db.read(lambda c: audit.search(c, command="tap"))
    assert [(entry.event["actor"], entry.event["count"]) for entry in found] == [(OWNER, 1)]
    assert scene.taps.refused.counted() == [(OWNER, 4)]


async def test_a_refused_one_that_cannot_be_recorded_is_counted(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def locked(_: object) -> None:
        raise Locked("held")

    monkeypatch.setattr(scene.db, "write", locked)
    await scene.tap("none of ours")
    assert scene.taps.refused.counted() == [(OWNER, 1)]


async def test_one_that_was_changed_in_the_database_is_refused(scene: Scene) -> None:
    await scene.button()
    await scene.db.write(
        lambda c: c.exec_driver_sql("""UPDATE button SET argv = '["box", "rm", "db"]'""")
    )
    answer = await scene.look()
    assert answer.calls == ()
    assert answer.toast is not None


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ({"used_at": 1.0}, "This was answered already."),
        ({"expires_at": 1.0}, "This is too old. Nothing was done. Type the command again."),
        ({"verb": Verb.STOP.value}, "It has ended already."),
    ],
)
async def test_what_works_no_more_is_answered(
    scene: Scene, kept: dict[str, Any], told: str
) -> None:
    await scene.button(**kept)
    answer = await scene.look()
    assert answer.calls == ()
    assert answer.toast is not None
    assert WORDS.plain(answer.toast) == told


async def test_one_that_waited_for_the_bot_is_stale(scene: Scene) -> None:
    await scene.button()
    for stale in (await scene.tap(gap=True), await scene.tap(age=61)):
        assert stale == "I was away when you tapped. Nothing was done: tap again."
    assert await scene.tap(age=59) == ""


@pytest.mark.parametrize("seconds", [None, 0.0, 1.4])
async def test_what_changes_something_is_not_tapped_that_quickly(
    scene: Scene, seconds: float | None
) -> None:
    shown = None if seconds is None else scene.clock() - seconds
    await scene.question()
    await scene.button(verb=Verb.CONFIRM.value, call_id="c", shown_at=shown)
    assert await scene.tap() == "That was quick. Read it, then tap again."


@pytest.mark.parametrize("verb", [Verb.RUN, Verb.CONFIRM, Verb.DISMISS])
async def test_one_that_is_not_known_to_be_shown_waits_for_its_receipt(
    scene: Scene, verb: Verb
) -> None:
    await scene.question()
    await scene.button(verb=verb.value, call_id="c", message_id=None, shown_at=None)
    answer = await scene.look()
    assert (answer.calls, answer.dismissed) == ((), None)
    assert await scene.tap() == "That was quick. Read it, then tap again."
    await scene.db.write(lambda c: buttons.shown(c, ["b"], MESSAGE, scene.clock()))
    scene.clock.advance(2)
    assert await scene.tap() == ""


async def test_one_that_was_made_to_look_unshown_is_refused(scene: Scene) -> None:
    """Then another message could carry it, under a label that says something else."""
    await scene.question()
    await scene.button(verb=Verb.CONFIRM.value, call_id="c")
    await scene.db.write(lambda c: c.exec_driver_sql("UPDATE button SET message_id = NULL"))
    assert "not for you" in await scene.tap(on={"message": 10})


async def test_of_two_taps_at_once_one_counts_until_it_is_over(scene: Scene) -> None:
    await scene.question()
    await scene.button(verb=Verb.CONFIRM.value, call_id="c")
    first = await scene.look()
    assert [call.id for call in first.calls] == ["c"]
    second = await scene.look()
    assert second.calls == ()
    scene.taps.over(second)  # which was none
    assert (await scene.look()).calls == ()
    scene.taps.over(first)
    assert (await scene.look()).calls != ()


@pytest.mark.parametrize("state", [calls.State.EXPIRED, calls.State.STARTED])
async def test_a_question_that_was_answered_is_over(scene: Scene, state: calls.State) -> None:
    await scene.question(state)
    await scene.button(verb=Verb.CONFIRM.value, call_id="c")
    answer = await scene.look()
    assert answer.calls == ()
    assert answer.toast is not None


async def test_a_dismissal_drops_what_it_stands_under(scene: Scene) -> None:
    await scene.button(verb=Verb.DISMISS.value)
    dropped = (await scene.look()).dismissed
    assert dropped is not None
    assert dropped.id == "b"


async def test_a_stop_ends_what_runs(scene: Scene) -> None:
    running = scene.run()
    assert await scene.tap("s") == "Stopping."
    assert running.cancelled.is_set()
    assert running.cancelled_by == OWNER


async def test_a_stop_of_what_has_ended_is_told(scene: Scene) -> None:
    scene.operations.remove(scene.run())
    assert await scene.tap("s") == "It has ended already."


@pytest.mark.parametrize(
    ("owner", "ran_in", "on", "may"),
    [
        (SCOPED, CHAT, {"person": STRANGER}, False),
        (SCOPED, CHAT, {"person": OWNER}, True),  # an owner may end anybody's
        (SCOPED, GROUP, {"person": OWNER}, False),  # but not from another chat
        (SCOPED, GROUP, {"person": SCOPED, "chat": SCOPED}, True),  # it was shown privately
        (SCOPED, GROUP, {"person": SCOPED, "chat": GROUP}, True),
    ],
)
async def test_who_may_stop(
    scene: Scene, owner: int, ran_in: int, on: dict[str, int], *, may: bool
) -> None:
    running = scene.run(owner=owner, chat=ran_in)
    told = await scene.tap("s", on)
    assert running.cancelled.is_set() is may
    assert (told == "Stopping.") is may


class Keyboard:
    def line(self, text: str) -> bool:
        raise AssertionError(text)

    def press(self, key: str) -> bool:
        raise AssertionError(key)


def opened(scene: Scene) -> Session:
    """A session with a key under its message."""
    one = Session(
        id="run",
        owner=OWNER,
        chat=CHAT,
        moved=False,
        host="nas",
        container="web",
        target="ab" * 32,
        typist="box exec",
        keyboard=Keyboard(),
        typed_at=0.0,
    )
    scene.bench.builder.services.sessions.add(one)
    scene.live["k"] = Live("run", "ctrl-c")
    return one


@pytest.mark.parametrize(
    ("on", "when", "said"),
    [
        ({"person": SCOPED}, {}, "Only who opened it can type."),
        ({"chat": GROUP}, {}, "Only who opened it can type."),
        ({}, {"gap": True}, "I was away when you tapped. Nothing was done: tap again."),
        ({}, {"age": 61}, "I was away when you tapped. Nothing was done: tap again."),
    ],
)
async def test_who_may_press_a_key(
    scene: Scene, on: dict[str, int], when: dict[str, float], said: str
) -> None:
    opened(scene)
    assert await scene.tap("k", on, **when) == said


async def test_a_key_of_a_session_that_has_ended_is_told(scene: Scene) -> None:
    opened(scene).open = False
    assert await scene.tap("k") == "It has ended already."


async def test_keys_count_as_taps(scene: Scene) -> None:
    opened(scene)
    for _ in range(60):
        await scene.tap("k", {"person": SCOPED})
    assert (await scene.tap("k", {"person": SCOPED})).startswith("Too much at once.")

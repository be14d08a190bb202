"""Coming up, polling, and who else uses the token."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TimedOut

from bot.telegram.connection import Client, Connection, Polls, Update, make_bot
from bot.telegram.name import Name
from tests.telegram.conftest import Clock, until

POLL = 20


class Scripted:
    """A `Bot` that answers from a script: exceptions are raised, what else is there is returned."""

    def __init__(self) -> None:
        self.polls: list[Any] = []
        self.asked: list[tuple[int, int]] = []
        self.greetings: list[Exception] = []
        self.hook = ""
        self.hooks: list[Exception] = []
        self.deleted = 0
        self.username = "Bot"

    async def initialize(self) -> None:
        if self.greetings:
            raise self.greetings.pop(0)

    async def shutdown(self) -> None:
        """Nothing is open."""

    async def get_webhook_info(self) -> SimpleNamespace:
        if self.hooks:
            raise self.hooks.pop(0)
        return SimpleNamespace(url=self.hook)

    async def delete_webhook(self, *, drop_pending_updates: bool) -> None:
        assert not drop_pending_updates
        self.hook = ""
        self.deleted += 1

    async def updates(self, offset: int, *, at_once: bool) -> list[dict[str, int]]:
        self.asked.append((offset, 0 if at_once else POLL))
        if not self.polls:
            await asyncio.Event().wait()
        answer = self.polls.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return [{"update_id": number} for number in answer]


class Scene:
    """A connection, and what it tells."""

    def __init__(self, clock: Clock) -> None:
        self.client = Scripted()
        self.name = Name()
        self.put: list[int] = []
        self.intruders = self.backs = 0
        self.ready = False
        self.connection = Connection(
            cast("Client", self.client),
            self._put,
            self.name,
            intruder=self._intruder,
            back=self._back,
            clock=clock,
            sleep=clock.sleep,
        )

    async def _put(self, update: Update) -> None:
        self.put.append(update["update_id"])

    async def _intruder(self) -> None:
        self.intruders += 1

    def _back(self) -> None:
        self.backs += 1

    def _ready(self) -> None:
        self.ready = True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.ensure_future(self.connection.run(self._ready))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})
            assert task.cancelled()


@pytest.fixture
def scene(clock: Clock) -> Scene:
    return Scene(clock)


async def test_it_comes_up_when_telegram_does(
    scene: Scene, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    scene.client.greetings = [NetworkError("x"), TimedOut(), InvalidToken("`123:secret`")]
    async with scene.running():
        await until(lambda: scene.ready, clock)
    assert "can't be reached" in caplog.text
    assert "refuses the token" in caplog.text
    assert "secret" not in caplog.text


async def test_what_telegram_would_not_say_is_asked_again(
    scene: Scene, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    scene.client.greetings = [TypeError("{'ok': 'a secret'}"), KeyError("result")]
    scene.client.hooks = [TypeError("a secret")]
    async with scene.running():
        await until(lambda: scene.ready, clock)
    scene.client.polls = [Conflict("can't use getUpdates method while webhook is active"), [1]]
    scene.client.hooks = [TypeError("a secret")]
    async with scene.running():
        await until(lambda: scene.put == [1], clock)
    assert "can't be read (TypeError)" in caplog.text
    assert "secret" not in caplog.text


async def test_what_was_put_is_confirmed_by_the_next_poll(scene: Scene) -> None:
    scene.client.polls = [[5, 6], [7]]
    async with scene.running():
        await until(lambda: len(scene.client.asked) == 3)
    assert scene.put == [5, 6, 7]
    assert scene.client.asked == [(0, POLL), (7, POLL), (8, POLL)]


@pytest.mark.parametrize(
    ("kind", "said"),
    [(NetworkError, "502"), (InvalidToken, "x"), (RetryAfter, 3), (KeyError, "unreadable")],
)
async def test_a_poll_that_fails_is_asked_again_and_nothing_is_confirmed(
    scene: Scene, clock: Clock, kind: type[Exception], said: str | int
) -> None:
    error = kind(said)
    scene.client.polls = [[5], error, error, [6]]
    async with scene.running():
        await until(lambda: scene.put == [5, 6], clock)
        await until(lambda: len(scene.client.asked) == 5)
    # After a failure it does not wait for something to happen, to know at once that it is back.
    assert scene.client.asked == [(0, POLL), (6, POLL), (6, 0), (6, 0), (7, POLL)]
    assert scene.backs == 1


async def test_after_a_failure_it_waits_ever_longer(scene: Scene, clock: Clock) -> None:
    scene.client.polls = [NetworkError("x")] * 50
    async with scene.running():
        await until(lambda: len(clock.naps) == 6, clock)
    assert clock.naps == [1, 2, 5, 15, 30, 30]
    assert len(scene.client.asked) == 6


async def test_the_same_is_said_once_a_minute(
    scene: Scene, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    scene.client.polls = [NetworkError("x")] * 10
    began = clock.now
    async with scene.running():
        await until(lambda: len(scene.client.asked) == 11, clock)
    minutes = (clock.now - began) / 60
    assert 1 <= caplog.text.count("can't be reached") <= minutes + 1


async def test_a_second_poller_is_told(scene: Scene, clock: Clock) -> None:
    scene.client.polls = [Conflict("terminated by other getUpdates request"), [1]]
    async with scene.running():
        await until(lambda: scene.put == [1], clock)
    assert scene.intruders == 1
    assert scene.client.deleted == 0


async def test_a_webhook_that_appears_is_told_and_removed(scene: Scene, clock: Clock) -> None:
    async with scene.running():
        await until(lambda: scene.ready)
    scene.client.hook = "https://thief.example"
    scene.client.polls = [Conflict("can't use getUpdates method while webhook is active"), [1]]
    async with scene.running():
        await until(lambda: scene.put == [1], clock)
    assert scene.intruders >= 1
    assert scene.client.deleted == 1


async def test_closing_confirms_what_came_in(scene: Scene) -> None:
    scene.client.polls = [[5]]
    async with scene.running():
        await until(lambda: len(scene.client.asked) == 2)
    scene.client.polls = [TypeError("unreadable"), []]
    await scene.connection.close()
    await scene.connection.close()
    assert scene.client.asked[-1] == (6, 0)


async def test_closing_before_it_came_up_asks_nothing(scene: Scene) -> None:
    await scene.connection.close()
    assert scene.client.asked == []


def answer(date: str | None) -> httpx.Response:
    return httpx.Response(200, headers={"date": date} if date else {})


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Foo 2024 00:00:00 GMT"])
async def test_a_date_that_is_none_leaves_the_clock_alone(clock: Clock, date: str | None) -> None:
    polls = Polls(clock, 60.0)
    await polls.answered(answer(date))
    assert polls.age(clock.now - 5) == 5


async def test_the_age_of_a_message_is_by_telegrams_clock(clock: Clock) -> None:
    clock.now = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT
    polls = Polls(clock, 60.0)
    await polls.answered(answer("Tue, 14 Nov 2023 23:13:20 GMT"))
    assert polls.age(clock.now + 3600 - 5) == 5


def test_making_the_client_logs_nothing_that_holds_the_token(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    make_bot("123:secretSECRET", "http://127.0.0.1:1", Polls(clock, 60.0))
    assert "secretSECRET" not in caplog.text


class Posted(Client):
    """A client whose polls are answered from a script."""

    def __init__(self, polls: Polls, *answers: object) -> None:
        super().__init__("123:secretSECRET", "http://127.0.0.1:1", polls)
        self._answers = list(answers)
        self._waits: list[int] = []

    async def _post(self, endpoint: str, data: Any = None, **_how: Any) -> Any:  # noqa: ANN401 - as the library has it
        assert endpoint == "getUpdates"
        self._waits.append(data["timeout"])
        return self._answers.pop(0)

    @property
    def waits(self) -> list[int]:
        return self._waits


async def gaps(client: Posted, polls: Polls, times: int) -> list[bool]:
    """Whether what each of the next polls brings may have waited."""
    found = []
    for _ in range(times):
        await client.updates(0)
        found.append(polls.gap)
    return found


async def test_what_waited_is_known_until_an_answer_is_empty_however_slow_the_line(
    clock: Clock,
) -> None:
    polls = Polls(clock, 60.0)
    client = Posted(polls, [{"update_id": 1}], [{"update_id": 2}], [], [{"update_id": 3}])
    found = await gaps(client, polls, 2)
    clock.now += 15
    assert [*found, *await gaps(client, polls, 2)] == [True, True, False, False]
    assert client.waits == [0, 0, 0, POLL]


async def test_an_answer_after_a_long_silence_may_have_waited_even_an_empty_one(
    clock: Clock,
) -> None:
    polls = Polls(clock, 60.0)
    client = Posted(polls, [], [], [{"update_id": 1}], [])
    await client.updates(0)
    clock.now += 81
    assert await gaps(client, polls, 3) == [True, True, False]
    assert client.waits == [0, POLL, 0, 0]


async def test_what_the_library_cannot_parse_is_handed_on_as_it_is(clock: Clock) -> None:
    odd: list[object] = [{"update_id": 1, "message": {"date": "x"}}, "odd", {}, {"update_id": 2}]
    client = Posted(Polls(clock, 60.0), odd)
    assert await client.updates(0) == [odd[0], odd[3]]


@pytest.mark.parametrize("answer", [{}, True, ["odd"], [{}]])
async def test_an_answer_that_is_no_list_of_updates_is_no_poll(
    clock: Clock, answer: object
) -> None:
    polls = Polls(clock, 60.0)
    with pytest.raises(TypeError):
        await Posted(polls, answer).updates(0)
    assert polls.polled_at is None


def test_the_library_logs_nothing_of_what_people_wrote(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    make_bot("123:secretSECRET", "http://127.0.0.1:1", Polls(clock, 60.0))
    logging.getLogger("telegram.Bot").critical("Received data was %r", ["a secret"])
    assert caplog.text == ""

"""How much may be sent, on a clock that stands still."""

import pytest

from sandbox import Sandbox
from sandbox.errors import ApiError
from sandbox.limits import Limits
from tests.sandbox.conftest import Api, Clock


@pytest.fixture
def limits(clock: Clock) -> Limits:
    return Limits(clock, on=True)


def spend(limits: Limits, chat_id: int, times: int) -> int:
    """How long to wait after so many, 0 where all fit."""
    for _ in range(times):
        try:
            limits.spend(chat_id)
        except ApiError as error:
            return error.parameters["retry_after"]
    return 0


def test_a_chat_takes_a_short_burst_and_then_one_a_second(limits: Limits, clock: Clock) -> None:
    assert spend(limits, 42, 5) == 0
    assert spend(limits, 42, 1) == 1
    clock.pass_(1)
    assert spend(limits, 42, 1) == 0
    assert spend(limits, 42, 1) == 1


def test_a_refused_message_costs_nothing(limits: Limits, clock: Clock) -> None:
    spend(limits, 42, 20)
    clock.pass_(1)
    assert spend(limits, 42, 1) == 0


def test_one_chat_does_not_slow_another(limits: Limits) -> None:
    spend(limits, 42, 6)
    assert spend(limits, 7, 5) == 0


def test_a_group_takes_twenty_a_minute(limits: Limits, clock: Clock) -> None:
    for _ in range(20):
        assert spend(limits, -1001, 1) == 0
        clock.pass_(2)
    assert spend(limits, -1001, 1) == 20
    clock.pass_(20)
    assert spend(limits, -1001, 1) == 0


def test_all_chats_together_take_thirty_a_second(limits: Limits, clock: Clock) -> None:
    assert sum(spend(limits, chat, 1) for chat in range(1, 31)) == 0
    assert spend(limits, 31, 1) == 1
    clock.pass_(1)
    assert spend(limits, 31, 1) == 0


async def test_edits_count(api: Api, telegram: Sandbox) -> None:
    telegram.world.limits.on = True
    number = await api.send(42, "0")
    for text in "1234":
        await api.result("editMessageText", chat_id=42, message_id=number, text=text)
    assert await api.refused("editMessageText", chat_id=42, message_id=number, text="5") == (
        429,
        "Too Many Requests: retry after 1",
    )

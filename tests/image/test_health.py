"""What Docker shows of the bot's health: it follows the polls, not the process."""

from __future__ import annotations

import re

from sandbox import Fault, Sandbox
from tests.e2e.conftest import OWNER, Clock
from tests.image.composed import NAME, Composed

SOON = ("--health-interval=1s", "--health-retries=1")
SILENT = re.compile(r"Telegram has not answered for 2 min( \d+ s)?\.\n")
STUCK = re.compile(
    r"Telegram .*\nNothing could be stored for \d+ min( \d+ s)?\.\n"
    r"(Schedules were .*\n|Alerts were .*\n|What containers use .*\n)*"
)


async def test_it_is_unhealthy_while_polling_stalls_although_the_process_lives(
    composed: Composed, telegram: Sandbox, clock: Clock
) -> None:
    def pass_time(seconds: float) -> None:
        clock.advance(seconds)
        composed.ahead.write_text(str(clock.offset))

    def sick(said: re.Pattern[str]) -> bool:
        status, output = composed.health()
        return status == "unhealthy" and said.fullmatch(output) is not None

    def well() -> bool:
        return composed.health() == ("healthy", "")

    phone = telegram.private(OWNER)
    await phone.ask(await composed.up(telegram, *SOON))
    await composed.until(well)

    telegram.fail("getUpdates", Fault.hang(), times=100)
    await phone.ask("/whoami")  # by the poll that was under way; the next one hangs
    pass_time(121)
    await composed.until(lambda: sick(SILENT))
    telegram.heal()
    await composed.until(well)
    assert "local" in (await phone.ask("/ps")).text

    composed.engine.docker("kill", "--signal=STOP", NAME)
    pass_time(121)
    await composed.until(lambda: sick(STUCK))
    composed.engine.docker("kill", "--signal=CONT", NAME)
    await phone.ask("/whoami")
    await composed.until(well)
    state = composed.engine.sdk.api.inspect_container(NAME)
    assert (state["State"]["Running"], state["RestartCount"]) == (True, 0)

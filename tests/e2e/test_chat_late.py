"""Messages that were typed while the bot was away: gathered, told, and not run."""

from __future__ import annotations

from sandbox import Sandbox, Seen
from tests.e2e.conftest import OPERATOR, OWNER, Clock, Pierhead
from tests.e2e.talk import ask, tap
from tests.private_engine import Engine


async def test_late_messages_are_gathered(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    before = engine.docker("inspect", "-f", "{{.State.StartedAt}}", "web")
    phone, other = telegram.private(OWNER), telegram.private(OPERATOR)
    for line in ("/restart -t 0 web", "/restart -t 0 web", "/rm -f web", "/nonsense"):
        await phone.send(line)
    await other.send("/kill web")
    clock.advance(840)
    async with pierhead.running():
        seen = await phone.wait()
        assert seen.text.startswith("This came 14 min late. Not run:\n")
        assert [line.partition(" ")[2] for line in seen.text.splitlines()[1:5]] == [
            "/restart -t 0 web",
            "/restart -t 0 web",
            "/rm -f web",
            "/nonsense",
        ]
        assert seen.tappable == []
        assert len(seen.buttons) == 3
        assert "/kill web" in (await other.wait()).text
        fresh = await ask(phone, "/ps")
        assert fresh.text.startswith("local: all well\n")
        assert engine.docker("inspect", "-f", "{{.State.StartedAt}}", "web") == before
        await _a_tap_asks_first(seen, clock)
        assert engine.docker("inspect", "-f", "{{.State.StartedAt}}", "web") != before
        assert len(phone.history) == 8


async def _a_tap_asks_first(seen: Seen, clock: Clock) -> None:
    (label,) = seen.buttons[-1]
    assert "estart web@local" in label
    await tap(seen, label)
    asked = await seen.phone.wait()
    assert asked.text.startswith("Restart web@local?")
    await tap(asked, "Restart web@local")
    assert (await asked.changed()).text == "Restarted web@local."
    assert await tap(seen, "Run none") == "This was answered already."
    assert await tap(seen, label) == "This was answered already."
    assert seen.now is not None
    assert seen.now.text == seen.text


async def test_all_can_be_dropped(pierhead: Pierhead, telegram: Sandbox, clock: Clock) -> None:
    phone = telegram.private(OWNER)
    for line in ("/ps", "/restart web"):
        await phone.send(line)
    clock.advance(61)
    async with pierhead.running():
        seen = await phone.wait()
        assert seen.buttons == [["Run none"], ["Restart web@local…"], ["/ps"]]
        await tap(seen, "Run none")
        assert (await seen.changed()).text == "Not done. Nothing was changed."
        for label in ("Restart web@local…", "/ps", "Run none"):
            assert await tap(seen, label) == "This was answered already."
        assert len(phone.history) == 3

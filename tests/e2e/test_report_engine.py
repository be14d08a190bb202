"""What happens on a real Engine is what the report tells of it."""

from __future__ import annotations

from pathlib import Path

from sandbox import Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.luck import count, eventually
from tests.e2e.talk import ask, tap
from tests.e2e.test_alerts import FOR_LONG, LITTLE, run, started, told
from tests.private_engine import Engine

WRITTEN = 31.0  # seconds in which what happened is stored


async def test_a_report_tells_what_has_happened(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    pierhead.environment["PIERHEAD_FEATURES__WATCH"] = "true"
    phone = telegram.private(OWNER)
    run(engine, "web", command=("sh", "-c", "trap 'exit 0' TERM; sleep 600 & wait"))
    run(engine, "cache", command=FOR_LONG)
    async with pierhead.running():
        await started(tmp_path, clock, 2)
        engine.docker("restart", "web")
        hungry = "sleep 1; x=a; while true; do x=$x$x; done"
        run(engine, "db", *LITTLE, command=("sh", "-c", hungry))
        card = await told(phone, clock, "Out of memory, killed (137)")
        await tap(card, "I have it")
        await told(phone, clock, "has it. I ask again at")
        clock.advance(WRITTEN)
        await eventually(lambda: count(tmp_path, "happening", "kind = 'down'") >= 2, clock)
        lines = (await ask(phone, "/report")).text.splitlines()
    assert lines[0] == "oom of db fires and 1 restart · local · 24 hours"
    assert lines[1] == "2 of 3 run now."
    assert "Out of memory: 1: db" in lines
    assert "Restarts: 1: web" in lines
    assert "Alerts: 1" in lines
    (alert,) = (line for line in lines if line.startswith("oom of db, "))
    assert ": taken after " in alert
    assert alert.endswith(", fires still.")
    (away,) = (line for line in lines if line.startswith("Not up all the time: "))
    assert [word for word in away.split() if word in {"db", "web", "cache"}] == ["db", "web"]
    assert "1 other was up while I watched." in lines

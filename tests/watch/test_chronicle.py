"""What a host's feed tells becomes what reports count; a hole in it is never counted as seen."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from bot.errors import DockerFault
from bot.hosts.listing import container
from bot.hosts.types import Event, Gap, Snapshot, Unreachable
from bot.message import Untrusted, msg
from bot.watch.chronicle import Chronicle
from storage import happenings
from storage.database import Database
from storage.happenings import Happening, Kind
from tests.hosts.remembering import Time
from tests.hosts.scripted import row


def event(action: str, at: int) -> Event:
    scope, id_, name = map(Untrusted, ("local", "c1", "web"))
    return Event((at, 0), "container", Untrusted(action), scope, id_, name, {})


async def test_what_is_told_is_stored_once(database: Database) -> None:
    time = Time()
    made = Chronicle(database, 1, "nas", cast("Any", None), lambda: time.now, time.sleep)
    made.hear(Snapshot((), 0.0))
    for action in ("start", "die", "start", "oom", "health_status: unhealthy", "exec_start: ls"):
        made.hear(event(action, 1000))
    for _ in range(2):
        await time.pass_by(100)
        await made._write()
    made.hear(Unreachable(DockerFault(msg("silent")), 1))
    await time.pass_by(100)
    made.hear(Snapshot((), 0.0))
    await time.pass_by(50)
    made.hear(Gap())
    await made._write()
    found = await database.read(lambda c: happenings.between(c, 1, "nas", 0, 10_000))
    counted = sorted((h.kind, h.at, h.until) for h in found)
    assert counted == [
        (Kind.OOM, 1000, None),
        (Kind.RESTART, 1000, None),
        (Kind.SEEN, 1000, 1200),
        (Kind.SEEN, 1300, 1350),
        (Kind.UNHEALTHY, 1000, None),
    ]


def listed(**states: str) -> Snapshot:
    rows = (row(Names=[f"/{name}"], State=state) for name, state in states.items())
    return Snapshot(tuple(map(container, rows)), 0.0)


async def test_how_long_a_container_was_down_is_stored_by_its_name(database: Database) -> None:
    time = Time()
    made = Chronicle(database, 1, "nas", cast("Any", None), lambda: time.now, time.sleep)
    begun = time.now

    async def spells() -> list[tuple[str, float, float | None]]:
        await made._write()
        found = await database.read(lambda c: happenings.between(c, 1, "nas", 0, 1e10))
        down = [h for h in found if h.kind is Kind.DOWN]
        return sorted((h.subject, h.at - begun, h.until and h.until - begun) for h in down)

    made.hear(listed(web="running", job="exited", db="paused"))
    await time.pass_by(100)
    made.hear(event("die", int(begun) + 40))
    made.hear(event("destroy", int(begun) + 45))
    made.hear(event("start", int(begun) + 60))  # made anew under the same name
    assert await spells() == [("job", 0, 100), ("web", 40, 60)]
    made.hear(event("die", int(begun) + 100))
    await time.pass_by(50)
    made.hear(Unreachable(DockerFault(msg("silent")), 1))
    await time.pass_by(50)
    made.hear(listed(web="running", job="exited", db="exited"))  # when that was, nobody heard
    await time.pass_by(50)
    assert await spells() == [("db", 200, 250), ("job", 0, 250), ("web", 40, 60), ("web", 100, 200)]
    made.hear(listed(web="running"))
    await time.pass_by(50)
    assert [end for name, _, end in await spells() if name in {"db", "job"}] == [250, 250]


async def test_of_an_alert_who_had_it_is_kept_when_it_is_over(database: Database) -> None:
    fired = Happening(1, "nas", Kind.ALERT, "web", 10.0, "oom")
    taken = Happening(1, "nas", Kind.ALERT, "web", 10.0, "oom", taken=20.0)
    over = Happening(1, "nas", Kind.ALERT, "web", 10.0, "oom", until=30.0)
    for one in (fired, taken, over):
        await database.write(partial(happenings.note, found=[one]))
    (found,) = await database.read(lambda c: happenings.between(c, 1, "nas", 0, 100))
    assert (found.taken, found.until) == (20.0, 30.0)
    assert await database.write(lambda c: happenings.prune(c, 10.0 + happenings.KEPT + 1)) == 1

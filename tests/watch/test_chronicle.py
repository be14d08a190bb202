"""What a host's feed tells becomes what reports count; a hole in it is never counted as seen."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from bot.errors import DockerFault
from bot.hosts.types import Event, Gap, Snapshot, Unreachable
from bot.message import Untrusted, msg
from bot.watch.chronicle import Chronicle
from storage import happenings
from storage.database import Database
from storage.happenings import Happening, Kind
from tests.hosts.remembering import Time


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


async def test_of_an_alert_who_had_it_is_kept_when_it_is_over(database: Database) -> None:
    fired = Happening(1, "nas", Kind.ALERT, "web", 10.0, "oom")
    taken = Happening(1, "nas", Kind.ALERT, "web", 10.0, "oom", taken=20.0)
    over = Happening(1, "nas", Kind.ALERT, "web", 10.0, "oom", until=30.0)
    for one in (fired, taken, over):
        await database.write(partial(happenings.note, found=[one]))
    (found,) = await database.read(lambda c: happenings.between(c, 1, "nas", 0, 100))
    assert (found.taken, found.until) == (20.0, 30.0)
    assert await database.write(lambda c: happenings.prune(c, 10.0 + happenings.KEPT + 1)) == 1

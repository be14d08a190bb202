"""What happened to containers, how alerts went, and when each host was watched at all.

A row is one happening; one that lasts has an end, which may still move. Kept for some months, and
pruned by who writes them. They grant nothing: no seal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    String,
    Table,
    Text,
    func,
    select,
)

from storage.schema import metadata
from storage.sql import upsert

KEPT = 92 * 86_400.0  # seconds
_MOST = 5000  # of a kind that are read at once


class Kind(StrEnum):
    """What a row is."""

    SEEN = "seen"  # the host was watched without a hole, from `at` until `until`
    DOWN = "down"  # a container did not run, from `at` until `until`
    RESTART = "restart"
    OOM = "oom"
    UNHEALTHY = "unhealthy"
    ALERT = "alert"  # fired `at`; somebody had it at `taken`; it was over at `until`


happening = Table(
    "happening",
    metadata,
    Column("bot", BigInteger, primary_key=True, autoincrement=False),
    Column("host", Text, primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("at", Float, primary_key=True),
    Column("taken", Float),
    Column("until", Float),
)
Index("ix_happening_at", happening.c.at)


@dataclass(frozen=True, slots=True)
class Happening:
    """One of them; times are seconds since the epoch. `rule` is an alert's."""

    bot: int
    host: str
    kind: Kind
    subject: str
    at: float
    rule: str = ""
    taken: float | None = None
    until: float | None = None


def note(connection: Connection, found: Iterable[Happening]) -> None:
    """Store these; of one that is known, what is told anew counts."""
    rows = [asdict(one) for one in found]
    if not rows:
        return
    statement = upsert(connection, happening)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["bot", "host", "kind", "subject", "rule", "at"],
        set_={
            "taken": func.coalesce(happening.c.taken, new.taken),
            "until": func.coalesce(new.until, happening.c.until),
        },
    )
    connection.execute(statement, rows)


def between(
    connection: Connection, bot: int, host: str, since: float, until: float
) -> list[Happening]:
    """What happened then, or lasted into it, oldest first; of each kind the newest, if too many."""
    fires = (happening.c.kind == Kind.ALERT.value) & happening.c.until.is_(None)
    lasts = (happening.c.at >= since) | (happening.c.until > since) | fires
    here = (happening.c.bot == bot) & (happening.c.host == host)
    names = [field.name for field in fields(Happening) if field.name != "kind"]
    found: list[Happening] = []
    for kind in Kind:
        rows = connection.execute(
            select(happening)
            .where(here, happening.c.kind == kind.value, happening.c.at < until, lasts)
            .order_by(happening.c.at.desc())
            .limit(_MOST)
        ).mappings()
        found += [Happening(kind=kind, **{name: row[name] for name in names}) for row in rows]
    return sorted(found, key=lambda one: one.at)


def prune(connection: Connection, now: float) -> int:
    """Forget what is too old; how many."""
    old = happening.c.at < now - KEPT
    return connection.execute(happening.delete().where(old)).rowcount

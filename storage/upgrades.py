"""Upgrades of containers, step by step: what is needed to finish one, or to undo it, after a kill.

A step is written down before it is taken. What a row says decides which containers are removed, so
it carries a seal (`storage.sealed`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Float,
    LargeBinary,
    RowMapping,
    Select,
    String,
    Table,
    Text,
    select,
)

from storage import calls, sealed
from storage.schema import metadata
from storage.sql import upsert


class Step(StrEnum):
    """What is about to be done, or was."""

    PULLING = "pulling"  # the image's name may get another image; of containers nothing is touched
    MAKING = "making"  # the new ones, under names of their own; the old ones are as they were
    SWITCHING = "switching"  # the old ones are stopped and renamed, the new ones started
    STARTED = "started"  # it is waited for the new ones to be well
    HEALTHY = "healthy"  # the new ones are kept, the old ones removed
    RETURNING = "returning"  # the new ones are removed, the old ones started
    CURRENT = "current"  # there was nothing newer
    DONE = "done"
    BACK = "back"
    UNWELL = "unwell"  # back, as the new one was not well
    STUCK = "stuck"  # neither here nor there, and not tried again


ENDED = (Step.CURRENT, Step.DONE, Step.BACK, Step.UNWELL, Step.STUCK)
_REMEMBERED = 90 * 86400.0  # seconds for which it is known that an image was not well

upgrade = Table(
    "upgrade",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("call", String(64), nullable=False, index=True),
    Column("step", String(12), nullable=False),
    Column("body", Text, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Member:
    """One container that is made again. `old` and `made` are ids, `made` "" until there is one.

    Meanwhile the old one is called `aside`, and before that the new one `fresh`. `runs`: it did,
    and so will the new one. `grace` is how many seconds it gets to end. `policy` is its restart
    policy, if by that an Engine that starts would start it, also after it was stopped.
    """

    old: str
    name: str
    aside: str
    fresh: str
    runs: bool
    grace: int
    policy: Mapping[str, Any] = field(default_factory=dict, hash=False)
    made: str = ""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """One container onto another image, with those that live in it: the first of the members.

    `tag` is the image's name, which went from the image `before` to `after` (ids; `after` is ""
    until it is pulled). `tries` is how often it could not be brought to an end.
    """

    id: str
    call: str
    members: tuple[Member, ...]
    tag: str
    before: str
    after: str
    step: Step = Step.PULLING
    tries: int = 0

    def having(self, member: Member) -> Upgrade:
        """With what is known of a member by now."""
        return replace(
            self, members=tuple(member if m.old == member.old else m for m in self.members)
        )


def save(connection: Connection, one: Upgrade, now: float) -> None:
    """Write down where it is."""
    row = _values(one) | {"changed_at": now}
    row["seal"] = sealed.seal(connection, "upgrade", _says(row))
    statement = upsert(connection, upgrade).on_conflict_do_update(index_elements=["id"], set_=row)
    connection.execute(statement, row)


def of_call(connection: Connection, call: str) -> list[Upgrade]:
    """Those of an operation that had begun; what is forged is none."""
    rows = connection.execute(
        select(upgrade).where(upgrade.c.call == call).order_by(upgrade.c.id)
    ).mappings()
    return [_upgrade(row) for row in rows if _genuine(connection, row)]


def unfinished() -> Select[tuple[str]]:
    """The operations with one that has come to no end, to be selected from."""
    return select(upgrade.c.call).where(upgrade.c.step.not_in(ENDED))


def unwell(connection: Connection, old: str, after: str) -> bool:
    """Whether a container was upgraded to this image before, and was not well with it."""
    rows = connection.execute(select(upgrade).where(upgrade.c.step == Step.UNWELL)).mappings()
    known = (_upgrade(row) for row in rows if _genuine(connection, row))
    return any(one.after == after and one.members[0].old == old for one in known)


def prune(connection: Connection, before: float) -> int:
    """Remove what ended before then, and what nobody can end, as its operation is not known more.

    That an image was not well is remembered for longer.
    """
    unwell_, changed = upgrade.c.step == Step.UNWELL, upgrade.c.changed_at
    ended = upgrade.c.step.in_(ENDED) | upgrade.c.call.not_in(select(calls.call.c.id))
    over = (~unwell_ & ended & (changed < before)) | (unwell_ & (changed < before - _REMEMBERED))
    return connection.execute(upgrade.delete().where(over)).rowcount


def _genuine(connection: Connection, row: RowMapping) -> bool:
    return sealed.holds(connection, "upgrade", _says(row), row["seal"])


def _says(row: Mapping[Any, object]) -> dict[str, object]:
    return {name: row[name] for name in ("id", "call", "step", "body")}


def _values(one: Upgrade) -> dict[str, object]:
    facts = {"tag": one.tag, "before": one.before, "after": one.after, "tries": one.tries}
    body = json.dumps(facts | {"members": [asdict(member) for member in one.members]})
    return {"id": one.id, "call": one.call, "step": one.step, "body": body}


def _upgrade(row: RowMapping) -> Upgrade:
    body = json.loads(row["body"])
    members = tuple(Member(**member) for member in body.pop("members"))
    return Upgrade(id=row["id"], call=row["call"], members=members, step=Step(row["step"]), **body)

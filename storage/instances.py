"""Who works on this database: every running bot registers and renews a lease.

What a bot has begun carries its instance's id. Only when the lease is over, or the machine's lock
says that the process is dead (`storage.lock`), may another take that over; so a second bot on the
same database does not run what the first is running.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Column, Connection, Float, String, Table, select

from storage.schema import metadata

instance = Table(
    "instance",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("started_at", Float, nullable=False),
    Column("lease_until", Float, nullable=False),
)
_OVER = 0.0  # a lease that ended before any clock began


def register(connection: Connection, id: str, now: float, ttl: float) -> None:  # noqa: A002 - the field's name
    """Begin a lease of `ttl` seconds. The id is random and new with every start."""
    connection.execute(instance.insert().values(id=id, started_at=now, lease_until=now + ttl))


def renew(connection: Connection, id: str, now: float, ttl: float) -> bool:  # noqa: A002 - the same
    """Prolong a lease. False if it was taken for ended: then this instance must begin nothing."""
    result = connection.execute(
        instance.update()
        .where(instance.c.id == id, instance.c.lease_until != _OVER)
        .values(lease_until=now + ttl)
    )
    return result.rowcount == 1


def others(connection: Connection, id: str) -> list[str]:  # noqa: A002 - the same
    """All registered instances but this one."""
    return list(connection.scalars(select(instance.c.id).where(instance.c.id != id)))


def end(connection: Connection, ids: Collection[str]) -> None:
    """End the leases of instances that are known to be dead."""
    connection.execute(instance.update().where(instance.c.id.in_(ids)).values(lease_until=_OVER))


def release(connection: Connection, id: str) -> None:  # noqa: A002 - the same
    """End one's own lease at an orderly stop; what is left undone is the next instance's."""
    end(connection, [id])


def ended(connection: Connection, now: float) -> list[str]:
    """Those whose lease is over. Their rows may be taken over, then `forget` them."""
    return list(connection.scalars(select(instance.c.id).where(instance.c.lease_until <= now)))


def forget(connection: Connection, ids: Collection[str]) -> None:
    """Remove instances whose work was taken over, in the transaction that took it."""
    connection.execute(instance.delete().where(instance.c.id.in_(ids)))

"""Restarts what is unhealthy, where a label asks for it, and tells when that does not help.

A try is stored before it is made, so that after a kill it counts and is not made again. It goes
through the pipeline like anybody's restart: authorized, recorded, in its turn. What somebody does,
has taken, has put off or has silenced is left to them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.access.policy import HEALER
from bot.command.build import Builder
from bot.command.call import Actor, Chat, Origin, Request
from bot.command.plan import Item
from bot.errors import BotError
from bot.hosts import Host
from bot.hosts.types import Container, Kind
from bot.message import Untrusted
from bot.pipeline.journal import Journal
from bot.pipeline.stage import Proceed
from bot.pipeline.turn import keys_of
from bot.reply import Outcome, Reply
from bot.tasks import Tasks
from bot.watch import stored
from bot.watch.alert import Alert, Restarted
from bot.watch.healing import Healed, Step, asks, meant
from bot.watch.watched import Watched
from storage import alerts
from storage.alerts import Kind as Row
from storage.database import Connection
from storage.errors import StorageError

log = logging.getLogger(__name__)

_EVERY = 5.0  # seconds from one look to the next
_AT_ONCE = 4
_COMMAND = ("container", "restart")


class Ward(Protocol):
    """Whom it looks after: what the watcher knows, and shows of it."""

    def unwell(self) -> Iterator[tuple[Alert, Watched]]:
        """What is unhealthy, with the alert that says so, where nobody else sees to it."""

    async def restarted(self, key: str, since: float, told: Restarted) -> None:
        """Have the cards of an alert that has fired then tell it."""


@dataclass(slots=True)
class Healer:
    """`pipeline` is what its calls go through; `own` the id of the container that we run in."""

    ward: Ward
    journal: Journal
    builder: Builder
    pipeline: Proceed
    own: str
    _known: dict[str, Healed] = field(default_factory=dict)
    _busy: set[str] = field(default_factory=set)
    _tasks: Tasks = field(default_factory=lambda: Tasks("a container can't be healed", _AT_ONCE))

    async def run(self) -> None:
        """Look after what is unhealthy, until cancelled."""
        await self._load()
        while True:
            try:
                await self.look()
            except StorageError as error:
                log.warning("what was tried can't be stored, and nothing is: %s", error)
            except Exception:
                log.exception("a round of the healer has failed")
            await self.journal.sleep(_EVERY)

    async def close(self, grace: float) -> None:
        """Give what runs `grace` seconds; the next start tells what became of the rest."""
        await self._tasks.close(grace)

    async def look(self) -> None:
        """Do what is next for each, and have the cards tell what was done.

        Raises:
            StorageError: something can't be stored now.
        """
        found = {
            f"{one.subject.host}/{one.name}": (alert, one) for alert, one in self.ward.unwell()
        }
        for id_, (alert, one) in found.items():
            if id_ not in self._busy and asks(one.labels):
                healed = self._known.get(id_) or Healed(one.subject.host, one.name)
                self._next(healed, alert, one)
        for healed in tuple(self._known.values()):
            if healed.past(self.journal.clock()):
                await self._forget(healed.id)
            else:
                await self._tell(healed)

    def _next(self, healed: Healed, alert: Alert, one: Watched) -> None:
        """Look closer, unless it is to be waited: its image may say more than it should."""
        waits = healed.step(alert.since, self.journal.clock()) is Step.WAIT
        if not waits and self._tasks.room > 0:
            self._busy.add(healed.id)
            self._tasks.own(self._heal(healed, alert, one))

    async def _tell(self, healed: Healed) -> None:
        """Have the cards tell it, also what was done before a restart of ours."""
        if healed.tries:
            told = Restarted(
                healed.tries, healed.budget, done=healed.done, given_up=healed.given_up
            )
            await self.ward.restarted(healed.alert, healed.since, told)

    async def _heal(self, healed: Healed, alert: Alert, one: Watched) -> None:
        try:
            host = self.builder.services.hosts[healed.host]
            row, budget = await self._asking(host, one)
            if row is None or not self._free(host, row) or not self._still(alert, one):
                return
            healed = healed.about(alert.key, budget)
            if healed.step(alert.since, self.journal.clock()) is Step.GIVE_UP:
                await self._keep(replace(healed, since=alert.since, given_up=True))
                return
            healed = healed.tried(alert.since, self.journal.clock())
            await self._keep(healed)
            outcome = await self._restart(host, row, healed.tries[-1])
            healed = replace(healed, done=outcome is Outcome.FINISHED)
            await self._keep(healed)
            await self._tell(healed)
        except (BotError, StorageError) as error:
            log.warning("%s is not healed: %s", healed.id, error)
        finally:
            self._busy.discard(healed.id)

    async def _asking(self, host: Host, one: Watched) -> tuple[Container | None, int]:
        """It as it is now, if it may be healed: unhealthy, by a label of its own, not ourselves.

        And how often it may be within an hour, by its own label too.

        Raises:
            BotError: that can't be seen.
        """
        services = self.builder.services
        if (
            one.id == self.own
            or not services.policy.decide(
                HEALER, "container.restart", host.name, changes=True
            ).allowed
        ):
            return None, 0
        rows = await host.inventory.containers(all=False, filters={"id": [one.id]})
        images = {image.id: image.labels for image in await host.images.list(all=True)}
        for row in rows:
            known = row.id == one.id and row.image_id in images
            if known and (row.state, row.health) == ("running", "unhealthy"):
                budget = meant(row.labels, images[row.image_id])
                return (row if budget else None), budget
        return None, 0

    def _free(self, host: Host, row: Container) -> bool:
        """Whether nothing is under way there that may be about it."""
        keys = keys_of([Item(Kind.CONTAINER, row.id, row.name)])
        return self.builder.turns.free(host.name, keys)

    def _still(self, alert: Alert, one: Watched) -> bool:
        return any(a.key == alert.key and w.id == one.id for a, w in self.ward.unwell())

    async def _restart(self, host: Host, row: Container, now: float) -> Outcome:
        """Have it restarted. The card tells it; what a kill leaves of it an owner is told."""
        services = self.builder.services
        owner = next((subject.person.id for subject in services.policy.owners), 0)
        request = Request(
            update=-round(now * 1_000_000),
            actor=Actor(HEALER, Untrusted("Pierhead")),
            chat=Chat(owner, private=True),
            text="",
            sent_at=now,
            origin=Origin.HEALING,
        )
        name = f"{self.builder.bot}-h{row.id[:12]}-{round(now * 1000)}"
        (call,) = self.builder.scheduled(name, request, (*_COMMAND, row.id), host.name)
        try:
            return (await self.pipeline(replace(call, told=_on_the_card))).outcome
        finally:
            self.builder.forget(call)

    async def _keep(self, healed: Healed) -> None:
        """Store what was tried.

        Raises:
            StorageError: it can't be stored now.
        """
        await self.journal.database.write(lambda c: self._stored(c, {healed.id: healed}))
        self._known[healed.id] = healed

    async def _forget(self, id_: str) -> None:
        await self.journal.database.write(lambda c: self._stored(c, {id_: None}))
        del self._known[id_]

    async def _load(self) -> None:
        """Take up what the last run has tried."""
        bot, database = self.journal.bot, self.journal.database
        bodies = await self.journal.insist(
            lambda: database.read(lambda c: alerts.load(c, bot, Row.HEALING))
        )
        found = {id_: _read(id_, body) for id_, body in bodies.items()}
        self._known = {id_: healed for id_, healed in found.items() if healed is not None}

    def _stored(self, connection: Connection, known: Mapping[str, Healed | None]) -> None:
        bodies = {id_: stored.dump(one) if one else None for id_, one in known.items()}
        alerts.keep(connection, self.journal.bot, Row.HEALING, bodies)


def _read(id_: str, body: str) -> Healed | None:
    try:
        return stored.load(Healed, body)
    except ValueError as error:
        log.warning("what was tried of %s can't be read: %s", id_, error)
        return None


def _on_the_card(reply: Reply) -> Reply:
    """The answer to nobody: the card says it."""
    return Reply((), outcome=reply.outcome)

"""What watches is made here: rules and who is told of them, feeds, sweeps, the second channel."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.beacon import Beacon
from bot.command.registry import Registry
from bot.command.services import Services
from bot.config.alert import rules
from bot.given import Given
from bot.heartbeat import PATIENCE, SAMPLED, WATCHED
from bot.hosts import Host
from bot.hosts.types import Sweep
from bot.reply import Reply
from bot.telegram.notices import Notices
from bot.watch.calendar import Window
from bot.watch.card import SECOND
from bot.watch.chronicle import Chronicle
from bot.watch.counting import Counting
from bot.watch.courier import Couriers, Note, Said, deliver
from bot.watch.cursors import StoredCursors
from bot.watch.history import Recorder
from bot.watch.notice import Audience
from bot.watch.public import Public
from bot.watch.rulebook import Rights, Rulebook
from bot.watch.sampling import Sampling
from bot.watch.second import Second
from bot.watch.watcher import Watcher
from storage.database import Database

_LOGS, _ALERTS, _RULES = "container.logs", "alert.ls", "alert.edit"
_GOOD = 3  # sweeps: what a rule looks at may be as old as that


@dataclass(frozen=True, slots=True)
class Lookout(Given):
    """Makes what watches, of what is given."""

    def watcher(
        self, hosts: Mapping[str, Host], database: Database, registry: Registry
    ) -> Watcher | None:
        """What watches the hosts, if anything may."""
        if not self.settings.features.watch:
            return None
        policy = self.policy

        def changes(command: str) -> bool:
            found = registry.get(command)
            return found is not None and found.changes

        def may_show(chat: int, host: str) -> bool:
            """Private chats have the person's id: what they may read, they may be shown."""
            if chat > 0:
                return policy.decide(chat, _LOGS, host).allowed
            return policy.may_show(chat, host)

        public = Public(
            audience=self._audience,
            may_show=may_show,
            changes=changes,
            good=_GOOD * self.settings.watch.every,
            alive=self.alive(WATCHED),
            monotonic=self.monotonic,
        )
        book = self._rulebook(frozenset(hosts))
        return Watcher(book, hosts, database, self.bot, public, self.clock, self.sleep)

    def _rulebook(self, hosts: frozenset[str]) -> Rulebook:
        """The rules; those of a chat count with the rights that there are when they are asked."""
        policy = self.policy

        def may(permission: str, person: int, host: str) -> bool:
            return policy.decide(person, permission, host).allowed

        rights = Rights(partial(may, _RULES), partial(may, _LOGS), self._hears)
        entries = self.settings.alert
        fixed = {rule.name: rule for rule in rules(entries)}
        own = frozenset(entry.name for entry in entries)
        return Rulebook(fixed, own, hosts, rights)

    def recorders(self, hosts: Iterable[str], database: Database) -> dict[str, Recorder]:
        """What takes to the history what is measured of each host, if anything is."""
        if not self.settings.features.watch:
            return {}
        clock, sleep = self.clock, self.sleep
        return {name: Recorder(database, name, clock, sleep) for name in hosts}

    def watches(
        self, services: Services, watcher: Watcher, notices: Notices
    ) -> tuple[Coroutine[Any, Any, None], ...]:
        """What runs of it."""
        second = self._second(services, notices)
        feeds = (
            work
            for host in services.hosts.values()
            for work in self._watch(host, services, watcher.sweeps(host.name))
        )
        return (
            watcher.run(Couriers(notices, {SECOND: second})),
            second.run(),
            watcher.probes.run(),
            *feeds,
        )

    def _audience(self) -> Audience:
        """Who is told: the owners; when that is held back, and when it makes no sound."""
        owners = tuple(owner.person.id for owner in self.policy.owners)
        zone = self.settings.locale.timezone
        return Audience(
            owners,
            tuple(entry.held(zone) for entry in self.settings.maintenance),
            self._quiet((*self.policy.people, *owners)),
            self._hears,
            second=bool(self.settings.watch.channels),
        )

    def _hears(self, chat: int, host: str) -> bool:
        """Whether a chat may hear of a host: a person who may list its alerts, a linked group."""
        if chat > 0:
            return self.policy.decide(chat, _ALERTS, host).allowed
        return chat == SECOND or self.policy.linked(chat)

    def _quiet(self, people: Iterable[int]) -> dict[int, Window]:
        """The quiet hours, each chat's by its own clock."""
        hours, zone = self.settings.watch.quiet, self.settings.locale.timezone
        found = {person: Window(*hours, zone) for person in people} if hours else {}
        for chat, entry in self.settings.access.chats.items():
            own = entry.quiet or hours
            if own is not None:
                found[self.policy.current(chat)] = Window(*own, entry.timezone or zone)
        return found

    def _second(self, services: Services, notices: Notices) -> Second:
        """The second channel; without addresses nothing goes there."""

        async def tell(reply: Reply, note: Note) -> None:
            parcels = [notices.pack(Said(chat, reply)) for chat in self._audience().chats]
            await deliver(services.database, parcels, note)

        locale = self.settings.locale
        return Second(
            self.settings.watch.channels,
            services.database,
            self.bot,
            self.instance,
            self.words(locale.language, locale.timezone),
            self.redactor,
            tell,
            self.clock,
            self.sleep,
        )

    def beacon(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """What tells a monitor elsewhere that the bot is well, if there is one."""
        url = self.settings.watch.heartbeat
        if url is None:
            return ()
        return (Beacon(url, lambda: self.heartbeat.well(self.clock()), self.sleep).run(),)

    def _watch(
        self, host: Host, services: Services, sweeps: Callable[[Sweep], None]
    ) -> tuple[Coroutine[Any, Any, None], ...]:
        cursors = StoredCursors(services.database, self.bot, host.name, self.clock)
        recorder = services.recorders[host.name]
        every, takers = self.settings.watch.every, (recorder.take, sweeps)
        alive = self.alive(f"{SAMPLED}:{host.name}", PATIENCE + 2 * every)
        sampling = Sampling(host, every, takers, self.monotonic, self.sleep, alive)
        counting = Counting(host, recorder.count, self.sleep)
        counts = (counting.run(),) if self.settings.watch.df else ()
        chronicle = Chronicle(
            services.database,
            self.bot,
            host.name,
            host.feed.subscribe(),
            self.clock,
            self.sleep,
        )
        return (
            host.feed.run(cursors),
            sampling.run(),
            recorder.run(),
            chronicle.run(),
            *counts,
        )

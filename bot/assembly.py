"""Every part of the bot is made here, once, and given what it needs: the composition root.

Layer by layer: the services that handlers reach, the way out to Telegram, the pipeline, the way in.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.access.policy import Policy
from bot.beacon import Beacon
from bot.charts.painter import Painter
from bot.command.build import Builder
from bot.command.languages import Languages, Shared, Tongue
from bot.command.operations import Operations
from bot.command.registry import Registry
from bot.command.services import Services
from bot.command.turns import Turns
from bot.config import Settings
from bot.config.alert import rules
from bot.enrolment import Enrolment
from bot.fetch import Fetch
from bot.heartbeat import PATIENCE, SAMPLED, SCHEDULED, WATCHED, Heartbeat
from bot.hosts import Host
from bot.hosts.own import own_container
from bot.hosts.registry import Login
from bot.hosts.types import Sweep
from bot.i18n import catalogue
from bot.message import Message
from bot.pipeline.audit import Audit
from bot.pipeline.deadline import Deadline
from bot.pipeline.intruder import Intruder
from bot.pipeline.journal import Journal
from bot.pipeline.limit import Limit
from bot.pipeline.order import resuming, stages
from bot.pipeline.resume import Resume
from bot.pipeline.stage import Proceed, compose
from bot.pipeline.upkeep import Counted
from bot.reply import Reply
from bot.reply.redact import Redactor
from bot.reply.words import Words
from bot.spool import Spool
from bot.telegram.connection import Client, Connection, Polls, make_bot
from bot.telegram.desk import Desk
from bot.telegram.dispatch import Dispatcher
from bot.telegram.door import Door
from bot.telegram.files import Downloads
from bot.telegram.guesses import Guesses
from bot.telegram.menu import Menu
from bot.telegram.name import Name
from bot.telegram.notices import Notices
from bot.telegram.outbox import Outbox
from bot.telegram.pace import Pace
from bot.telegram.replies import Replies
from bot.telegram.sending import Sender
from bot.telegram.strangers import Strangers
from bot.telegram.taps import Taps
from bot.telegram.toasts import Toasts
from bot.watch.calendar import Window
from bot.watch.card import SECOND
from bot.watch.chronicle import Chronicle
from bot.watch.counting import Counting
from bot.watch.courier import Couriers, Note, Said, deliver
from bot.watch.cursors import StoredCursors
from bot.watch.healer import Healer
from bot.watch.history import Recorder
from bot.watch.notice import Audience
from bot.watch.public import Public
from bot.watch.rulebook import Rights, Rulebook
from bot.watch.run import Runs
from bot.watch.sampling import Sampling
from bot.watch.schedules import Schedules
from bot.watch.second import Second
from bot.watch.watcher import Watcher
from handlers import COMMANDS
from storage import people
from storage.database import Database

# Bytes of one document: Telegram takes 50 MB, a Bot API server of one's own 2,000.
_PART, _LOCAL_PART = 49_000_000, 1_900_000_000
_LOGS, _ALERTS, _RULES = "container.logs", "alert.ls", "alert.edit"
_GRACE = 1.0  # seconds in which what is under way may end
_GOOD = 3  # sweeps: what a rule looks at may be as old as that


def token() -> str:
    """128 random bits, as text that fits a button."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True, slots=True)
class Line:
    """The line to Telegram; `polls` is what its answers tell besides."""

    polls: Polls
    client: Client
    files: Downloads


@dataclass(frozen=True, slots=True)
class Speech:
    """The way out to Telegram."""

    line: Line
    outbox: Outbox
    desk: Desk


@dataclass(frozen=True, slots=True)
class Work:
    """What calls are made with, and what happens to them."""

    journal: Journal
    deadline: Deadline
    builder: Builder
    run: Proceed
    resume: Resume
    schedules: Schedules
    turns: Turns


@dataclass(frozen=True, slots=True)
class Intake:
    """The way in from Telegram."""

    name: Name
    toasts: Toasts
    menu: Menu
    refused: Mapping[str, Counted]
    dispatcher: Dispatcher
    door: Door
    connection: Connection


@dataclass(frozen=True, slots=True)
class Assembly:
    """Makes the parts of one run. `tell` writes to the console; the times are in seconds."""

    settings: Settings
    policy: Policy
    redactor: Redactor
    bot: int
    instance: str
    tell: Callable[[Message], None]
    clock: Callable[[], float]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    heartbeat: Heartbeat

    def line(self) -> Line:
        """The line to Telegram. Does no I/O."""
        telegram = self.settings.telegram
        polls = Polls(self.clock, telegram.max_age)
        client = make_bot(telegram.token_value(), telegram.base_url, polls)
        return Line(polls, client, Downloads(client, local=telegram.local))

    async def services(self, database: Database, line: Line, parts: AsyncExitStack) -> Services:
        """What handlers reach."""
        hosts = self._hosts()
        for host in hosts.values():
            parts.push_async_callback(host.close)
        features = self.settings.features.model_dump().items()
        registry = Registry(COMMANDS, frozenset(name for name, on in features if on))
        return Services(
            bot=self.bot,
            registry=registry,
            policy=self.policy,
            hosts=hosts,
            database=database,
            operations=Operations(),
            clock=self.clock,
            languages=await self._languages(database),
            follow_for=self.settings.limits.follow_for,
            sleep=self.sleep,
            files=line.files,
            fetch=Fetch(self.settings.limits.downloads),
            registries=frozenset(self.settings.registries),
            transfer=self.settings.limits.transfer,
            part=_LOCAL_PART if self.settings.telegram.local else _PART,
            spool=Spool(self.settings.storage.key_path.parent / "spool"),
            watch=self._watcher(hosts, database, registry),
            recorders={
                name: Recorder(database, name, self.clock, self.sleep)
                for name in hosts
                if self.settings.features.watch
            },
        )

    def _watcher(
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
            alive=self._alive(WATCHED),
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

    def _alive(self, what: str, patience: float = PATIENCE) -> Callable[[], None]:
        """What notes that a part is alive."""
        return lambda: self.heartbeat.beat(what, self.clock(), patience)

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

    def _hosts(self) -> dict[str, Host]:
        """The Engines, by name."""
        own, entries = own_container(), self.settings.registries.items()
        logins = {name: Login(entry.username, entry.password_value()) for name, entry in entries}
        return {
            name: Host(
                name,
                entry.url,
                clock=self.monotonic,
                sleep=self.sleep,
                logins=logins,
                own=own,
                disk=entry.disk,
            )
            for name, entry in self.settings.hosts.items()
        }

    def watching(
        self, services: Services, speech: Speech, work: Work, parts: AsyncExitStack
    ) -> tuple[Coroutine[Any, Any, None], ...]:
        """What runs without being asked, if anything may."""
        if not isinstance(services.watch, Watcher):
            return ()
        notices = Notices(
            speech.outbox, services.languages, self.redactor, self._words, self.clock, token
        )
        watcher = services.watch
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
            *self._healing(watcher, work, parts),
            *feeds,
        )

    def _healing(
        self, watcher: Watcher, work: Work, parts: AsyncExitStack
    ) -> tuple[Coroutine[Any, Any, None], ...]:
        """What restarts the unhealthy, if anything may."""
        if not self.settings.features.heal:
            return ()
        healer = Healer(watcher, work.journal, work.builder, work.run, own_container())
        parts.push_async_callback(healer.close, _GRACE)
        return (healer.run(),)

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
            self._words(locale.language, locale.timezone),
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
        alive = self._alive(f"{SAMPLED}:{host.name}", PATIENCE + 2 * every)
        sampling = Sampling(host, every, takers, self.monotonic, self.sleep, alive)
        counting = Counting(host, recorder.count, self.sleep)
        counts = (counting.run(),) if self.settings.watch.df else ()
        chronicle = Chronicle(
            services.database, self.bot, host.name, host.feed.subscribe(), self.clock, self.sleep
        )
        return (
            host.feed.run(cursors),
            sampling.run(),
            recorder.run(),
            chronicle.run(),
            *counts,
        )

    def speech(self, services: Services, line: Line) -> Speech:
        """The way out to Telegram."""
        outbox = Outbox(
            Sender(line.client),
            services.database,
            Pace(self.monotonic),
            self.bot,
            self.instance,
            self.clock,
            self.sleep,
            unseen=services.operations.unseen,
        )
        desk = Desk(
            outbox,
            services.languages,
            self.policy,
            self.redactor,
            self._words,
            self.clock,
            token,
            Painter(),
        )
        return Speech(line, outbox, desk)

    def work(self, services: Services, desk: Desk) -> Work:
        """What happens to a call."""
        limits, clock = self.settings.limits, self.clock
        journal = Journal(
            services.database, desk, self.redactor, self.instance, self.bot, clock, self.sleep
        )
        deadline = Deadline(journal, limits.deadline, self.sleep)
        for host in services.hosts.values():
            host.late = deadline.heard
        turns, limit, audit = Turns(), Limit(limits.rate, clock), Audit(journal, token)
        around = stages(limit, audit, journal, deadline, turns, limits.pending_ttl, clock)
        builder = Builder(self.bot, services, turns)
        resume = Resume(builder, resuming(limit, audit, deadline))
        run = compose(around)
        runs = Runs(journal, builder, run)
        schedules = Schedules(journal, runs, services.scheduled, self._alive(SCHEDULED))
        return Work(journal, deadline, builder, run, resume, schedules, turns)

    def _moved(self, services: Services, speech: Speech) -> Callable[[int, int], Awaitable[None]]:
        """What has everything of a group go along when that has a new id."""

        async def moved(chat: int, to: int) -> None:
            await speech.outbox.moved(chat, to)
            if isinstance(services.watch, Watcher):
                services.watch.move(chat, to)

        return moved

    def intake(
        self, services: Services, claimed: people.Owners, speech: Speech, work: Work
    ) -> Intake:
        """The way in from Telegram."""
        name, toasts = Name(), Toasts(speech.line.client, speech.desk)
        menu = self._menu(services, speech.line.client)
        strangers = Strangers(speech.desk.show, self.clock)
        taps = self._taps(services, speech, work)
        dispatcher = self._dispatcher(speech, work, taps, toasts, name)
        door = Door(
            services.database,
            self.bot,
            self.policy,
            services.languages,
            self._guesses(services, claimed, speech.desk, menu),
            strangers,
            self.clock,
            lambda: speech.line.polls.gap,
            unstored=dispatcher.unstored,
            leave=toasts.leave,
            moved=self._moved(services, speech),
            met=menu.met,
            sleep=self.sleep,
        )
        connection = Connection(
            speech.line.client,
            door.put,
            name,
            intruder=Intruder(self.policy, work.journal, self.tell).notice,
            back=speech.outbox.resume,
            clock=self.monotonic,
            sleep=self.sleep,
        )
        refused = {"stranger": strangers.tally, "tap": taps.refused}
        return Intake(name, toasts, menu, refused, dispatcher, door, connection)

    def _taps(self, services: Services, speech: Speech, work: Work) -> Taps:
        operations, max_age = services.operations, self.settings.telegram.max_age
        live = speech.desk.live
        return Taps(services.database, work.builder, operations, live, max_age, self.clock)

    def _dispatcher(
        self, speech: Speech, work: Work, taps: Taps, toasts: Toasts, name: Name
    ) -> Dispatcher:
        late = speech.line.polls.late
        replies = Replies(work.journal.database, work.builder, speech.outbox.number, late)
        return Dispatcher(
            work.journal,
            work.builder,
            work.run,
            taps,
            toast=toasts.show,
            late=late,
            name=name,
            replies=replies,
        )

    def _guesses(
        self, services: Services, claimed: people.Owners, desk: Desk, menu: Menu
    ) -> Guesses:
        """How an owner comes in, from here on."""
        enrolment = Enrolment(
            self.settings, self.policy, services.database, self.tell, menu.publish, self.clock
        )
        return Guesses(enrolment.claim(claimed, token()), enrolment.enrol, desk.show)

    def _menu(self, services: Services, client: Client) -> Menu:
        zone = self.settings.locale.timezone
        return Menu(
            client,
            services.registry,
            self.policy,
            tuple(services.hosts),
            lambda locale: self._words(locale, zone),
            self.sleep,
        )

    def _words(self, locale: str, timezone: str) -> Words:
        """How somebody with this language and time zone is spoken to."""
        return Words(locale, timezone, catalogue(locale), self.clock)

    async def _languages(self, database: Database) -> Languages:
        locale = self.settings.locale
        chats = {
            chat: Shared(entry.language, entry.timezone)
            for chat, entry in self.settings.access.chats.items()
        }
        languages = Languages(database, Tongue(locale.language, locale.timezone), chats)
        await languages.load(self.policy.people)
        return languages

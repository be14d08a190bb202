"""Every part of the bot is made here, once, and given what it needs: the composition root.

Layer by layer: the services that handlers reach, the way out to Telegram, the pipeline, the way in.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from bot.charts.painter import Painter
from bot.command.build import Builder
from bot.command.languages import Languages, Shared, Tongue
from bot.command.operations import Operations
from bot.command.registry import Registry
from bot.command.services import Services
from bot.command.turns import Turns
from bot.enrolment import Enrolment
from bot.fetch import Fetch
from bot.heartbeat import SCHEDULED
from bot.hosts import Host
from bot.hosts.own import own_container
from bot.hosts.registry import Login
from bot.lookout import Lookout
from bot.pipeline.audit import Audit
from bot.pipeline.deadline import Deadline
from bot.pipeline.intruder import Intruder
from bot.pipeline.journal import Journal
from bot.pipeline.limit import Limit
from bot.pipeline.order import resuming, stages
from bot.pipeline.resume import Resume
from bot.pipeline.stage import Proceed, compose
from bot.pipeline.upkeep import Counted
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
from bot.watch.healer import Healer
from bot.watch.run import Runs
from bot.watch.schedules import Schedules
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
class Assembly(Lookout):
    """Makes the parts of one run."""

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
            watch=self.watcher(hosts, database, registry),
            recorders=self.recorders(hosts, database),
        )

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
        watcher = services.watch
        if not isinstance(watcher, Watcher):
            return ()
        notices = Notices(
            speech.outbox, services.languages, self.redactor, self.words, self.clock, token
        )
        return (
            *self.watches(services, watcher, notices),
            *self._healing(watcher, work, parts),
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
            self.words,
            self.clock,
            token,
            Painter(),
        )
        return Speech(line, outbox, desk)

    def work(self, services: Services, desk: Desk) -> Work:
        """What happens to a call."""
        limits, clock = self.settings.limits, self.clock
        journal = Journal(
            services.database,
            desk,
            self.redactor,
            self.instance,
            self.bot,
            clock,
            self.sleep,
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
        schedules = Schedules(journal, runs, services.scheduled, self.alive(SCHEDULED))
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
            self.settings,
            self.policy,
            services.database,
            self.tell,
            menu.publish,
            self.clock,
        )
        return Guesses(enrolment.claim(claimed, token()), enrolment.enrol, desk.show)

    def _menu(self, services: Services, client: Client) -> Menu:
        zone = self.settings.locale.timezone
        return Menu(
            client,
            services.registry,
            self.policy,
            tuple(services.hosts),
            lambda locale: self.words(locale, zone),
            self.sleep,
        )

    async def _languages(self, database: Database) -> Languages:
        locale = self.settings.locale
        chats = {
            chat: Shared(entry.language, entry.timezone)
            for chat, entry in self.settings.access.chats.items()
        }
        languages = Languages(database, Tongue(locale.language, locale.timezone), chats)
        await languages.load(self.policy.people)
        return languages

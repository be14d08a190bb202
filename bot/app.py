"""The composition root: every part is made here, once, and given what it needs.

`pipeline` is the order in which policy is applied; nothing else decides it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

from bot.access.policy import Policy
from bot.command.build import Builder
from bot.command.languages import Languages, Tongue
from bot.command.operations import Operations
from bot.command.registry import Registry
from bot.command.services import Services
from bot.command.turns import Turns
from bot.config import Settings
from bot.enrolment import Enrolment, policy_of
from bot.heartbeat import POLLED, STORED, Heartbeat, file_of
from bot.hosts import Host
from bot.i18n import catalogue
from bot.message import Message, Untrusted, msg
from bot.pipeline.audit import Audit
from bot.pipeline.authorize import authorize
from bot.pipeline.begin import Begin
from bot.pipeline.confirm import Confirm
from bot.pipeline.deadline import Deadline
from bot.pipeline.intruder import Intruder
from bot.pipeline.journal import Journal
from bot.pipeline.limit import Limit
from bot.pipeline.recovery import Recovery
from bot.pipeline.register import register
from bot.pipeline.resolve import resolve
from bot.pipeline.stage import Stage, compose
from bot.pipeline.turn import Turn
from bot.pipeline.upkeep import LEASE, Upkeep
from bot.reply.redact import Redactor
from bot.reply.words import Words
from bot.running import until, within
from bot.telegram.connection import Connection, Line, make_bot
from bot.telegram.desk import Desk
from bot.telegram.dispatch import Dispatcher
from bot.telegram.door import Door
from bot.telegram.menu import Menu
from bot.telegram.outbox import Outbox
from bot.telegram.pace import Pace
from bot.telegram.sending import Sender
from bot.telegram.strangers import Strangers
from bot.telegram.taps import Taps
from bot.telegram.toasts import Toasts
from handlers import COMMANDS
from storage import instances, people
from storage.database import Database
from storage.errors import StorageError
from storage.sealed import key_file

log = logging.getLogger(__name__)

_TICK = 5.0
_GRACE = 1.0


def pipeline(
    journal: Journal,
    deadline: Deadline,
    turns: Turns,
    rate: int,
    ttl: float,
    clock: Callable[[], float],
    reference: Callable[[], str],
) -> Sequence[Stage]:
    """What happens around every command, in this order."""
    return (
        Limit(rate, clock),
        Audit(journal, reference),
        authorize,
        resolve,
        register,
        Turn(turns),
        Confirm(ttl, clock),
        Begin(journal),
        deadline,
    )


def token() -> str:
    """128 random bits, as text that fits a button."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True, slots=True)
class Console:
    """What the person at the console is told, and how `demo` lets writes wait for their answer."""

    tell: Callable[[Message], None]
    read_only: bool = False


class App:
    """The running bot."""

    def __init__(
        self,
        settings: Settings,
        console: Console,
        clock: Callable[[], float] = time.time,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._console = console
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self.instance = secrets.token_hex(8)
        self.bot = int(settings.telegram.token_value().partition(":")[0])
        self.redactor = Redactor(settings.secrets())
        self.heartbeat = Heartbeat(file_of(settings.storage.url))
        self.policy = Policy(())
        self.ready = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop`; every part is closed on the way out, each within its grace.

        Raises:
            StorageError: the database can't be opened.
        """
        key = key_file(self._settings.storage.key_path)
        database = await Database.open(self._settings.storage.url, key=key)
        async with AsyncExitStack() as parts:
            parts.push_async_callback(database.close)
            await self._register(database)
            parts.push_async_callback(self._release, database)
            await self._live(database, parts, stop)

    async def _live(self, database: Database, parts: AsyncExitStack, stop: asyncio.Event) -> None:
        settings, clock = self._settings, self._clock
        claimed = await database.read(people.owners)
        self.policy = policy_of(settings, claimed, read_only=self._console.read_only)
        hosts = {name: Host(name, entry.url) for name, entry in settings.hosts.items()}
        for host in hosts.values():
            parts.push_async_callback(host.close)
        languages = await self._languages(database)
        features = frozenset(k for k, on in settings.features.model_dump().items() if on)
        services = Services(
            registry=Registry(COMMANDS, features),
            policy=self.policy,
            hosts=hosts,
            database=database,
            operations=Operations(),
            clock=clock,
            languages=languages,
            follow_for=settings.limits.follow_for,
        )
        line = Line(clock, settings.telegram.max_age)
        client = make_bot(settings.telegram.token_value(), settings.telegram.base_url, line)
        pace = Pace(self._monotonic)
        out = Outbox(Sender(client), database, pace, self.bot, self.instance, clock, self._sleep)
        desk = Desk(out, languages, self.policy, self.redactor, self._words, clock, token)
        journal = Journal(
            database, desk, self.redactor, self.instance, self.bot, clock, self._sleep
        )
        deadline = Deadline(journal, settings.limits.deadline, self._sleep)
        for host in hosts.values():
            host.late = deadline.heard
        turns = Turns()
        builder = Builder(self.bot, services, turns)
        run = compose(
            pipeline(
                journal,
                deadline,
                turns,
                settings.limits.rate,
                settings.limits.pending_ttl,
                clock,
                token,
            )
        )
        taps = Taps(
            database, builder, services.operations, desk.stop_of, settings.telegram.max_age, clock
        )
        timezone = settings.locale.timezone
        menu = Menu(
            client,
            services.registry,
            self.policy,
            lambda locale: self._words(locale, timezone),
            self._sleep,
        )
        enrolment = Enrolment(
            settings, self.policy, database, self._console.tell, menu.publish, clock
        )
        claim = enrolment.claim(claimed, token())
        strangers = Strangers(claim, enrolment.enrol, desk.show, clock)
        toasts = Toasts(client, desk)
        dispatcher = Dispatcher(
            journal,
            builder,
            run,
            taps,
            toast=toasts.show,
            age=line.age,
            max_age=settings.telegram.max_age,
            name=lambda: connection.name,
        )
        door = Door(
            database,
            self.bot,
            self.policy,
            strangers,
            clock,
            lambda: line.gap,
            unstored=dispatcher.unstored,
            leave=toasts.leave,
            met=menu.met,
            sleep=self._sleep,
        )
        connection = Connection(
            client,
            door.put,
            intruder=Intruder(self.policy, journal, self._console.tell).notice,
            back=out.resume,
            clock=self._monotonic,
            sleep=self._sleep,
        )
        upkeep = Upkeep(journal, settings.limits.pending_ttl, strangers)
        recovery = Recovery(journal, services)
        begun = await recovery.take_over()
        await out.load()
        door.stored.set()
        parts.push_async_callback(within, _GRACE, connection.hang_up)
        parts.push_async_callback(toasts.close)
        parts.push_async_callback(out.close, _GRACE)
        parts.push_async_callback(deadline.close)
        parts.push_async_callback(dispatcher.close, _GRACE)
        parts.push_async_callback(within, _GRACE, connection.close)
        await until(
            stop,
            _GRACE,
            recovery.tell(begun),
            out.run(),
            dispatcher.run(door.stored),
            self._tick(upkeep, line, door),
            menu.run(),
            connection.run(lambda: self._ready(connection, menu)),
        )

    def _words(self, locale: str, timezone: str) -> Words:
        """How somebody with this language and time zone is spoken to."""
        return Words(locale, timezone, catalogue(locale), self._clock)

    async def _register(self, database: Database) -> None:
        if database.locks is not None:
            database.locks.hold(self.instance)
        now = self._clock()
        await database.write(lambda c: instances.register(c, self.instance, now, LEASE))

    async def _release(self, database: Database) -> None:
        """Let the next start take up what is left, at once."""
        self.heartbeat.remove()
        with suppress(StorageError):
            await database.write(lambda c: instances.release(c, self.instance))

    async def _languages(self, database: Database) -> Languages:
        locale = self._settings.locale
        chats = {
            chat: Tongue(entry.language or locale.language, entry.timezone or locale.timezone)
            for chat, entry in self._settings.access.chats.items()
        }
        languages = Languages(database, Tongue(locale.language, locale.timezone), chats)
        await languages.load(self.policy.people)
        return languages

    def _ready(self, connection: Connection, menu: Menu) -> None:
        """Telegram has answered for the first time."""
        self.ready.set()
        name = Untrusted(connection.name)
        self._console.tell(msg("Pierhead answers as @{name}.", name=name))
        menu.publish(*self.policy.people)

    async def _tick(self, upkeep: Upkeep, line: Line, door: Door) -> None:
        while True:
            try:
                await upkeep.tick()
            except StorageError as error:
                log.warning("the database can't be written: %s", error)
            else:
                if not door.failing:
                    self.heartbeat.beat(STORED, self._clock())
            if line.polled_at is not None:
                self.heartbeat.beat(POLLED, line.polled_at)
            try:
                await asyncio.to_thread(self.heartbeat.write)
            except OSError as error:
                log.warning("no sign of life can be written: %s", error.strerror)
            await self._sleep(_TICK)

"""The composition root: every part is made here, once, and given what it needs.

`pipeline` is the order in which policy is applied; nothing else decides it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any

from bot.access.claim import Claim
from bot.access.claim import file_of as claim_file
from bot.access.policy import Group, Policy, Role, Subject
from bot.command.build import Builder
from bot.command.call import Request
from bot.command.languages import Languages, Tongue
from bot.command.operations import Operations
from bot.command.registry import Registry
from bot.command.services import Services
from bot.command.turns import Turns
from bot.config import Settings
from bot.config.roles import OWNER
from bot.heartbeat import POLLED, STORED, Heartbeat, file_of
from bot.hosts import Host
from bot.i18n import catalogue
from bot.message import Person, Tappable, Untrusted, msg
from bot.pipeline.audit import Audit
from bot.pipeline.authorize import authorize
from bot.pipeline.begin import Begin
from bot.pipeline.confirm import Confirm
from bot.pipeline.deadline import Deadline
from bot.pipeline.journal import Journal
from bot.pipeline.limit import Limit
from bot.pipeline.recovery import Recovery
from bot.pipeline.resolve import resolve
from bot.pipeline.stage import Stage, compose
from bot.pipeline.turn import Turn
from bot.pipeline.upkeep import LEASE, Upkeep
from bot.reply import Reply, say
from bot.reply.redact import Redactor
from bot.reply.words import Words
from bot.telegram import menu
from bot.telegram.connection import Connection, Line, make_bot
from bot.telegram.desk import Desk
from bot.telegram.dispatch import Dispatcher
from bot.telegram.door import Door
from bot.telegram.outbox import Outbox
from bot.telegram.pace import Pace
from bot.telegram.sending import Sender
from bot.telegram.strangers import Strangers
from bot.telegram.taps import Taps
from bot.telegram.toasts import Toasts
from handlers import COMMANDS
from storage import audit, instances, people
from storage import database as storage
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
        Turn(turns),
        Confirm(ttl, clock),
        Begin(journal),
        deadline,
    )


def token() -> str:
    """128 random bits, as text that fits a button."""
    return secrets.token_urlsafe(16)


def subjects(settings: Settings, claimed: people.Owners) -> list[Subject]:
    """Everybody enrolled: the config's owners and people, and owners by claim."""
    globs = settings.access.globs
    owner = Role(OWNER, globs[OWNER])
    named = settings.access.people
    found = {
        person: Subject(Person(Untrusted(name), person), owner)
        for person, name in claimed.names.items()
    }
    for person in settings.access.owners:
        name = named[person].name if person in named else None
        found[person] = Subject(Person(Untrusted(name or OWNER), person), owner)
    for person, entry in named.items():
        if person not in found:
            role = Role(entry.role, globs[entry.role])
            hosts = frozenset(entry.hosts) if entry.hosts is not None else None
            name = entry.name or entry.role
            found[person] = Subject(Person(Untrusted(name), person), role, hosts)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Console:
    """What the person at the console is told, and how `demo` lets writes wait for their answer."""

    tell: Callable[[str], None]
    read_only: bool = False


class App:
    """The running bot."""

    def __init__(
        self, settings: Settings, console: Console, clock: Callable[[], float] = time.time
    ) -> None:
        self._settings = settings
        self._console = console
        self._clock = clock
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
        self.policy = self._policy(claimed)
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
        out = Outbox(Sender(client), database, Pace(time.monotonic), self.bot, clock)
        desk = Desk(out, languages, self.policy, self.redactor, self._words, clock, token)
        journal = Journal(database, desk, self.redactor, self.instance, self.bot, clock)
        deadline = Deadline(journal, settings.limits.deadline)
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
        strangers = Strangers(self._claim(claimed), self._enroller(database), desk.show, clock)
        door = Door(database, self.bot, self.policy, strangers, clock, lambda: line.gap)
        connection = Connection(client, door, line, self._intruder(journal))
        toasts = Toasts(client, desk)
        dispatcher = Dispatcher(
            journal,
            builder,
            run,
            taps,
            toast=toasts.show,
            leave=toasts.leave,
            age=line.age,
            max_age=settings.telegram.max_age,
            name=lambda: connection.name,
        )
        upkeep = Upkeep(journal, settings.limits.pending_ttl, strangers.counted)
        await Recovery(journal, services).run()
        await out.load()
        door.stored.set()
        parts.push_async_callback(_within, connection.hang_up, _GRACE)
        parts.push_async_callback(toasts.close)
        parts.push_async_callback(out.close, _GRACE)
        parts.push_async_callback(deadline.close)
        parts.push_async_callback(dispatcher.close, _GRACE)
        parts.push_async_callback(_within, connection.close, _GRACE)
        await _until(
            stop,
            out.run(),
            dispatcher.run(door.stored),
            self._tick(upkeep, line, door),
            connection.run(lambda: self._ready(connection, services)),
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

    def _policy(self, claimed: people.Owners) -> Policy:
        access, hosts = self._settings.access, self._settings.hosts
        for person in claimed.forged:
            log.error("the record of owner %d was changed, it counts no more", person)
        locked = {n for n, entry in hosts.items() if entry.read_only or self._console.read_only}
        groups = [Group(chat, frozenset(entry.hosts)) for chat, entry in access.chats.items()]
        return Policy(subjects(self._settings, claimed), groups, frozenset(locked))

    async def _languages(self, database: Database) -> Languages:
        locale = self._settings.locale
        chats = {
            chat: Tongue(entry.language or locale.language, entry.timezone or locale.timezone)
            for chat, entry in self._settings.access.chats.items()
        }
        languages = Languages(database, Tongue(locale.language, locale.timezone), chats)
        await languages.load(self.policy.people)
        return languages

    def _claim(self, claimed: people.Owners) -> Claim:
        """The claim; where no owner was ever recorded it is opened, its code told the console."""
        claim = Claim(claim_file(self._settings.storage.key_path), self._clock)
        if not (self._settings.access.owners or claimed.names or claimed.forged):
            code = claim.begin(token())
            self._console.tell(
                "Nobody owns this bot yet. Within 10 minutes, send it this in a private chat:\n"
                f"    /start {code}"
            )
        return claim

    def _enroller(self, database: Database) -> Callable[[Request], Awaitable[Reply]]:
        async def enrol(request: Request) -> Reply:
            person, name, now = request.actor.id, request.actor.name, self._clock()

            def write(connection: storage.Connection) -> None:
                people.add_owner(connection, person, name.raw, now)
                event = {"at": round(now, 3), "actor": person, "command": "claim"}
                audit.append(connection, event | {"name": name.raw, "outcome": "finished"})

            await database.write(write)
            globs = self._settings.access.globs[OWNER]
            self.policy.enrol(Subject(Person(name, person), Role(OWNER, globs)))
            self._console.tell(f"The bot has an owner now: Telegram id {person}.")
            return say(
                msg("You own this bot now."),
                msg("{help} shows what you can do.", help=Tappable("/help")),
            )

        return enrol

    def _intruder(self, journal: Journal) -> Callable[[], Awaitable[None]]:
        """Somebody else uses the token: stop all changes until the console starts it anew."""

        async def notice() -> None:
            if self.policy.frozen:
                return
            self.policy.freeze()
            self._console.tell(
                "Somebody else polls with this token, or has set a webhook for it. If that was\n"
                "not you, get a new token from @BotFather. Nothing can be changed until a restart."
            )
            event = {"at": round(self._clock(), 3), "command": "intruder", "outcome": "denied"}
            await journal.database.write(lambda c: audit.append(c, event))

        return notice

    async def _ready(self, connection: Connection, services: Services) -> None:
        """Telegram has answered for the first time."""
        self.ready.set()
        self._console.tell(f"Pierhead answers as @{connection.name}.")
        timezone = self._settings.locale.timezone
        await menu.publish(
            connection.bot,
            services.registry,
            self.policy,
            self.policy.people,
            lambda locale: self._words(locale, timezone),
        )

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
            await asyncio.to_thread(self.heartbeat.write)
            await asyncio.sleep(_TICK)


async def _within(closing: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Close a part, but not for ever."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await closing()


async def _until(stop: asyncio.Event, *work: Coroutine[Any, Any, None]) -> None:
    """Run all of it until `stop`, or until one of them fails, whose error is raised."""
    tasks: list[asyncio.Future[Any]] = [asyncio.ensure_future(one) for one in work]
    ended: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({ended, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in (ended, *tasks):
            task.cancel()
        await asyncio.wait({ended, *tasks}, timeout=_GRACE)

"""The running bot, from the opened database to the orderly end."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

from bot.access.policy import Policy
from bot.assembly import Assembly, Intake, Speech, Work
from bot.command.services import Services
from bot.config import Settings
from bot.enrolment import policy_of
from bot.heartbeat import Heartbeat, file_of
from bot.message import Message, Untrusted, msg
from bot.pipeline.recovery import Recovery
from bot.pipeline.upkeep import LEASE, Upkeep
from bot.pulse import Pulse
from bot.reply.redact import Redactor
from bot.tasks import until, within
from bot.telegram.menu import Menu
from storage import instances, people
from storage.database import Database
from storage.errors import StorageError
from storage.sealed import key_file

_GRACE = 1.0


@dataclass(frozen=True, slots=True)
class Console:
    """What the person at the console is told, and how `demo` lets writes wait for their answer."""

    tell: Callable[[Message], None]
    read_only: bool = False


class App:
    """The running bot. `clock` gives seconds since the epoch."""

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
        self._menu: Menu | None = None

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

    def allow_writes(self) -> None:
        """End the read-only state of every host: the console has said so."""
        self.policy.allow_writes()
        self._publish()

    async def _live(self, database: Database, parts: AsyncExitStack, stop: asyncio.Event) -> None:
        """Make every part, layer by layer, take up what the last run has left, and run."""
        claimed = await database.read(people.owners)
        self.policy = policy_of(self._settings, claimed, read_only=self._console.read_only)
        assembly = Assembly(
            self._settings,
            self.policy,
            self.redactor,
            self.bot,
            self.instance,
            self._console.tell,
            self._clock,
            self._monotonic,
            self._sleep,
            self.heartbeat,
        )
        line = assembly.line()
        parts.push_async_callback(line.files.close)
        services = await assembly.services(database, line, parts)
        speech = assembly.speech(services, line)
        work = assembly.work(services, speech.desk)
        intake = assembly.intake(services, claimed, speech, work)
        self._menu = intake.menu
        recovery = Recovery(work.journal, services, work.resume, work.turns)
        begun = await recovery.take_over()
        await speech.outbox.load()
        await _open_spool(services, speech, parts)
        intake.door.stored.set()
        pulse = self._pulse(speech, work, intake)
        parts.push_async_callback(within, _GRACE, pulse.upkeep.close)
        _close(parts, speech, work, intake)
        await until(
            stop,
            _GRACE,
            recovery.tell(begun),
            speech.outbox.run(),
            intake.dispatcher.run(intake.door.stored),
            work.schedules.run(),
            pulse.run(),
            *assembly.beacon(),
            intake.menu.run(),
            intake.connection.run(lambda: self._ready(intake)),
            *assembly.watching(services, speech, work, parts),
        )

    def _pulse(self, speech: Speech, work: Work, intake: Intake) -> Pulse:
        operations = work.builder.services.operations
        ttl = self._settings.limits.pending_ttl
        upkeep = Upkeep(work.journal, operations, ttl, intake.refused)
        return Pulse(
            upkeep, speech.line.polls, intake.door, self.heartbeat, self._clock, self._sleep
        )

    async def _register(self, database: Database) -> None:
        self.heartbeat.remove()  # what a killed run left would be taken for signs of this one
        if database.locks is not None:
            database.locks.hold(self.instance)
        now = self._clock()
        await database.write(lambda c: instances.register(c, self.instance, now, LEASE))

    async def _release(self, database: Database) -> None:
        """Let the next start take up what is left, at once."""
        self.heartbeat.remove()
        with suppress(StorageError):
            await database.write(lambda c: instances.release(c, self.instance))

    def _ready(self, intake: Intake) -> None:
        """Telegram has answered for the first time."""
        self.ready.set()
        self._console.tell(msg("Pierhead answers as @{name}.", name=Untrusted(str(intake.name))))
        self._publish()

    def _publish(self) -> None:
        """Show everybody in their menu what they may do now."""
        if self._menu is not None:
            self._menu.publish(*self.policy.people)


async def _open_spool(services: Services, speech: Speech, parts: AsyncExitStack) -> None:
    """Make room for large files; what a dead run has left goes, but for what is still to be sent.

    Raises:
        OSError: there can't be any.
    """
    spool = services.spool

    async def close() -> None:
        with suppress(StorageError):
            await asyncio.to_thread(spool.close, await speech.outbox.spooled())

    await asyncio.to_thread(spool.open, await speech.outbox.spooled())
    parts.push_async_callback(within, _GRACE, close)


def _close(parts: AsyncExitStack, speech: Speech, work: Work, intake: Intake) -> None:
    """At the end the way in is closed first and the line last, so that what was done is told."""
    parts.push_async_callback(within, _GRACE, intake.connection.hang_up)
    parts.push_async_callback(intake.toasts.close)
    parts.push_async_callback(speech.outbox.close, _GRACE)
    parts.push_async_callback(work.deadline.close)
    parts.push_async_callback(intake.dispatcher.close, _GRACE)
    parts.push_async_callback(work.schedules.close, _GRACE)
    parts.push_async_callback(within, _GRACE, intake.connection.close)

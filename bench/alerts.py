"""How soon a card is there, and what becomes of 2,000 alerts at once.

The first: a container of a real Engine ends, unasked; from the time that the Engine gives for that
to the time at which the chat server has accepted the card. The bot is in this process, as its clock
is put on past the grace after its start.

The storm: four hosts whose lists are made up tell that 500 containers each have ended, half of them
by a critical rule. The chat server keeps Telegram's limits, and so must the bot: a message that is
refused comes twice.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import cast

from bench import pierhead
from bench.clock import Clock
from bench.pierhead import OWNERS, PATIENCE, TOKEN
from bench.place import Place
from bench.sample import Sample
from bench.table import Row, at_least, at_most
from bot.app import App, Console
from bot.command.languages import Languages, Tongue
from bot.config import load
from bot.errors import BotError
from bot.hosts import Host
from bot.hosts.subscription import ROOM, Subscription
from bot.hosts.types import Container, Snapshot
from bot.i18n import catalogue
from bot.message import Untrusted, msg
from bot.reply.redact import Redactor
from bot.reply.words import Words
from bot.tasks import until
from bot.telegram.connection import Polls, make_bot
from bot.telegram.notices import Notices
from bot.telegram.outbox import Outbox
from bot.telegram.pace import Pace
from bot.telegram.sending import Sender
from bot.watch.condition import Native
from bot.watch.hearing import GRACE
from bot.watch.notice import Audience
from bot.watch.public import Public
from bot.watch.rule import Rule, Severity
from bot.watch.rulebook import Rights, Rulebook
from bot.watch.subject import Selector
from bot.watch.watcher import Watcher
from sandbox import Phone, Sandbox
from sandbox.engine.images import BUSYBOX
from storage.database import Database

GROUP = -5
HOSTS = ("nas1", "nas2", "nas3", "nas4")
RULES = (
    Rule("down", Native.EXITED, on=Selector(name="soft*")),
    Rule("crash", Native.EXITED, on=Selector(name="hard*"), severity=Severity.CRITICAL),
)
_AT_ONCE = '[[alert]]\nname = "exited"\nkeep_firing_for = "0s"\n'  # over as soon as it is
_REST = 3.0  # seconds after which a chat takes three messages at once again
_COUNT = re.compile(r"(\w+):? nas\d: (\d+) alerts")
_MS = 1000


async def measure(place: Place, *, rounds: int = 10, alerts: int = 2000) -> list[Row]:
    return [await _first(place, rounds), *await _storm(place.folder(), alerts)]


async def _first(place: Place, rounds: int) -> Row:
    clock, taken = Clock(), []
    place.sleeper("calm")
    async with (
        pierhead.telegram() as server,
        _bot(server, place.engine, place.folder(), clock),
    ):
        phone = server.private(OWNERS[0])
        await phone.ask("/ps", within=PATIENCE)
        clock.advance(GRACE + 1)
        for number in range(rounds):
            await asyncio.sleep(_REST)
            taken.append(await _told(place, phone, f"ends-{number}"))
            place.sdk.remove_container(f"ends-{number}")
            await _until(phone, f"Resolved: ends-{number}@local")
    place.sdk.remove_container("calm", force=True)
    return Row("an exit, told by its card", "s", Sample(tuple(taken)), bound=at_most(1, "s"))


async def _told(place: Place, phone: Phone, name: str) -> float:
    """Seconds from the end of a container to its card."""
    alone = place.sdk.create_host_config(network_mode="none")
    place.sdk.create_container(
        BUSYBOX, ["sh", "-c", "sleep 1; exit 3"], name=name, host_config=alone
    )
    place.sdk.start(name)
    await _until(phone, f"Warning: {name}@local")
    told = time.time()
    ended = place.sdk.inspect_container(name)["State"]["FinishedAt"]
    return told - datetime.fromisoformat(f"{ended[:26].rstrip('Z')}+00:00").timestamp()


async def _until(phone: Phone, text: str) -> None:
    """Wait until a message says so."""

    def look() -> bool | None:
        return any(text in seen.text for seen in phone.history) or None

    await phone.until(look, f"nothing says {text}", PATIENCE)


@asynccontextmanager
async def _bot(server: Sandbox, engine: str, folder: Path, clock: Clock) -> AsyncIterator[None]:
    environment = pierhead.environment(server, engine, folder)
    config = folder / "config.toml"
    config.write_text(_AT_ONCE)
    settings = load(config, environment | {"PIERHEAD_ACCESS__OWNERS": str(OWNERS[0])})
    app = App(settings, Console(lambda _: None), clock, monotonic=clock, sleep=clock.sleep)
    stop = asyncio.Event()
    task = asyncio.ensure_future(app.run(stop))
    try:
        await app.ready.wait()
        yield
    finally:
        stop.set()
        await task


@dataclass(slots=True)
class Stand:
    """A host of which only its feed is there, which says what it is told to."""

    name: str
    ears: Subscription = field(default_factory=lambda: Subscription(ROOM, lambda _: None))

    @property
    def feed(self) -> Stand:
        """Itself."""
        return self

    @property
    def containers(self) -> object:
        """Whoever asks for evidence gets none."""
        raise BotError(msg("There is only a feed."))

    def subscribe(self) -> Subscription:
        """What the watcher hears."""
        return self.ears

    def ask(self) -> None:
        """It tells what there is by itself."""

    def lists(self, each: int, state: str) -> None:
        """All of its containers are in this state now."""
        names = (f"{('soft', 'hard')[n % 2]}{n}" for n in range(each))
        rows = tuple(_container(f"{name}", state) for name in names)
        self.ears.put(Snapshot(rows, 0.0))


def _container(name: str, state: str) -> Container:
    some = Untrusted("busybox")
    return Container(name, Untrusted(name), some, "", state, some, None, 3, None, 0.0, (), (), {})


async def _storm(folder: Path, alerts: int) -> list[Row]:
    stands = {name: Stand(name) for name in HOSTS}
    each, clock = alerts // len(stands), Clock()
    async with (
        Sandbox(TOKEN, {1: "Olga"}, {GROUP: ("Ops", (1,))}) as server,
        _watcher(server, folder, stands, clock),
    ):
        phone = server.group(GROUP, 1)
        for stand in stands.values():
            stand.lists(each, "running")
        await clock.sleep(0.5)
        clock.advance(GRACE + 1)
        begun = time.monotonic()
        with _held() as held:
            for stand in stands.values():
                stand.lists(each, "exited")
            all_of_them = each * len(stands)
            await phone.until(
                lambda: _counted(phone) >= all_of_them or None, "not all are told", PATIENCE
            )
        spent = time.monotonic() - begun
        cards = [found for seen in phone.history if (found := _COUNT.match(seen.text))]
        first = [found[1] for found in cards[: len(stands)]]
        what = f"{each * len(stands):,} alerts at once"
        groups = len(stands) * len(RULES)
        sent = len(server.calls("sendMessage"))
    return [
        Row(what, "cards", Sample.of(len(cards)), bound=at_most(groups, "")),
        Row(what, "messages sent for them", Sample.of(sent), bound=at_most(groups, "")),
        Row(
            what,
            "alerts told",
            Sample.of(sum(int(c[2]) for c in cards)),
            bound=at_least(each * 4, ""),
        ),
        Row(what, "critical ones first", Sample.of(first.count("CRITICAL")), bound=at_least(4, "")),
        Row(what, "s until all are told", Sample.of(spent)),
        Row(
            what,
            "ms in which nobody else is served, at most",
            Sample.of(max(held) * _MS),
            bound=at_most(100, "ms"),
        ),
    ]


def _counted(phone: Phone) -> int:
    found = (_COUNT.match(seen.text) for seen in phone.history)
    return sum(int(one[2]) for one in found if one)


@contextmanager
def _held() -> Iterator[list[float]]:
    """The times for which the event loop was held up, beyond what was slept."""
    pauses = [0.0]

    async def tick() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.005)
            pauses.append(time.monotonic() - before - 0.005)

    task = asyncio.ensure_future(tick())
    try:
        yield pauses
    finally:
        task.cancel()


@asynccontextmanager
async def _watcher(
    server: Sandbox, folder: Path, stands: Mapping[str, Stand], clock: Clock
) -> AsyncIterator[None]:
    """A watcher of made-up hosts, and its way out to the chat server."""
    database = await Database.open(f"sqlite:///{folder / 'bot.db'}", ballast=0)
    client = make_bot(TOKEN, server.base_url, Polls(clock, 60))
    await client.initialize()
    out = Outbox(Sender(client), database, Pace(time.monotonic), 1, "bench", clock, asyncio.sleep)
    languages = Languages(database, Tongue("en", "UTC"), {})
    tokens = iter(range(10**9))
    notices = Notices(
        out,
        languages,
        Redactor(()),
        lambda locale, zone: Words(locale, zone, catalogue(locale), clock),
        clock,
        lambda: f"b{next(tokens)}",
    )
    public = Public(
        audience=lambda: Audience((GROUP,)),
        may_show=lambda _chat, _host: False,
        changes=lambda _: False,
        good=45.0,
        alive=lambda: None,
    )
    hosts = cast("Mapping[str, Host]", stands)
    rights = Rights(*[lambda *_: True] * 3)
    fixed = {rule.name: rule for rule in RULES}
    book = Rulebook(fixed, frozenset(), frozenset(stands), rights)
    watcher = Watcher(book, hosts, database, 1, public, clock, clock.sleep)
    stop = asyncio.Event()
    task = asyncio.ensure_future(until(stop, 1.0, watcher.run(notices), out.run()))
    try:
        yield
    finally:
        stop.set()
        await task
        await out.close(1.0)
        with suppress(Exception):
            await client.shutdown()
        await database.close()

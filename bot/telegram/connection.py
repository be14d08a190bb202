"""The line to Telegram: coming up whatever the network does, polling, and noticing a second poller.

What goes wrong here never ends the bot: python-telegram-bot's own `Updater` would stop polling for
good at a 401, and stay deaf behind a webhook. The token stands in every URL, and what people wrote
in what can't be read, so the libraries' own logs are silenced, and errors are told by their type.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import telegram
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.telegram.name import Name
from bot.telegram.sending import asked
from bot.telegram.tls import trust
from bot.telegram.updates import ALLOWED

log = logging.getLogger(__name__)

T = TypeVar("T")
Update = Mapping[str, Any]
_POLL = 20  # seconds that a poll waits for something to happen
_BACKOFF = (1.0, 2.0, 5.0, 15.0, 30.0)
_SLACK = 0.5  # seconds more than Telegram asks for
_MINUTE = 60.0
_READ = 5.0  # seconds that an answer may take, once there is one
_GAP = 45.0  # seconds without a poll, at least, that count as having been away


class Polls:
    """What answers, above all to polls, tell besides: Telegram's clock, and that it is there.

    `gap` tells whether what a poll brought may have waited for the bot: after a time without polls,
    until one is answered with nothing.
    """

    def __init__(self, clock: Callable[[], float], max_age: float) -> None:
        self._clock = clock
        self._max_age = max_age
        self._away = max(max_age, _GAP) + _POLL
        self._skew = 0.0
        self._polled: float | None = None
        self.gap = True

    def age(self, sent_at: float) -> float:
        """How old, in seconds, something is that Telegram dated."""
        return self._clock() + self._skew - sent_at

    def late(self, sent_at: float) -> float | None:
        """The same of what is too old to be done unasked; None of what is not."""
        age = self.age(sent_at)
        return age if age > self._max_age else None

    async def answered(self, response: Any) -> None:  # noqa: ANN401 - the HTTP client's response
        """An answer came: compare the clocks."""
        date = response.headers.get("date")
        if date:
            try:
                there = parsedate_to_datetime(date).timestamp()
            except ValueError:
                return
            skew = there - self._clock()
            self._skew = skew if abs(skew) > 2 else 0.0  # noqa: PLR2004 - the header has whole seconds

    def polled(self, *, empty: bool) -> None:
        """A poll was answered. Even an empty answer, if it is long overdue, may be an old one."""
        now, before = self._clock(), self._polled
        away = before is not None and now - before > self._away
        self.gap = away or (self.gap and not empty)
        self._polled = now

    @property
    def polled_at(self) -> float | None:
        """When a poll was last answered."""
        return self._polled


class Client(telegram.Bot):
    """The library's client, but for what comes in: that is handed on unparsed.

    One update that the library can't parse would fail the whole batch, again and again.
    """

    def __init__(self, token: str, root: str, polls: Polls) -> None:
        ours = {"event_hooks": {"response": [polls.answered]}, "verify": trust()}
        super().__init__(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=HTTPXRequest(
                connection_pool_size=32,
                pool_timeout=10.0,
                media_write_timeout=60.0,
                httpx_kwargs=ours,
            ),
            get_updates_request=HTTPXRequest(
                connection_pool_size=2, pool_timeout=10.0, httpx_kwargs=ours
            ),
        )
        self._polls = polls

    async def updates(self, offset: int, *, at_once: bool = False) -> list[Update]:
        """What has come in, as JSON; what is before `offset` is confirmed.

        Waits for something to come, unless it is wanted `at_once`, or something may have waited.
        """
        wait = 0 if at_once or self._polls.gap else _POLL
        asked = {"offset": offset, "timeout": wait, "allowed_updates": ALLOWED}
        found = await self._post("getUpdates", asked, read_timeout=_READ + wait)
        known = [one for one in found if _numbered(one)]
        if not known and found != []:
            raise TypeError("no updates")
        self._polls.polled(empty=not known)
        return known


def _numbered(update: object) -> bool:
    """Whether it can be confirmed, by its number."""
    return isinstance(update, dict) and isinstance(update.get("update_id"), int)


def make_bot(token: str, root: str, polls: Polls) -> Client:
    """The client, for a Bot API server at `root`. Does no I/O."""
    # Otherwise each 429 warns that its time will be a `timedelta` one day.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return Client(token, root.rstrip("/"), polls)


class Connection:
    """Comes up, polls, hands each update to the door, and stays.

    `name` is told when Telegram tells it. `intruder` hears of somebody else who uses the token,
    `back` of Telegram being reachable again. `clock` is monotonic, in seconds, as `sleep` takes
    them.
    """

    def __init__(
        self,
        bot: Client,
        put: Callable[[Update], Awaitable[None]],
        name: Name,
        *,
        intruder: Callable[[], Awaitable[None]],
        back: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.bot = bot
        self._put = put
        self._name = name
        self._intruder = intruder
        self._back = back
        self._clock = clock
        self._sleep = sleep
        self._offset = 0
        self._polling = False
        self._failures = 0
        self._told: dict[str, float] = {}

    async def run(self, ready: Callable[[], None]) -> None:
        """Come up and poll until cancelled; `ready` is called once, when Telegram has answered."""
        await self._answer_to(self.bot.initialize)
        self._name.tell(self.bot.username)
        await self._answer_to(self._look_at_webhook)
        ready()
        self._polling = True
        while True:
            for update in await self._answer_to(self._updates):
                await self._put(update)
                self._offset = update["update_id"] + 1

    async def close(self) -> None:
        """What came in last is confirmed; otherwise it would come again, and be known."""
        if self._polling:
            with suppress(Exception):
                await self.bot.updates(self._offset, at_once=True)

    async def hang_up(self) -> None:
        """Let go of the connections; nothing is sent after this."""
        await self.bot.shutdown()

    async def _updates(self) -> list[Update]:
        """What has come in. After a failure at once: that tells that Telegram is back."""
        return await self.bot.updates(self._offset, at_once=self._failures > 0)

    async def _answer_to(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask Telegram until it is answered: a bot that ends, or is deaf, is worse than any error.

        A proxy, or the page that asks a guest of a network to log in, may answer anything.
        """
        while True:
            try:
                answer = await ask()
            except Exception as error:  # noqa: BLE001 - as above
                await self._sleep(await self._trouble(error))
                self._failures += 1
            else:
                self._recovered()
                return answer

    def _recovered(self) -> None:
        if self._failures:
            log.warning("Telegram answers again")
            self._failures = 0
            self._told.clear()
            self._back()

    async def _trouble(self, error: Exception) -> float:
        """Say what is wrong, and do something about it; the seconds until the next attempt."""
        match error:
            case RetryAfter():
                return asked(error) + _SLACK
            case Conflict():
                self._quietly("somebody else uses this token (409)")
                await self._intruder()
                if "webhook" in error.message.lower():
                    await self._remove_webhook()
            case InvalidToken():
                self._quietly("Telegram refuses the token. Is it the one that @BotFather gave?")
            case TelegramError():
                self._quietly(f"Telegram can't be reached ({type(error).__name__}); I go on trying")
            case _:
                # Its text may hold what came; its kind is enough to look for it.
                self._quietly(f"what Telegram sent can't be read ({type(error).__name__})")
        return _BACKOFF[min(self._failures, len(_BACKOFF) - 1)]

    async def _look_at_webhook(self) -> None:
        """Nobody can poll while there is a webhook; one that is there was set by somebody."""
        found = await self.bot.get_webhook_info()
        if found.url:
            await self._intruder()
            await self.bot.delete_webhook(drop_pending_updates=False)
            log.warning("a webhook was set for this bot that the config does not name: removed")

    async def _remove_webhook(self) -> None:
        try:
            await self._look_at_webhook()
        except Exception as error:  # noqa: BLE001 - it is asked in the midst of trouble
            log.warning("a webhook could not be removed: %s", type(error).__name__)

    def _quietly(self, text: str) -> None:
        """The same warning at most once a minute."""
        now = self._clock()
        if now - self._told.get(text, -_MINUTE) >= _MINUTE:
            self._told[text] = now
            log.warning(text)

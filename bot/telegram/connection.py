"""The line to Telegram: coming up whatever the network does, polling, and noticing a second poller.

What goes wrong here never ends the bot: python-telegram-bot's own `Updater` would stop polling for
good at a 401, and stay deaf behind a webhook. The token stands in every URL, so the HTTP client's
own log is silenced, and its errors are told by their type.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any

import telegram
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.telegram.name import Name
from bot.telegram.sending import asked
from bot.telegram.updates import ALLOWED

log = logging.getLogger(__name__)

Client = telegram.Bot
_POLL = 20  # seconds that a poll waits for something to happen
_BACKOFF = (1.0, 2.0, 5.0, 15.0, 30.0)
_SLACK = 0.5  # seconds more than Telegram asks for
_MINUTE = 60.0
_AT_ONCE = 1.0  # seconds in which a poll is answered that had something to tell
_GAP = 45.0  # seconds without a poll, at least, that count as having been away


class Polls:
    """What answers, above all to polls, tell besides: Telegram's clock, and that it is there."""

    def __init__(self, clock: Callable[[], float], max_age: float) -> None:
        self._clock = clock
        self._away = max(max_age, _GAP)
        self._skew = 0.0
        self._asked = 0.0
        self._polled: float | None = None
        self.gap = True

    def age(self, sent_at: float) -> float:
        """How old, in seconds, something is that Telegram dated."""
        return self._clock() + self._skew - sent_at

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

    async def polling(self, _request: Any) -> None:  # noqa: ANN401 - the HTTP client's request
        """A poll begins."""
        self._asked = self._clock()

    async def polled(self, response: Any) -> None:  # noqa: ANN401 - the same
        """A poll was answered; `gap` tells whether what it brought had waited for the bot.

        After a time without polls, what is answered at once may have waited; the first poll that
        itself has to wait shows that nothing else did.
        """
        await self.answered(response)
        if response.status_code != 200:  # noqa: PLR2004 - HTTP's OK
            return
        now = self._clock()
        away = self.gap or self._polled is None or now - self._polled > self._away + _POLL
        self.gap = away and now - self._asked < _AT_ONCE
        self._polled = now

    @property
    def polled_at(self) -> float | None:
        """When a poll was last answered."""
        return self._polled


def make_bot(token: str, root: str, polls: Polls) -> Client:
    """The client, for a Bot API server at `root`. Does no I/O."""
    # Otherwise each 429 warns that its time will be a `timedelta` one day.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return telegram.Bot(
        token,
        base_url=f"{root.rstrip('/')}/bot",
        base_file_url=f"{root.rstrip('/')}/file/bot",
        request=HTTPXRequest(
            connection_pool_size=32,
            pool_timeout=10.0,
            media_write_timeout=60.0,
            httpx_kwargs={"event_hooks": {"response": [polls.answered]}},
        ),
        get_updates_request=HTTPXRequest(
            connection_pool_size=2,
            pool_timeout=10.0,
            httpx_kwargs={"event_hooks": {"request": [polls.polling], "response": [polls.polled]}},
        ),
    )


class Connection:
    """Comes up, polls, hands each update to the door, and stays.

    `name` is told when Telegram tells it. `intruder` hears of somebody else who uses the token,
    `back` of Telegram being reachable again. `clock` is monotonic, in seconds, as `sleep` takes
    them.
    """

    def __init__(
        self,
        bot: telegram.Bot,
        put: Callable[[telegram.Update], Awaitable[None]],
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
        self._told: dict[str, float] = {}

    async def run(self, ready: Callable[[], None]) -> None:
        """Come up and poll until cancelled; `ready` is called once, when Telegram has answered."""
        await self._until_answered(self.bot.initialize)
        self._name.tell(self.bot.username)
        await self._until_answered(self._look_at_webhook)
        ready()
        await self._poll()

    async def close(self) -> None:
        """What came in last is confirmed; otherwise it would come again, and be known."""
        if self._polling:
            with suppress(TelegramError):
                await self._updates(0)

    async def hang_up(self) -> None:
        """Let go of the connections; nothing is sent after this."""
        await self.bot.shutdown()

    async def _poll(self) -> None:
        """Ask for updates without end. What was put is confirmed by the next question."""
        self._polling = True
        failures = 0
        while True:
            try:
                # After a failure the answer is wanted at once: it tells that Telegram is back.
                updates = await self._updates(0 if failures else _POLL)
            except Exception as error:  # noqa: BLE001 - whatever it is, a bot that is deaf is worse
                await self._sleep(await self._trouble(error, failures))
                failures += 1
                continue
            if failures:
                log.warning("Telegram answers again")
                failures = 0
                self._told.clear()
                self._back()
            for update in updates:
                await self._put(update)
                self._offset = update.update_id + 1

    async def _updates(self, wait: int) -> tuple[telegram.Update, ...]:
        return await self.bot.get_updates(self._offset, timeout=wait, allowed_updates=ALLOWED)

    async def _until_answered(self, ask: Callable[[], Awaitable[None]]) -> None:
        failures = 0
        while True:
            try:
                await ask()
            except TelegramError as error:
                await self._sleep(await self._trouble(error, failures))
                failures += 1
            else:
                return

    async def _trouble(self, error: Exception, failures: int) -> float:
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
        return _BACKOFF[min(failures, len(_BACKOFF) - 1)]

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
        except TelegramError as error:
            log.warning("a webhook could not be removed: %s", type(error).__name__)

    def _quietly(self, text: str) -> None:
        """The same warning at most once a minute."""
        now = self._clock()
        if now - self._told.get(text, -_MINUTE) >= _MINUTE:
            self._told[text] = now
            log.warning(text)

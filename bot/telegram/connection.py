"""The line to Telegram: coming up whatever the network does, polling, and noticing a second poller.

What goes wrong here never ends the bot. The token stands in every URL, so the HTTP client's own log
is silenced, and its errors are told by their type.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from typing import Any

import telegram
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import Updater
from telegram.request import HTTPXRequest

from bot.telegram.updates import ALLOWED

log = logging.getLogger(__name__)

_POLL = 20  # seconds that a poll waits for something to happen
_BACKOFF = (1.0, 2.0, 5.0, 15.0, 30.0)
_AT_ONCE = 1.0  # seconds in which a poll is answered that had something to tell
_GAP = 45.0  # seconds without a poll, at least, that count as having been away


class Line:
    """What every answer of Telegram's tells besides: its clock, and that it was reached."""

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


def make_bot(token: str, root: str, line: Line) -> telegram.Bot:
    """The client, for a Bot API server at `root`. Does no I/O."""
    for name in ("httpx", "httpcore", "telegram.ext.Updater"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return telegram.Bot(
        token,
        base_url=f"{root.rstrip('/')}/bot",
        base_file_url=f"{root.rstrip('/')}/file/bot",
        request=HTTPXRequest(
            connection_pool_size=32,
            pool_timeout=10.0,
            media_write_timeout=60.0,
            httpx_kwargs={"event_hooks": {"response": [line.answered]}},
        ),
        get_updates_request=HTTPXRequest(
            connection_pool_size=2,
            pool_timeout=10.0,
            httpx_kwargs={"event_hooks": {"request": [line.polling], "response": [line.polled]}},
        ),
    )


class Connection:
    """Comes up, polls into the queue, and stays. `conflict` hears of a second poller."""

    def __init__(
        self,
        bot: telegram.Bot,
        queue: asyncio.Queue[Any],
        line: Line,
        conflict: Callable[[], Awaitable[None]],
    ) -> None:
        self.bot = bot
        self._updater = Updater(bot, queue)
        self._line = line
        self._conflict = conflict
        self._told_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """The bot's user name, in lower case; empty until Telegram has told it."""
        try:
            return self.bot.username.lower()
        except RuntimeError:
            return ""

    async def run(self, ready: Callable[[], Awaitable[None]]) -> None:
        """Come up and poll until cancelled; `ready` is called once, when Telegram has answered."""
        await self._until_answered(self.bot.initialize)
        await self._until_answered(self._look_at_webhook)
        await self._updater.initialize()
        await self._updater.start_polling(
            timeout=_POLL,
            bootstrap_retries=-1,
            allowed_updates=ALLOWED,
            drop_pending_updates=False,
            error_callback=self._failed,
        )
        await ready()
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Stop polling; what came in last is confirmed."""
        if self._updater.running:
            await self._updater.stop()
        for task in tuple(self._tasks):
            task.cancel()

    async def hang_up(self) -> None:
        """Let go of the connections; nothing is sent after this."""
        await self._updater.shutdown()
        await self.bot.shutdown()

    async def _until_answered(self, ask: Callable[[], Awaitable[None]]) -> None:
        attempt = 0
        while True:
            try:
                await ask()
            except InvalidToken:
                log.warning("Telegram refuses the token. Is it the one that @BotFather gave?")
            except TelegramError as error:
                log.warning("Telegram can't be reached (%s); I go on trying", type(error).__name__)
            else:
                return
            await asyncio.sleep(_BACKOFF[min(attempt, len(_BACKOFF) - 1)])
            attempt += 1

    async def _look_at_webhook(self) -> None:
        """Polling deletes a webhook; one that is there was set by somebody."""
        found = await self.bot.get_webhook_info()
        if found.url:
            log.warning("a webhook was set for this bot that the config does not name: removed")
            await self._conflict()

    def _failed(self, error: TelegramError) -> None:
        """Polling goes on by itself; a conflict is somebody else with the token."""
        if not isinstance(error, Conflict):
            self._quietly("Telegram can't be reached (%s); I go on trying", type(error).__name__)
            return
        self._quietly("somebody else polls with this token (%s)", "409")
        task = asyncio.ensure_future(self._conflict())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _quietly(self, text: str, what: str) -> None:
        """The same warning at most once a minute."""
        now = time.monotonic()
        if now - self._told_at > 60:  # noqa: PLR2004 - a minute
            self._told_at = now
            log.warning(text, what)

"""From the inbox to the pipeline: each update is taken, understood, run, and done with.

What is taken is worked on concurrently, within bounds. An update that nobody should act on (an
edited message, another bot's command, a chat that no owner has linked) is done at once.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable

from bot.command.build import Builder
from bot.command.call import Call, Request
from bot.errors import BotError
from bot.message import Message, Tappable, msg
from bot.pipeline.journal import Journal
from bot.pipeline.stage import Proceed
from bot.pipeline.told import told
from bot.reply import Reply, say
from bot.telegram.late import Late
from bot.telegram.taps import Answer, Taps
from bot.telegram.updates import Joined, Tap, parse
from storage import inbox
from storage.errors import StorageError
from storage.inbox import Stored

log = logging.getLogger(__name__)

_AT_ONCE = 64
_RETRY = 1.0


class Dispatcher:
    """Owns the tasks that work on updates.

    `age` tells how old, in seconds, a message sent at a time of Telegram's is. `toast` answers a
    tap. `leave` leaves a group. `name` is the bot's user name, in lower case.
    """

    def __init__(  # noqa: PLR0913 - the parts that an update passes
        self,
        journal: Journal,
        builder: Builder,
        run: Proceed,
        taps: Taps,
        *,
        toast: Callable[[str, Request, Message | None], None],
        leave: Callable[[int], Awaitable[None]],
        age: Callable[[float], float],
        max_age: float,
        name: Callable[[], str],
    ) -> None:
        self._journal = journal
        self._builder = builder
        self._run = run
        self._taps = taps
        self._toast = toast
        self._leave = leave
        self._age = age
        self._max_age = max_age
        self._name = name
        self._late = Late(builder, self._settle, journal.clock)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, stored: asyncio.Event) -> None:
        """Work on what is stored until cancelled; `stored` is set when there is more."""
        while True:
            stored.clear()
            room = _AT_ONCE - len(self._tasks)
            try:
                taken = await self._take(room) if room else []
            except StorageError:
                log.exception("the inbox can't be read; again in %.0f s", _RETRY)
                await asyncio.sleep(_RETRY)
                stored.set()
                continue
            for row in taken:
                task = asyncio.ensure_future(self._work(row))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            if room and len(taken) == room:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            else:
                await stored.wait()

    async def close(self, grace: float) -> None:
        """Give what runs `grace` seconds to end, then end it; the next start takes it up."""
        tasks = set(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=0.5)

    async def _take(self, room: int) -> list[Stored]:
        j = self._journal
        return await j.database.write(lambda c: inbox.take(c, j.bot, j.instance, j.clock(), room))

    async def _work(self, row: Stored) -> None:
        try:
            await self._handle(row)
        except StorageError:
            log.exception(
                "update %d could not be recorded; the next start repeats it", row.update_id
            )
        except Exception:
            log.exception("update %d could not be worked on", row.update_id)
            await self._done(row.update_id)

    async def _handle(self, row: Stored) -> None:
        body = json.loads(row.body)
        asked = parse(body["update"], row.received_at)
        match asked:
            case Tap():
                await self._tapped(asked, row, gap=bool(body.get("gap")))
            case Joined():
                await self._joined(asked)
            case None:
                await self._done(row.update_id)
            case _:
                await self._typed(asked)

    async def _joined(self, joined: Joined) -> None:
        if not self._builder.services.policy.linked(joined.chat):
            await self._leave(joined.chat)
        await self._done(joined.update)

    async def _typed(self, request: Request) -> None:
        policy = self._builder.services.policy
        if not request.chat.private and not policy.linked(request.chat.id):
            await self._done(request.update)
        elif not self._meant(request):
            await self._hint(request)
        elif self._age(request.sent_at) > self._max_age:
            task = self._late.add(request)
            if task is not None:
                await task
        else:
            await self._begin(request, lambda: self._builder.typed(request))

    def _meant(self, request: Request) -> bool:
        """Whether it is a command, and for this bot."""
        words = request.text.split(maxsplit=1)
        if not words:
            return False
        if request.chat.private and words[0] in {"docker", "$"}:
            return True
        command, _, name = words[0].partition("@")
        return command.startswith("/") and name.lower() in {"", self._name()}

    async def _hint(self, request: Request) -> None:
        """A sentence that is no command; in a group it is not the bot's business."""
        if not request.chat.private:
            await self._done(request.update)
            return
        hint = msg("Commands begin with a slash: {help} lists them.", help=Tappable("/help"))
        await self._settle([request], say(hint))

    async def _begin(self, request: Request, build: Callable[[], Iterable[Call]]) -> None:
        try:
            calls = tuple(build())
        except BotError as error:
            await self._settle([request], told(error))
            return
        await self._go(request, calls)

    async def _go(self, request: Request, calls: tuple[Call, ...]) -> None:
        await asyncio.gather(*(self._one(call) for call in calls))
        await self._done(request.update)

    async def _one(self, call: Call) -> None:
        try:
            await self._run(call)
        finally:
            self._builder.forget(call)

    async def _tapped(self, tap: Tap, row: Stored, *, gap: bool) -> None:
        try:
            answer = await self._taps.look(tap, received_at=row.received_at, gap=gap)
        except BotError as error:
            answer = Answer(error.message)
        self._toast(tap.query, tap.request, answer.toast)
        if answer.dismissed is not None:
            await self._journal.dismissed(tap.request, answer.dismissed)
        elif answer.calls:
            await self._go(tap.request, answer.calls)
        else:
            await self._done(row.update_id)

    async def _settle(self, requests: list[Request], reply: Reply) -> None:
        """Answer what leads to no call, and be done with it in the same transaction."""
        await self._journal.answered(requests, reply)

    async def _done(self, update: int) -> None:
        j = self._journal
        await j.database.write(lambda c: inbox.done(c, j.bot, update))

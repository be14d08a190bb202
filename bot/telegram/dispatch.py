"""From the inbox to the pipeline: each update is taken, understood, run, and done with.

What is taken is worked on concurrently, within bounds. An update that nobody should act on (another
bot's command, talk in a group) is done at once.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterable

from bot.buckets import Buckets
from bot.command.build import Builder
from bot.command.call import Call, Request
from bot.command.sessions import Session
from bot.errors import BotError, Denied
from bot.message import Code, Message, msg
from bot.pipeline.journal import Journal
from bot.pipeline.places import MOST
from bot.pipeline.stage import Proceed
from bot.pipeline.told import told
from bot.pipeline.toomuch import TooMuch
from bot.reply import Reply, say
from bot.tasks import Tasks
from bot.telegram.backlog import Backlog
from bot.telegram.hints import hint
from bot.telegram.name import Name
from bot.telegram.replies import Replies
from bot.telegram.taps import Answer, Taps
from bot.telegram.updates import Joined, Moved, Tap, parse
from storage import inbox
from storage.buttons import Button
from storage.errors import StorageError
from storage.inbox import Stored

log = logging.getLogger(__name__)

_AT_ONCE = MOST + 16  # the rest is for commands without a host, and for what is answered at once
_MISREAD = 20  # answers a minute and person to what is no command
_RETRY = 1.0


class Dispatcher:
    """Owns the tasks that work on updates.

    `late` tells how old, in seconds, a message sent at a time of Telegram's is, if that is too old.
    `toast` answers a tap.
    """

    def __init__(
        self,
        journal: Journal,
        builder: Builder,
        run: Proceed,
        taps: Taps,
        *,
        toast: Callable[[str, Request, Message | None], None],
        late: Callable[[float], float | None],
        name: Name,
        replies: Replies,
    ) -> None:
        self._journal = journal
        self._builder = builder
        self._run = run
        self._taps = taps
        self._toast = toast
        self._late = late
        self._name = name
        self._replies = replies
        self._backlog = Backlog(builder, self._settle, journal.clock, journal.sleep)
        self._tasks = Tasks("an update could not be worked on", _AT_ONCE)
        self._unstored: set[int] = set()
        self._misread = Buckets(_MISREAD, _MISREAD / 60, journal.clock)

    async def run(self, stored: asyncio.Event) -> None:
        """Work on what is stored until cancelled; `stored` is set when there is more.

        Nothing is taken before the bot's name is known: without it, what is meant for this bot
        looks as if it were for another, and would be done with unanswered.
        """
        await self._name.known()
        while True:
            stored.clear()
            await self._tasks.until_room()
            room = self._tasks.room
            try:
                taken = await self._take(room)
            except StorageError as error:
                log.warning("the inbox can't be read; again in %.0f s: %s", _RETRY, error)
                await self._journal.sleep(_RETRY)
                stored.set()
                continue
            for row in taken:
                self._tasks.own(self._work(row))
            if len(taken) < room:
                await stored.wait()

    async def unstored(self, row: Stored) -> None:
        """Work on an update that can't be stored: a read is answered, no change is begun."""
        await self._tasks.until_room()
        self._unstored.add(row.update_id)
        self._tasks.own(self._work(row))

    async def close(self, grace: float) -> None:
        """Give what runs `grace` seconds to end, then end it; the next start takes it up."""
        await self._tasks.close(grace)

    async def _take(self, room: int) -> list[Stored]:
        j = self._journal
        return await j.database.write(lambda c: inbox.take(c, j.bot, j.instance, j.clock(), room))

    async def _work(self, row: Stored) -> None:
        try:
            if not row.genuine:
                log.error("update %d was changed in the database, and is dropped", row.update_id)
                await self._done(row.update_id)
                return
            asked, gap = _asked(row)
            await self._handle(asked, row, gap=gap)
        except StorageError:
            log.exception("update %d could not be recorded", row.update_id)
            await self._done(row.update_id)
        except Exception:
            log.exception("update %d could not be worked on", row.update_id)
            await self._done(row.update_id)
        finally:
            self._unstored.discard(row.update_id)

    async def _handle(self, asked: Request | Tap | None, row: Stored, *, gap: bool) -> None:
        if asked is None:
            await self._done(row.update_id)
        elif isinstance(asked, Tap):
            await self._tapped(asked, row, gap=gap)
        else:
            try:
                await self._typed(asked)
            except (BotError, StorageError):
                raise
            except Exception:
                log.exception("update %d could not be worked on", row.update_id)
                where = msg("In the bot's log: {reference}.", reference=_reference(row))
                await self._settle([asked], say(msg("That went wrong: a bug of mine."), where))

    async def _typed(self, request: Request) -> None:
        session = self._replies.session(request)
        if session is not None or await self._replies.was(request):
            await self._for_session(request, session)
        elif not self._meant(request):
            await self._hint(request)
        elif self._late(request.sent_at) is not None:
            await self._backlog.add(request)
        else:
            await self._begin(request, lambda: self._builder.typed(request))

    async def _for_session(self, request: Request, session: Session | None) -> None:
        """A reply to the message of a session."""
        why = self._replies.unfit(request, session)
        if why is None and session is not None:
            await self._begin(request, lambda: (self._builder.line(request, session),))
            return
        told = self._replies.told(request, why) if why else None
        if told is None:
            await self._done(request.update)
        else:
            await self._settle([request], told)

    def _meant(self, request: Request) -> bool:
        """Whether it is a command, and for this bot."""
        words = request.text.split(maxsplit=1)
        if not words:
            return False
        if request.chat.private and words[0].lower() in {"docker", "$"}:
            return True
        command, _, name = words[0].partition("@")
        return command.startswith("/") and name.lower() in {"", str(self._name)}

    async def _hint(self, request: Request) -> None:
        """A sentence that is no command; in a group it is not the bot's business."""
        if not request.chat.private:
            await self._done(request.update)
            return
        await self._explain(request, hint(request, self._builder.services))

    async def _explain(self, request: Request, reply: Reply) -> None:
        """Answer what is no command, some 20 times a minute and person; beyond that in silence."""
        if self._misread.take(request.actor.id):
            await self._done(request.update)
        else:
            await self._settle([request], reply)

    async def _begin(self, request: Request, build: Callable[[], Iterable[Call]]) -> None:
        try:
            calls = tuple(build())
        except BotError as error:
            await self._explain(request, told(error))
            return
        await self._go(request, calls)

    async def _go(self, request: Request, calls: tuple[Call, ...]) -> None:
        """Run all of them to their end, whatever becomes of one, and be done with what asked."""
        ended = await asyncio.gather(*map(self._one, calls), return_exceptions=True)
        errors = [error for error in ended if error is not None]
        for error in errors[1:]:
            log.error("update %d could not be worked on", request.update, exc_info=error)
        if errors:
            raise errors[0]
        await self._done(request.update)

    async def _one(self, call: Call) -> None:
        """Run one; what is refused before the audit is told here, or not at all."""
        try:
            await self._run(call)
        except TooMuch as error:
            await self._journal.desk.show(error.first, told(error))
        except Denied as error:
            log.warning("call %s is refused: %s", call.id, error)
        finally:
            self._builder.forget(call)

    async def _tapped(self, tap: Tap, row: Stored, *, gap: bool) -> None:
        try:
            answer = await self._taps.look(tap, received_at=row.received_at, gap=gap)
        except BotError as error:
            answer = Answer(error.message)
        except StorageError:
            log.exception("update %d could not be looked up", row.update_id)
            answer = Answer(msg("I can't look it up now. Tap again later."))
        try:
            toast = answer.toast
            if answer.dismissed is not None:
                toast = await self._dismissed(tap, answer.dismissed)
            self._toast(tap.query, tap.request, toast)
            if answer.calls:
                await self._go(tap.request, answer.calls)
            else:
                await self._done(row.update_id)
        finally:
            self._taps.over(answer)
            for call in answer.calls:
                self._builder.forget(call)

    async def _dismissed(self, tap: Tap, button: Button) -> Message | None:
        """Drop what a question was about; what there is to say beside its message."""
        try:
            dropped = await self._journal.dismissed(tap.request, button)
        except StorageError:
            log.exception("update %d could not be recorded", tap.request.update)
            return msg("I can't write it down now. Tap again later.")
        return None if dropped else msg("This was answered already.")

    async def _settle(self, requests: list[Request], reply: Reply) -> None:
        """Answer what leads to no call, and be done with it in the same transaction."""
        if any(request.update in self._unstored for request in requests):
            await self._journal.desk.show(requests[-1], reply)
        else:
            await self._journal.insist(lambda: self._journal.answered(requests, reply))

    async def _done(self, update: int) -> None:
        if update in self._unstored:
            return
        j = self._journal
        await j.insist(lambda: j.database.write(lambda c: inbox.done(c, j.bot, update)))


def _asked(row: Stored) -> tuple[Request | Tap | None, bool]:
    """What a stored update asks for, and whether it is the first after a time without polls."""
    body = json.loads(row.body)
    asked = parse(body["update"], row.received_at)
    return (None if isinstance(asked, (Joined, Moved)) else asked), bool(body.get("gap"))


def _reference(row: Stored) -> Code:
    return Code(f"update {row.update_id}")

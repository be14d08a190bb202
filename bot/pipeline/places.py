"""How much may run at once, of one person's, in one chat and in all; what is over is refused.

Some commands take minutes, and whoever starts many would take all the places there are. A followed
log, or a session, is an open stream and a share of the pace besides, so there are fewer places for
these; so there are for what goes on after a restart, which may be days. What needs no host takes
none: `/cancel` is for those who have no place left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from bot.command.call import Call
from bot.message import Message, Tappable, msg
from bot.pipeline.toomuch import TooMuch

_CANCEL = Tappable("/cancel")
MOST = 112
_PERSON = 12
_FOLLOWED, _FOLLOWED_HERE, _FOLLOWED_ALL = 2, 5, 20
_LASTING, _LASTING_ALL = 5, 20


class Places:
    """Counts what runs."""

    def __init__(self) -> None:
        self._taken: defaultdict[Hashable, Counter[Hashable]] = defaultdict(Counter)

    @contextmanager
    def room(self, call: Call) -> Iterator[None]:
        """Take a place for as long as the block lasts.

        Raises:
            TooMuch: all places are taken.
        """
        with ExitStack() as held:
            if not call.command.hostless:
                held.enter_context(self._running(call))
            if call.follows:
                held.enter_context(self._followed(call))
            if call.command.resumes:
                held.enter_context(self._lasts(call))
            yield

    @contextmanager
    def kept(self, call: Call) -> Iterator[None]:
        """The places of what had them before a restart."""
        person = call.actor.id
        with (
            self._held(call.request.update, (("runs", person), "runs")),
            self._held(call.id, (("lasts", person), "lasts")),
        ):
            yield

    @contextmanager
    def _running(self, call: Call) -> Iterator[None]:
        """One place for what came in as one, on however many hosts, and for a session's lines."""
        mine, what = ("runs", call.actor.id), _shared(call)
        if self._full(what, {mine: _PERSON}):
            hint = msg("Wait for one to end, or {cancel} all of yours.", cancel=_CANCEL)
            raise _refusal(call, msg("You run too many commands at once."), hint)
        if self._full(what, {"runs": MOST}):
            many = msg("Too many commands are running.")
            raise _refusal(call, many, msg("Try again later."))
        with self._held(what, (mine, "runs")):
            yield

    @contextmanager
    def _followed(self, call: Call) -> Iterator[None]:
        mine, here = ("follows", call.actor.id), ("follows in", call.request.chat.id)
        if self._full(call.id, {mine: _FOLLOWED, here: _FOLLOWED_HERE, "follows": _FOLLOWED_ALL}):
            hint = msg("Stop one, or {cancel} all of yours.", cancel=_CANCEL)
            raise _refusal(call, msg("Too many logs and sessions are open."), hint)
        with self._held(call.id, (mine, here, "follows")):
            yield

    @contextmanager
    def _lasts(self, call: Call) -> Iterator[None]:
        mine = ("lasts", call.actor.id)
        if self._full(call.id, {mine: _LASTING, "lasts": _LASTING_ALL}):
            hint = msg("Stop one, or {cancel} all of yours.", cancel=_CANCEL)
            raise _refusal(call, msg("You wait for too much at once."), hint)
        with self._held(call.id, (mine, "lasts")):
            yield

    def _full(self, what: Hashable, most: Mapping[Hashable, int]) -> bool:
        """Whether one of these has no place for it."""
        taken = {key: self._taken.get(key, Counter()) for key in most}
        return any(what not in taken[key] and len(taken[key]) >= most[key] for key in most)

    @contextmanager
    def _held(self, what: Hashable, keys: Collection[Hashable]) -> Iterator[None]:
        for key in keys:
            self._taken[key][what] += 1
        try:
            yield
        finally:
            for key in keys:
                self._taken[key][what] -= 1
                self._taken[key] += Counter()  # forgets what has ended
                if not self._taken[key]:
                    del self._taken[key]


def _shared(call: Call) -> Hashable:
    """With what it shares its place: lines of one session wait for one another."""
    lane = call.ticket.host if call.ticket else call.host_name
    return call.request.update if lane == call.host_name else lane


def _refusal(call: Call, why: Message, hint: Message) -> TooMuch:
    return TooMuch(why, msg("Not run: {command}", command=call.label), hint, first=call.request)

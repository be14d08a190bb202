"""What a round tells, put into words and packed: notices, and that nothing could be told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from bot.message import Untrusted
from bot.reply import Reply, Text
from bot.watch.blind import Sight
from bot.watch.board import Board
from bot.watch.courier import Courier, Parcel, Said
from bot.watch.face import Face
from bot.watch.notice import Kind, Notice
from bot.watch.public import Public
from bot.watch.rule import Severity
from bot.watch.wording import verdict

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letters:
    """Words what the board says at one moment, for those who may know."""

    board: Board
    public: Public
    courier: Courier
    now: float

    def reports(self, sight: Sight) -> Iterator[Parcel]:
        """That nothing could be told, or seen, and what was missed."""
        audience, off = self.public.audience(), sight.off(self.now)
        outages = {**sight.over, **(dict.fromkeys(audience.chats, off) if off else {})}
        for chat, outage in outages.items():
            known = [a for a in self.board.alerts.values() if audience.hears(chat, a.subject.host)]
            reply = outage.report(known)
            yield self.courier.pack(Said(chat, reply, urgent=reply.rings))

    def notice(self, notice: Notice) -> Parcel:
        """In words; if that is more than we can do, at least how bad it is and where."""
        card, board = notice.card, self.board
        may_show = self.public.may_show(card.chat, card.host)
        face = Face(notice, board.rules, board.alerts, self.now, may_show)
        try:
            return self.courier.pack(_said(notice, face.reply()))
        except Exception:
            log.exception("card %s can't be worded", card.id)
        bare = Text(verdict(notice.severity).having(subject=Untrusted(card.host)))
        return self.courier.pack(_said(notice, Reply((bare,), rings=notice.rings)))


def _said(notice: Notice, reply: Reply) -> Said:
    card, itself = notice.card, notice.kind is Kind.CARD
    return Said(
        card.chat,
        reply,
        slot=card.slot if itself else None,
        under=None if itself else card.slot,
        urgent=notice.severity is Severity.CRITICAL and notice.kind is not Kind.RESOLVED,
    )

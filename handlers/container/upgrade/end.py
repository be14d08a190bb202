"""How an upgrade ended: which of the two is there now."""

from __future__ import annotations

from dataclasses import dataclass

from bot.message import Message, Untrusted


@dataclass(frozen=True, slots=True)
class End:
    """It ended with the new one, or with the old one, and `why`.

    `printed` are the last lines of the new one, `kept` the old ones that could not be removed, and
    `spared` those that were left, as nothing shows that the new ones are well; `away` is how long
    none of them ran, in seconds, 0 where that is not known; `touched` tells whether the old one was
    stopped, `unwell` whether the new one is to blame; `down` are the old ones that were started
    again, and do not run.
    """

    new: bool
    why: tuple[Message, ...] = ()
    printed: Untrusted | None = None
    kept: tuple[Untrusted, ...] = ()
    spared: tuple[Untrusted, ...] = ()
    away: float = 0.0
    touched: bool = True
    unwell: bool = False
    cancelled: bool = False
    down: tuple[Untrusted, ...] = ()

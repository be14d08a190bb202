"""One line of the table of `pierhead check`."""

from __future__ import annotations

from dataclasses import dataclass

from bot.message import Code, Message


@dataclass(frozen=True, slots=True)
class Row:
    """One finding: what, whether it is well, what was found, and the line that mends it."""

    what: Message
    well: bool
    found: Message
    mend: Message | None = None


def well(what: Message, found: Message) -> Row:
    """Something is as it should be."""
    return Row(what, well=True, found=found)


def amiss(what: Message, found: Message, mend: Message | None = None) -> Row:
    """Something is not as it should be, or nobody could see it."""
    return Row(what, well=False, found=found, mend=mend)


def plain(text: str) -> Message:
    """A path, a command or an error, which is the same in every language."""
    return Message("{text}", values={"text": Code(text)})

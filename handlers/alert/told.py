"""`tell here`, `tell me`, `tell owners`: whom a rule of the chat tells.

No other chat can be named: whoever may write in it makes the rule there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.command.call import Call
from bot.errors import Conflict, UsageError
from bot.message import Code, Names, Untrusted, msg
from bot.watch import sentence
from bot.watch.rulebook import Entry, Origin
from storage.rules import OWNERS

_CHATS: Mapping[str, Callable[[Call], int]] = {
    "here": lambda call: call.request.chat.id,
    "me": lambda call: call.actor.id,
    "owners": lambda _: OWNERS,
}


def told(call: Call, said: dict[str, str]) -> int | None:
    """The chat that is told, if that was said; it is no part of what the rule says.

    Raises:
        UsageError: it is none of those.
    """
    text = said.pop(sentence.TELL, None)
    if text is None:
        return None
    if text.lower() not in _CHATS:
        names = Names(tuple(map(Code, _CHATS)))
        raise UsageError(msg("{text} is none of {names}.", text=Untrusted(text), names=names))
    return _CHATS[text.lower()](call)


def free_to_tell(entry: Entry) -> None:
    """Refuse to change whom a rule tells that everybody has.

    Raises:
        Conflict: it is built in.
    """
    if entry.origin is not Origin.CHAT:
        raise Conflict(
            msg("Whom {name} tells stands in the config.", name=Untrusted(entry.rule.name)),
            msg("Nothing was changed."),
        )

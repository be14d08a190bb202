"""The question before something is done to one target or several, and the word on its button."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command.call import Call, at
from bot.command.plan import Item
from bot.message import Message, Names, Untrusted, msg, plural


def removal_of(call: Call, items: Sequence[Item]) -> tuple[Message, Message]:
    """Of a removal. A button has no room for several names."""
    host, count = Untrusted(call.host.name), len(items)
    names = Names(tuple(at(item.name, call.host.name) for item in items))
    what = call.command.act.having(target=names)
    if count == 1:
        return msg("{what!c}?", what=what), msg("{what!c}", what=what)
    yes = plural("Remove {count} on {host}", "Remove {count} on {host}", count, host=host)
    return msg("{what!c}?", what=what), yes

"""What a kill left of an upgrade is brought to an end: either the new one runs, or the old one."""

from __future__ import annotations

import asyncio

from bot.command.call import Call, at
from bot.command.plan import Item
from bot.errors import BotError
from bot.message import Untrusted, msg
from bot.reply import Reply
from handlers.container.upgrade import told
from handlers.container.upgrade.health import Watch
from handlers.container.upgrade.switch import End, Switch
from handlers.container.upgrade.told import Told
from storage import upgrades
from storage.upgrades import ENDED, Step, Upgrade


async def left(call: Call) -> Reply:
    """Finish each that had begun, or go back; say which one runs, and what had not begun."""
    found = await call.services.database.read(lambda c: upgrades.of_call(c, call.id))
    every = [await _settled(call, one) for one in found]
    begun = {member.old for one in found for member in one.members}
    for item in call.items:
        if item.id not in begun and _asked_for(call, item):
            why = (msg("I was stopped before it began."),)
            every.append(told.not_begun(item.name, at(item.name, call.host.name), why))
    return told.reply(call, every)


def _asked_for(call: Call, item: Item) -> bool:
    """Whether it was named, and is not one that would have been made again with another."""
    names = (word.removesuffix(".").lower() for word in call.typed)
    return any(name == item.name.raw.lower() or item.id.startswith(name) for name in names)


async def _settled(call: Call, one: Upgrade) -> Told:
    name, image = Untrusted(one.members[0].name), Untrusted(one.tag)
    shown_as = at(name, call.host.name)
    if one.step in ENDED:
        return _known(one, name, shown_as)
    services = call.services
    wait = call.params["wait"]
    patience = None if wait is None else float(wait)
    watch = Watch(call.host, patience, asyncio.Event(), services.clock, services.sleep)
    try:
        end = await Switch(call, one, watch).settle()
    except BotError as error:
        return told.failed(name, shown_as, error)
    return told.ended(name, shown_as, end, image=image)


def _known(one: Upgrade, name: Untrusted, shown_as: Untrusted) -> Told:
    """It had ended, and was not told yet."""
    end = End(new=one.step is Step.DONE)
    return told.ended(name, shown_as, end, image=Untrusted(one.tag))

"""What a kill left of an upgrade is brought to an end: either the new one runs, or the old one.

So is what could not be brought to one before, and was told as unknown.
"""

from __future__ import annotations

from bot.command.call import Call, at
from bot.command.plan import Item
from bot.errors import BotError, DockerFault, NotFound
from bot.message import Untrusted, msg
from bot.reply import Reply
from handlers.container.upgrade import told
from handlers.container.upgrade.acts import Acts
from handlers.container.upgrade.back import GIVEN_UP, NOT_BACK
from handlers.container.upgrade.end import End
from handlers.container.upgrade.health import watching
from handlers.container.upgrade.journal import Journal
from handlers.container.upgrade.switch import Switch
from handlers.container.upgrade.told import Told
from storage import upgrades
from storage.upgrades import ENDED, Step, Upgrade

_NOT_BEGUN = msg("I was stopped before it began.")


async def left(call: Call) -> Reply:
    """Finish each that had begun, or go back; say which one runs, and what had not begun."""
    found = await call.services.database.read(lambda c: upgrades.of_call(c, call.id))
    every = [await _settled(call, one) for one in found]
    begun = {member.old for one in found for member in one.members}
    told_before = any(one.tries for one in found)
    for item in () if told_before else call.items:
        if item.id not in begun and _asked_for(call, item):
            shown_as = at(item.name, call.host.name)
            every.append(told.not_begun(item.name, shown_as, (_NOT_BEGUN,)))
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
    try:
        if one.step is Step.PULLING:
            return await _unbegun(call, one, name, shown_as)
        journal = Journal(call.services, one)
        end = await Switch(call, journal, watching(call, journal.stop)).settle()
    except BotError as error:
        return told.failed(name, shown_as, error)
    return told.ended(name, shown_as, end, image=image)


async def _unbegun(call: Call, one: Upgrade, name: Untrusted, shown_as: Untrusted) -> Told:
    """Nothing was done but the pull; the name stays where that, or somebody since, has put it."""
    acts, images = Acts(call.host, call.services.sleep), call.host.images
    try:
        now = await acts.patiently(lambda: images.id_of(one.tag))
    except NotFound:
        now = ""
    if now == one.before:
        return told.not_begun(name, shown_as, (_NOT_BEGUN,))
    return told.pulled(name, shown_as, Untrusted(one.tag))


def _known(one: Upgrade, name: Untrusted, shown_as: Untrusted) -> Told:
    """It had ended, and was not told yet."""
    if one.step is Step.CURRENT:
        return told.unchanged(name, shown_as, Untrusted(one.tag))
    if one.step is Step.STUCK:
        return told.failed(name, shown_as, DockerFault(NOT_BACK, GIVEN_UP, unknown=True))
    end = End(new=one.step is Step.DONE)
    return told.ended(name, shown_as, end, image=Untrusted(one.tag))

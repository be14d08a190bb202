"""One container's upgrade: the pull, and the switch to what came of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from hashlib import sha256

from bot.command.call import Call, Origin
from bot.errors import NotFound
from bot.hosts.reference import parts
from bot.hosts.snapshots import Snapshot
from bot.message import Untrusted, msg
from bot.reply import Button, Reply, Text
from handlers.container.upgrade import told
from handlers.container.upgrade.back import retag
from handlers.container.upgrade.groups import Group, group_of
from handlers.container.upgrade.health import watching
from handlers.container.upgrade.journal import Journal
from handlers.container.upgrade.switch import Switch
from handlers.container.upgrade.told import Told
from handlers.image.pull import fetch
from handlers.image.registries import may_pull
from handlers.running import shown, stop_button
from storage import upgrades
from storage.upgrades import Member, Step, Upgrade

CHANGED = msg("It has changed since: look again.")
_LATEST = "latest"
_DIGITS = 8
_MADE = msg("the new one is made")
_STEPS = {
    Step.PULLING: _MADE,
    Step.MAKING: _MADE,
    Step.SWITCHING: msg("the old one is stopped"),
    Step.STARTED: msg("the new one is started, and has to be well"),
    Step.HEALTHY: msg("the new one is well, the old one is removed"),
    Step.RETURNING: msg("it goes back to the old one"),
}


async def pulled(call: Call, group: Group, shown_as: Untrusted) -> Told:
    """What it comes to.

    Raises:
        BotError: nothing was done about the container, or it is not known which of the two runs.
    """
    reference = group.main.reference
    image, before = Untrusted(reference), await _named(call, reference)
    journal = Journal(call.services, _upgrade(call, group, before), _stop(call))
    if not call.params["no_pull"]:
        may_pull(call)
        await journal.note(Step.PULLING)
        tag = parts(reference)[1] or _LATEST
        await fetch(call, reference, tag, platform=group.main.platform)
    after = await call.host.images.id_of(reference)
    if after == group.main.image_id:
        await journal.ended(Step.CURRENT)
        return told.unchanged(group.main.name, shown_as, image)
    if scheduled(call) and await _was_unwell(call, group, after):
        await retag(call, reference, before or after, after)
        return told.skipped(group.main.name, shown_as, image)
    # A pull takes its time: what was looked at may be another by now.
    now = await group_of(call, group.target)
    if now.obstacles or now.ids != group.ids:
        await retag(call, reference, before or after, after)
        return told.not_begun(group.main.name, shown_as, now.obstacles or (CHANGED,))
    journal.upgrade = replace(_upgrade(call, now, before or after), after=after)
    switch = _switch(call, now, journal)
    async with shown(call, lambda: _view(switch, shown_as)):
        end = await switch.run()
    return told.ended(group.main.name, shown_as, end, image=image)


def _upgrade(call: Call, group: Group, before: str) -> Upgrade:
    main = group.main
    return Upgrade(
        id=f"{call.id}:{main.id[:_DIGITS]}",
        call=call.id,
        members=tuple(_member(call, one) for one in (main, *group.others)),
        tag=main.reference,
        before=before,
        after="",
    )


def _switch(call: Call, group: Group, journal: Journal) -> Switch:
    members, after = (group.main, *group.others), journal.upgrade.after
    return Switch(
        call,
        journal,
        watching(call, journal.stop),
        recipes={one.id: one.recipe(*_image(one, group, after)) for one in members},
        platforms={one.id: one.platform for one in members},
    )


def scheduled(call: Call) -> bool:
    """Whether nobody is there to see what comes of it."""
    return call.request.origin is Origin.SCHEDULE


async def _was_unwell(call: Call, group: Group, image: str) -> bool:
    old = group.main.id
    return await call.services.database.read(lambda c: upgrades.unwell(c, old, image))


async def _named(call: Call, reference: str) -> str:
    """The image that has the name before the pull, "" for none: going back gives it back."""
    try:
        return await call.host.images.id_of(reference)
    except NotFound:
        return ""


def _image(one: Snapshot, group: Group, after: str) -> tuple[str, str]:
    """The name and the id of the image that it is made of: one of another keeps its own."""
    newer = one in (group.main, *group.along)
    return one.reference, after if newer else one.image_id


def _member(call: Call, one: Snapshot) -> Member:
    """Under names that nobody else has, and that tell whose they are."""
    digits = sha256(f"{call.id} {one.id}".encode()).hexdigest()[:_DIGITS]
    name = one.name.raw
    return Member(
        old=one.id,
        name=name,
        aside=f"{name}-old-{digits}",
        fresh=f"{name}-new-{digits}",
        runs=one.runs,
        grace=one.grace,
        policy=one.revives,
    )


def _stop(call: Call) -> asyncio.Event:
    """What ends a wait: somebody's tap, if it can come."""
    return call.operation.cancelled if call.operation else asyncio.Event()


def _view(switch: Switch, shown_as: Untrusted) -> Reply:
    """How far it is. Until the old one is stopped it can be cancelled, then only undone."""
    step = _STEPS.get(switch.journal.step, msg("it ends"))
    verdict = Text(msg("Upgrading {name}: {step}", name=shown_as, step=step))
    return Reply((verdict,), buttons=_keys(switch.journal.step))


def _keys(step: Step) -> tuple[tuple[Button, ...], ...]:
    if step in {Step.PULLING, Step.MAKING}:
        return stop_button(msg("Cancel"))
    return stop_button(msg("Go back")) if step in {Step.SWITCHING, Step.STARTED} else ()

"""`/upgrade`: declared, and done to one container after the other, in the order of their stack."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from bot.command.call import Call, Origin, at
from bot.command.kinds import whole
from bot.command.spec import Danger, command, flag, option, targets
from bot.errors import BotError, Cancelled, NotFound
from bot.hosts.reference import parts
from bot.hosts.roots import told as reasons
from bot.hosts.snapshots import Snapshot
from bot.hosts.types import Kind, Target
from bot.message import Message, Untrusted, msg
from bot.reply import Button, Outcome, Reply, Text
from handlers.container.upgrade import told
from handlers.container.upgrade.groups import Group, group_of, groups, reached
from handlers.container.upgrade.health import Watch
from handlers.container.upgrade.left import left
from handlers.container.upgrade.plan import obstacles, plan
from handlers.container.upgrade.switch import Switch, retag, stopped
from handlers.container.upgrade.told import Told
from handlers.image.pull import fetch
from handlers.image.registries import may_pull
from handlers.root import into
from handlers.running import shown, stop_button
from storage import upgrades
from storage.upgrades import Member, Step, Upgrade

_LATEST = "latest"
_HOUR = 3600
_LONGEST = 4 * 3600.0  # seconds of a pull and of what follows
_DIGITS = 8
_CHANGED = msg("It has changed since: look again.")
_STEPS = {
    Step.MAKING: msg("the new one is made"),
    Step.SWITCHING: msg("the old one is stopped"),
    Step.STARTED: msg("the new one is started, and has to be well"),
    Step.HEALTHY: msg("the new one is well, the old one is removed"),
    Step.RETURNING: msg("it goes back to the old one"),
}


async def _root(call: Call) -> tuple[Message, ...]:
    """Who decides what a container that holds the host runs holds the host."""
    found = [*await into(call)]
    for group in await groups(call):
        for other in group.others:
            found += reasons(await call.host.roots.of(other.id))
        if not group.obstacles:
            found += reasons(await call.host.roots.of_tag(group.main.reference))
    return tuple(dict.fromkeys(found))


@command(
    "container upgrade",
    shortcut="upgrade",
    permission="container.upgrade",
    act=msg("upgrade {target}"),
    danger=Danger.DISRUPTIVE,
    asks=True,
    plan=plan,
    root=_root,
    reaches=reached,
    left=left,
    feature="update",
    deadline=_LONGEST,
    cost=5,
)
@targets(Kind.CONTAINER)
@flag("--no-pull", help="Take the image that the host has under the name")
@option("--wait", type=whole(1, _HOUR), help="Seconds that the new one may take to be well")
async def upgrade(
    call: Call, containers: tuple[Target, ...], *, no_pull: bool, wait: int | None
) -> Reply:
    """Make containers again, the same, of the newest image of their name.

    The old one is only stopped until the new one is healthy or, without a health check, has run for
    ten seconds. If it is not, the old one comes back by itself.
    """
    agreed = frozenset(item.id for item in call.items)
    every: list[Told] = []
    left_out: list[Message] = []
    for group in await groups(call):
        shown_as = at(group.main.name, call.host.name)
        if group.main.id not in agreed:
            if _scheduled(call):  # else it was shown that it can't be done
                left_out += obstacles(call, (group,))
            continue
        if group.obstacles or not group.ids <= agreed:
            why = group.obstacles or (_CHANGED,)
            every.append(told.not_begun(group.main.name, shown_as, why))
        elif call.running.cancelled.is_set():
            every.append(
                told.not_begun(group.main.name, shown_as, (msg("It was stopped before."),))
            )
        else:
            every.append(await _one(call, group, shown_as))
    return told.reply(call, every, left_out)


async def _one(call: Call, group: Group, shown_as: Untrusted) -> Told:
    """Pull and switch; what it comes to, also if that is an error."""
    name = group.main.name
    try:
        return await _pulled(call, group, shown_as)
    except Cancelled as error:
        return replace(
            told.not_begun(name, shown_as, (error.message, *error.hints)), outcome=Outcome.CANCELLED
        )
    except BotError as error:
        return told.failed(name, shown_as, error)


async def _pulled(call: Call, group: Group, shown_as: Untrusted) -> Told:
    host, reference = call.host, group.main.reference
    before = await _named(call, reference)
    if not call.params["no_pull"]:
        may_pull(call)
        tag = parts(reference)[1] or _LATEST
        await fetch(call, reference, tag, platform=group.main.platform)
    after = await host.images.id_of(reference)
    image = Untrusted(reference)
    if after == group.main.image_id:
        return told.unchanged(group.main.name, shown_as, image)
    if _scheduled(call) and await _was_unwell(call, group, after):
        await retag(call, reference, before or after, after)
        return told.skipped(group.main.name, shown_as, image)
    # A pull takes its time: what was looked at may be another by now.
    now = await group_of(call, group.target)
    if now.obstacles or now.ids != group.ids:
        await retag(call, reference, before or after, after)
        return told.not_begun(group.main.name, shown_as, now.obstacles or (_CHANGED,))
    group, members = now, (now.main, *now.others)
    switch = Switch(
        call,
        Upgrade(
            id=f"{call.id}:{group.main.id[:_DIGITS]}",
            call=call.id,
            members=tuple(_member(call, one) for one in members),
            tag=reference,
            before=before or after,
            after=after,
        ),
        _watch(call),
        recipes={one.id: one.recipe(*_image(one, group, after)) for one in members},
        platforms={one.id: one.platform for one in members},
    )
    async with shown(call, lambda: _view(switch, shown_as)):
        end = await switch.run()
    return told.ended(group.main.name, shown_as, end, image=image)


def _scheduled(call: Call) -> bool:
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


def _watch(call: Call) -> Watch:
    services, wait = call.services, call.params["wait"]
    return Watch(
        call.host,
        None if wait is None else float(wait),
        stopped(call),
        services.clock,
        services.sleep,
    )


def _view(switch: Switch, shown_as: Untrusted) -> Reply:
    """How far it is. Until the old one is stopped it can be cancelled, then only undone."""
    step = _STEPS.get(switch.step, msg("it ends"))
    verdict = Text(msg("Upgrading {name}: {step}", name=shown_as, step=step))
    return Reply((verdict,), buttons=_keys(switch.step))


def _keys(step: Step) -> tuple[tuple[Button, ...], ...]:
    if step is Step.MAKING:
        return stop_button(msg("Cancel"))
    return stop_button(msg("Go back")) if step in {Step.SWITCHING, Step.STARTED} else ()

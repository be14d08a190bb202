"""A stage: say exactly what would happen, and do only what was agreed to.

The first time round the plan is shown and stored with its button. At the tap everything is looked
at again: what has gone or changed since drops the action and shows the new plan; what was added
does not matter. The items of the plan that was agreed to are what runs. They are of one Engine:
another may have come under the host's name, with a volume or a tag of the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from bot.access.policy import Need
from bot.command.call import Call, Origin
from bot.command.plan import Plan, dump, of_target
from bot.errors import Denied
from bot.hosts.types import Container, Stack
from bot.message import Message, Moment, msg
from bot.pipeline.authorize import refusal
from bot.pipeline.stage import Proceed
from bot.reply import Button, Outcome, Reply, Text, Verb
from bot.reply.containers import state_of, up_of

UNATTENDED = "schedule.unattended"


class Confirm:
    """The stage; `ttl` is how long a question lives, in seconds."""

    def __init__(self, ttl: float, clock: Callable[[], float]) -> None:
        self._ttl = ttl
        self._clock = clock

    async def __call__(self, call: Call, proceed: Proceed) -> Reply:
        """Ask, or pass on with the items that were agreed to."""
        if call.request.origin is Origin.SCHEDULE:
            return await unattended(call, proceed)
        if not await _asks(call):
            return await proceed(_unasked(call))
        plan = await _planned(call)
        agreed = call.confirmation
        call.about[:] = agreed.items if agreed else plan.items
        if agreed is not None and plan.covers(agreed.items):
            return await proceed(replace(call, plan=plan, items=agreed.items))
        if plan.items:
            return self._ask(plan, changed=agreed is not None)
        nothing = _nothing(plan)
        return replace(nothing, outcome=Outcome.CANCELLED) if agreed else nothing

    def _ask(self, plan: Plan, *, changed: bool) -> Reply:
        until = self._clock() + self._ttl
        notes: tuple[Message, ...] = (msg("It has changed since: look again. Nothing was done."),)
        return Reply(
            (
                Text(plan.question),
                *(Text(n) for n in notes if changed),
                *plan.blocks,
                Text(msg("You can answer until {time}.", time=Moment(until))),
            ),
            buttons=(
                (Button(msg("Not now"), verb=Verb.DISMISS, until=until),),
                (Button(plan.yes, verb=Verb.CONFIRM, data=dump(plan.items), until=until),),
            ),
            outcome=Outcome.AWAITING,
            rings=False,
        )


async def unattended(call: Call, proceed: Proceed) -> Reply:
    """The same where nobody is there to answer: pass on with all that would be asked about.

    Raises:
        Denied: it would be asked about, and who wants it may not do so unattended.
    """
    if not await _asks(call):
        return await proceed(_unasked(call))
    decision = call.services.policy.decide(call.actor.id, UNATTENDED, call.host_name)
    if not decision.allowed:
        why = msg("It asks first, and a schedule has nobody to ask.")
        raise Denied(refusal(call), why, *decision.reason, msg("Nothing was changed."))
    plan = await _planned(call)
    call.about[:] = plan.items
    if not plan.items:
        return _nothing(plan)
    return await proceed(replace(call, plan=plan, items=plan.items))


def _unasked(call: Call) -> Call:
    return replace(call, items=tuple(map(of_target, call.targets)))


def _nothing(plan: Plan) -> Reply:
    """There is nothing to ask about: that is the answer."""
    return Reply((Text(plan.question), *plan.blocks), outcome=Outcome.FINISHED)


async def _asks(call: Call) -> bool:
    """Whether it is asked about, or was: what was agreed to is compared with what is there."""
    if call.confirmation is not None:
        return True
    if call.decision is not None and Need.CONFIRM in call.decision.needs:
        return True
    return call.command.risky is not None and await call.command.risky(call)


async def _planned(call: Call) -> Plan:
    """The plan, its items bound to the Engine that they were seen on."""
    plan = await (call.command.plan or _plan)(call)
    if call.target_host is None or not plan.items:
        return plan
    engine = await call.target_host.engine_id()
    return replace(plan, items=tuple(replace(item, engine=engine) for item in plan.items))


async def _plan(call: Call) -> Plan:
    """The plan of a command that has none of its own: its targets, as they are."""
    return Plan(
        question=msg("{what!c}?", what=call.label),
        yes=msg("{what!c}", what=call.label),
        items=tuple(map(of_target, call.targets)),
        blocks=tuple(states(call)),
    )


def states(call: Call) -> Iterator[Text]:
    """How the containers that it is about are doing now."""
    for thing in call.seen:
        if isinstance(thing, Stack):
            yield Text(msg("Now: {state}", state=up_of(thing)))
        elif isinstance(thing, Container) and len(call.seen) == 1:
            yield Text(msg("Now: {state}", state=state_of(thing)))
        elif isinstance(thing, Container):
            yield Text(msg("{name}: {state}", name=thing.name, state=state_of(thing)))

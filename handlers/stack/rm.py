"""`/stack rm`: removes the stopped containers of a stack, or with `--stop` all of them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command.call import Call, at
from bot.command.plan import Item, Plan
from bot.command.spec import Danger, command, flag, of_stack
from bot.errors import UsageError
from bot.hosts.types import Container
from bot.message import Code, Message, Untrusted, msg, plural
from bot.pipeline.authorize import refusal
from bot.reply import Block, Fold, Reply, Table, Text
from bot.reply.containers import sign_of, state_of
from handlers.pruning import asks_all_the_same
from handlers.stack.chosen import chosen, items_of, plain, stack_of
from handlers.stack.lifecycle import DEADLINE, Chosen, is_up
from handlers.stack.order import in_order

_SHOWN = 8


async def _plan(call: Call) -> Plan:
    """What would go; what is not stopped needs `--stop`, as with compose."""
    found, stops = chosen(call), call.params["stop"]
    going = [one for one in found if stops or not is_up(one)]
    if not going:
        raise UsageError(
            refusal(call),
            msg("None of it is stopped."),
            msg("Stop it first, or add {flag}. Nothing was changed.", flag=Code("--stop")),
        )
    count, name = len(going), at(stack_of(call).name, call.host.name)
    return Plan(
        question=plural(
            "Remove {count} container of {name}?",
            "Remove {count} containers of {name}?",
            count,
            name=name,
        ),
        yes=plural("Remove {count} of {name}", "Remove {count} of {name}", count, name=name),
        items=items_of(call, going),
        blocks=tuple(_notes(call, going, len(found) - count)),
    )


def _notes(call: Call, going: Sequence[Container], left: int) -> Sequence[Block]:
    stack = stack_of(call)
    rows = tuple((Untrusted(f"{sign_of(c)} {plain(stack, c)}"), state_of(c)) for c in going)
    notes: list[Block] = [Table(rows[:_SHOWN])]
    if len(rows) > _SHOWN:
        notes.append(Fold((Table(rows[_SHOWN:]),)))
    if any(map(is_up, going)):
        notes.append(Text(msg("What runs is stopped first.")))
    if left:
        notes.append(Text(_staying(left)))
    if call.params["volumes"]:
        notes.append(Text(msg("Volumes without a name go as well.")))
    else:
        notes.append(Text(msg("No volume goes.")))
    notes.append(Text(msg("Cannot be undone.")))
    return notes


def _staying(left: int) -> Message:
    return plural(
        "{count} is not stopped and stays; {flag} removes it.",
        "{count} are not stopped and stay; {flag} removes them.",
        left,
        flag=Code("-s"),
    )


@command(
    "stack rm",
    aliases=("compose rm",),
    permission="stack.rm",
    act=msg("remove {target}"),
    danger=Danger.DESTRUCTIVE,
    plan=_plan,
    cost=3,
    deadline=DEADLINE,
)
@of_stack()
@asks_all_the_same
@flag("-s", "--stop", help="Stop the containers, if required, before removing")
@flag("-v", "--volumes", help="Remove any anonymous volumes attached to containers")
async def rm(call: Call, stack: Chosen, *, stop: bool, volumes: bool) -> Reply:
    """Remove the stopped containers of a stack, each before what it depends on."""
    agreed = {item.id for item in call.items}
    going = [one for one in chosen(call) if one.id in agreed]
    up = {one.id for one in going if is_up(one)}

    async def remove(item: Item) -> None:
        if stop and item.id in up:
            await call.host.containers.stop(item.id)
        await call.host.containers.remove(item.id, volumes=volumes)

    return await in_order(call, going, remove, done=msg("Removed {name}."), backwards=True)

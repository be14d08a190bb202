"""`/stack ls`: the stacks of a host, those that need somebody first."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command.call import Call
from bot.command.spec import command, flag, refused
from bot.hosts.stacks import stacks
from bot.hosts.types import Stack
from bot.message import Message, Untrusted, msg, plural
from bot.reply import Block, Button, Excerpt, Fold, Reply, Table, Text
from bot.reply.containers import by_name, state_of, up_of
from handlers.offer import may

_SHOWN = 10
_FOLDED = 60
_KEYS = 6
_A_ROW = 2


@command(
    "stack ls",
    shortcut="stacks",
    aliases=("compose ls", "stack list"),
    permission="stack.ls",
    act=msg("list the stacks of {host}"),
)
@flag("-a", "--all", help="Show all stacks, also those that are down")
@flag("-q", "--quiet", help="Only show names")
@refused("--filter", value=True, why=msg("There are few: all are shown."))
@refused("--format", value=True, why=msg("A phone has room for this one form."))
async def ls(call: Call, *, all: bool, quiet: bool) -> Reply:  # noqa: A002 - Docker's word
    """List the compose stacks."""
    every = stacks(await call.host.inventory.containers())
    shown = sorted(
        (s for s in every if all or s.needs_you or _runs(s)),
        key=lambda s: (not s.needs_you, s.up == len(s.containers), by_name(s.name)),
    )
    blocks: list[Block] = [Text(_verdict(call, shown))]
    if quiet:
        names = "\n".join(stack.name.raw for stack in shown)
        return Reply((*blocks, *([Excerpt(Untrusted(names))] if names else [])))
    if shown:
        blocks += _tables(shown)
    if hidden := len(every) - len(shown):
        blocks.append(
            Text(plural("{count} is down: -a shows it", "{count} are down: -a shows them", hidden))
        )
    return Reply(tuple(blocks), buttons=_buttons(call, shown))


def _runs(stack: Stack) -> bool:
    return any(c.state in {"running", "paused", "restarting"} for c in stack.containers)


def _verdict(call: Call, shown: Sequence[Stack]) -> Message:
    host, bad = Untrusted(call.host.name), sum(stack.needs_you for stack in shown)
    if not shown:
        return msg("{host}: no stacks", host=host)
    if not bad:
        return plural("{host}: {count} stack", "{host}: {count} stacks", len(shown), host=host)
    return plural(
        "{host}: {count} stack of {all} needs you",
        "{host}: {count} stacks of {all} need you",
        bad,
        host=host,
        all=len(shown),
    )


def _tables(shown: Sequence[Stack]) -> Sequence[Block]:
    """What needs somebody with the container that does; of a long list the rest is folded."""
    rows = [(Untrusted(f"{_sign(stack)} {stack.name.raw}"), up_of(stack)) for stack in shown]
    blocks: list[Block] = [Table(tuple(rows[:_SHOWN]))]
    for stack in shown[:3]:
        bad = next((c for c in stack.containers if c.needs_you), None)
        if bad is not None:
            blocks.append(Text(msg("{name}: {state}", name=bad.name, state=state_of(bad))))
    if len(rows) > _SHOWN:
        blocks.append(Fold((Table(tuple(rows[_SHOWN:_FOLDED])),)))
    if len(rows) > _FOLDED:
        blocks.append(Text(msg("and {more} more", more=len(rows) - _FOLDED)))
    return blocks


def _sign(stack: Stack) -> str:
    if stack.needs_you:
        return "!"
    return "●" if stack.up else " "


def _buttons(call: Call, shown: Sequence[Stack]) -> tuple[tuple[Button, ...], ...]:
    host = call.host.name
    keys = [
        Button(msg("{name}", name=stack.name), ("stack", "ps", stack.name.raw), host=host)
        for stack in shown[:_KEYS]
        if stack.name.raw[:1].isalnum() and may(call, "stack ps")
    ]
    refresh = Button(msg("Refresh"), call.argv, inplace=True, host=host)
    rows = (tuple(keys[n : n + _A_ROW]) for n in range(0, len(keys), _A_ROW))
    return (*rows, (refresh,))

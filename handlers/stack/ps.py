"""`/stack ps`: the containers of one stack, those that need somebody first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.command.call import Call, at
from bot.command.spec import command, flag, of_stack, refused
from bot.hosts.stacks import origin_of
from bot.hosts.types import Container, Stack
from bot.message import Message, Untrusted, msg, plural
from bot.reply import Block, Button, Excerpt, Fold, Reply, Table, Text
from bot.reply.containers import sign_of, state_of
from handlers.offer import may
from handlers.stack.chosen import chosen, plain, stack_of
from handlers.stack.lifecycle import Chosen, is_up

_SHOWN = 9
_FOLDED = 60
_FORM = msg("A phone has room for this one form.")


@command(
    "stack ps",
    aliases=("compose ps",),
    permission="stack.ps",
    act=msg("list the containers of {target}"),
)
@of_stack()
@flag("-a", "--all", help="Show all containers, as I always do")
@flag("-q", "--quiet", help="Only show container IDs")
@refused("--filter", value=True, why=msg("There are few: all are shown."))
@refused("--format", value=True, why=_FORM)
@refused("--services", why=_FORM)
async def ps(call: Call, stack: Chosen, *, all: bool, quiet: bool) -> Reply:  # noqa: A002 - Docker's word
    """List the containers of a stack."""
    found, whole = chosen(call), stack_of(call)
    verdict = Text(_verdict(call, found))
    if quiet:
        return Reply((verdict, Excerpt(Untrusted("\n".join(c.id[:12] for c in found)))))
    blocks = (verdict, *_tables(whole, found), *_origin(whole))
    return Reply(blocks, buttons=_buttons(call, whole, found))


def _verdict(call: Call, found: Sequence[Container]) -> Message:
    name, bad = at(stack_of(call).name, call.host.name), sum(c.needs_you for c in found)
    if bad:
        return plural(
            "{name}: {count} of {all} needs you",
            "{name}: {count} of {all} need you",
            bad,
            name=name,
            all=len(found),
        )
    up = sum(c.state == "running" for c in found)
    return msg("{name}: {up} of {all} up", name=name, up=up, all=len(found))


def _tables(stack: Stack, found: Sequence[Container]) -> Iterator[Block]:
    urgent = sorted(found, key=lambda c: not c.needs_you)
    rows = [(Untrusted(f"{sign_of(c)} {plain(stack, c)}"), state_of(c)) for c in urgent]
    yield Table(tuple(rows[:_SHOWN]))
    if len(rows) > _SHOWN:
        yield Fold((Table(tuple(rows[_SHOWN:_FOLDED])),))
    if len(rows) > _FOLDED:
        yield Text(msg("and {more} more", more=len(rows) - _FOLDED))


def _origin(stack: Stack) -> Iterator[Block]:
    """Where it was brought up from: what one has to look for on the host."""
    folder, files = origin_of(stack)
    if files or folder:
        yield Text(msg("From {file}", file=files or folder or Untrusted("")))


def _buttons(
    call: Call, stack: Stack, found: Sequence[Container]
) -> tuple[tuple[Button, ...], ...]:
    """To look closer, and last what changes anything: it asks first."""
    host, words = call.host.name, call.argv[2:]
    refresh = Button(msg("Refresh"), call.argv, inplace=True, host=host)
    if not stack.name.raw[:1].isalnum() or any(word.startswith("-") for word in words):
        return ((refresh,),)
    look = [Button(msg("Logs"), ("stack", "logs", *words), host=host)]
    shown = at(stack.name, host)
    changes = []
    if not all(map(is_up, found)) and may(call, "stack start"):
        label = msg("Start {name}", name=shown)
        changes.append((Button(label, ("stack", "start", *words), host=host),))
    elif any(map(is_up, found)) and may(call, "stack restart"):
        label = msg("Restart {name}…", name=shown)
        changes.append((Button(label, ("stack", "restart", *words), host=host),))
    return ((*(look if may(call, "stack logs") else ()), refresh), *changes)

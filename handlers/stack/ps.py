"""`/stack ps`: the containers of one stack, those that need somebody first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from bot.command.call import Call, at
from bot.command.kinds import PAGE, as_engine_filters, choice, filters
from bot.command.spec import command, flag, of_stack, option, refused
from bot.hosts.stacks import origin_of
from bot.hosts.types import Container, Stack
from bot.message import Message, Untrusted, msg, plural
from bot.reply import Button, Excerpt, Reply, Table, Text
from bot.reply.containers import by_name, sign_of, state_of
from handlers.offer import may
from handlers.pages import in_pages
from handlers.stack.chosen import chosen, plain, stack_of
from handlers.stack.lifecycle import Chosen, is_up

_STATES = ("paused", "restarting", "removing", "running", "dead", "created", "exited")
_SORTS: dict[str, Callable[[Container], Any]] = {
    "urgent": lambda c: not c.needs_you,  # else each after what it depends on
    "name": lambda c: by_name(c.name),
    "state": lambda c: c.state,
}
_SORTED = {"urgent": msg("Urgent first"), "name": msg("By name"), "state": msg("By state")}
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
@option(
    "--filter",
    "wanted",
    multiple=True,
    type=filters("status"),
    help="Filter by a condition, as in status=exited",
)
@option("--status", multiple=True, type=choice(*_STATES), help="Show only those of this state")
@refused("--format", value=True, why=_FORM)
@refused("--services", why=_FORM)
@option("--sort", type=choice(*_SORTS), default="urgent", help="Sort by urgent, name, state")
@option("--page", type=PAGE, help="Show one page of the list")
async def ps(
    call: Call,
    stack: Chosen,
    *,
    all: bool,  # noqa: A002 - Docker's word
    quiet: bool,
    wanted: tuple[tuple[str, str], ...],
    status: tuple[str, ...],
    sort: str,
    page: int | None,
) -> Reply:
    """List the containers of a stack."""
    whole, states = stack_of(call), {*status, *as_engine_filters(wanted).get("status", ())}
    every = chosen(call)
    found = sorted((c for c in every if not states or c.state in states), key=_SORTS[sort])
    verdict = _verdict(call, every) if found else _none(call, states)
    if quiet:
        ids = "\n".join(c.id[:12] for c in found)
        return Reply((Text(verdict), *([Excerpt(Untrusted(ids))] if ids else [])))
    reply = in_pages(call, verdict, found, lambda rows: _table(whole, rows), _SORTED)
    return replace(
        reply,
        blocks=(*reply.blocks, *_origin(whole)),
        buttons=(*reply.buttons, *_buttons(call, whole, every)),
    )


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


def _none(call: Call, states: Collection[str]) -> Message:
    name, words = at(stack_of(call).name, call.host.name), Untrusted(", ".join(sorted(states)))
    return msg("{name}: no container is {states}", name=name, states=words)


def _table(stack: Stack, found: Sequence[Container]) -> Table:
    rows = ((Untrusted(f"{sign_of(c)} {plain(stack, c)}"), state_of(c)) for c in found)
    return Table(tuple(rows))


def _origin(stack: Stack) -> Iterator[Text]:
    """Where it was brought up from: what one has to look for on the host."""
    folder, files = origin_of(stack)
    if files or folder:
        yield Text(msg("From {file}", file=files or folder or Untrusted("")))


def _buttons(
    call: Call, stack: Stack, found: Sequence[Container]
) -> tuple[tuple[Button, ...], ...]:
    """To look closer, and last what changes anything: it asks first."""
    host, words = call.host.name, (stack.name.raw, *call.params["stack"][1])
    if not all(word[:1].isalnum() for word in words):
        return ()
    rows = []
    shown = at(stack.name, host)
    if may(call, "stack logs"):
        rows.append((Button(msg("Logs"), ("stack", "logs", *words), host=host),))
    if not all(map(is_up, found)) and may(call, "stack start"):
        label = msg("Start {name}", name=shown)
        rows.append((Button(label, ("stack", "start", *words), host=host),))
    elif any(map(is_up, found)) and may(call, "stack restart"):
        label = msg("Restart {name}…", name=shown)
        rows.append((Button(label, ("stack", "restart", *words), host=host),))
    return tuple(rows)

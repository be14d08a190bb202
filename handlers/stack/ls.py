"""`/stack ls`: the stacks of a host, those that need somebody first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from bot.command.call import Call
from bot.command.kinds import PAGE, as_engine_filters, choice, filters
from bot.command.spec import command, flag, option, refused
from bot.hosts.pattern import Pattern
from bot.hosts.stacks import stacks
from bot.hosts.types import Stack
from bot.message import Message, Untrusted, msg, plural
from bot.reply import Button, Excerpt, Reply, Table, Text
from bot.reply.containers import by_name, state_of, up_of
from handlers.offer import may
from handlers.pages import in_pages, page_of
from handlers.summary import SORTED

_TOLD = 3
_KEYS = 6
_A_ROW = 2
_SORTS: dict[str, Callable[[Stack], Any]] = {
    "urgent": lambda s: (not s.needs_you, s.up == len(s.containers), by_name(s.name)),
    "name": lambda s: by_name(s.name),
    "created": lambda s: -max(c.created for c in s.containers),
}
_SORTED = {"urgent": msg("Urgent first"), "name": SORTED["name"], "created": SORTED["created"]}


@command(
    "stack ls",
    shortcut="stacks",
    aliases=("compose ls", "stack list"),
    permission="stack.ls",
    act=msg("list the stacks of {host}"),
)
@flag("-a", "--all", help="Show all stacks, also those that are down")
@flag("-q", "--quiet", help="Only show names")
@option(
    "--filter",
    "wanted",
    multiple=True,
    type=filters("name"),
    help="Filter by a condition, as in name=media",
)
@refused("--format", value=True, why=msg("A phone has room for this one form."))
@option("--sort", type=choice(*_SORTS), default="urgent", help="Sort by urgent, name, created")
@option("--page", type=PAGE, help="Show one page of the list")
async def ls(
    call: Call,
    *,
    all: bool,  # noqa: A002 - Docker's word
    quiet: bool,
    wanted: tuple[tuple[str, str], ...],
    sort: str,
    page: int | None,
) -> Reply:
    """List the compose stacks."""
    every = _named(stacks(await call.host.inventory.containers()), wanted)
    shown = sorted((s for s in every if all or s.needs_you or _runs(s)), key=_SORTS[sort])
    verdict = _verdict(call, shown)
    if quiet:
        names = "\n".join(stack.name.raw for stack in shown)
        return Reply((Text(verdict), *([Excerpt(Untrusted(names))] if names else [])))
    reply = in_pages(call, verdict, shown, _table, _SORTED)
    here = page_of(shown, page or 1).rows
    return replace(
        reply,
        blocks=(*reply.blocks, *_why(here), *_hidden(len(every) - len(shown))),
        buttons=(*_keys(call, here), *reply.buttons),
    )


def _named(every: Sequence[Stack], wanted: tuple[tuple[str, str], ...]) -> list[Stack]:
    """Those whose names match one of the patterns, as with Docker; all, if there is none."""
    patterns = [Pattern(text) for text in as_engine_filters(wanted).get("name", ())]
    if not patterns:
        return list(every)
    return [s for s in every if any(_matches(pattern, s) for pattern in patterns)]


def _matches(pattern: Pattern, stack: Stack) -> bool:
    return any(pattern.runs(stack.name.raw.encode("utf-8", "replace") + b"\n"))


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


def _table(shown: Sequence[Stack]) -> Table:
    return Table(tuple((Untrusted(f"{_sign(s)} {s.name.raw}"), up_of(s)) for s in shown))


def _why(shown: Sequence[Stack]) -> Iterator[Text]:
    """Of the first few that need somebody, the container that does."""
    for stack in [stack for stack in shown if stack.needs_you][:_TOLD]:
        bad = next(c for c in stack.containers if c.needs_you)
        yield Text(msg("{name}: {state}", name=bad.name, state=state_of(bad)))


def _hidden(count: int) -> tuple[Text, ...]:
    if not count:
        return ()
    return (Text(plural("{count} is down: -a shows it", "{count} are down: -a shows them", count)),)


def _sign(stack: Stack) -> str:
    if stack.needs_you:
        return "!"
    return "●" if stack.up else " "


def _keys(call: Call, shown: Sequence[Stack]) -> tuple[tuple[Button, ...], ...]:
    """A button for each of the first; where that are not all, one that asks which."""
    if not may(call, "stack ps"):
        return ()
    host = call.host.name
    keys = [
        Button(msg("{name}", name=stack.name), ("stack", "ps", stack.name.raw), host=host)
        for stack in shown[:_KEYS]
        if stack.name.raw[:1].isalnum()
    ]
    if len(keys) < len(shown):
        keys.append(Button(msg("Open…"), ("stack", "ps"), host=host))
    return tuple(tuple(keys[n : n + _A_ROW]) for n in range(0, len(keys), _A_ROW))

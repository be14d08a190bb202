"""`inspect` of one thing or several: what one looks for, and all of each as a file.

Or, with `--format`, as a template has it. All are tried, and each is reported.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.command.call import Call, at
from bot.command.plan import Item
from bot.errors import BotError, UsageError
from bot.message import Message, Names, Untrusted, Value, msg, plural
from bot.reply import Block, Document, Filled, Outcome, Reply, Text
from bot.reply.template import Template
from handlers.formatted import ALL, unfit, wholes

_LISTED = 6
_NAMED = 3
_PROJECT = "com.docker.compose.project"

Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found: the verdict, the lines below it, and all of it as JSON."""

    verdict: Message
    blocks: tuple[Block, ...]
    whole: bytes


async def looked(
    call: Call,
    look: Callable[[Item, Untrusted], Awaitable[Looked]],
    template: Template | None = None,
) -> Reply:
    """Look at each target, also if one fails; `look` gets its name as it is shown, too.

    With a `template`, each is a line, as that has it.

    Raises:
        BotError: the only one could not be seen, or does not fit the template.
    """
    failed: list[Block] = []
    seen: list[tuple[Item, Looked]] = []
    for item in call.items:
        name = at(item.name, call.host.name)
        try:
            found = await look(item, name)
            if template and (why := unfit(template, found.whole)):
                raise UsageError(*why)
        except BotError as error:
            if len(call.items) == 1:
                raise
            failed.append(Text(msg("x {name}: {why}", name=name, why=error.message)))
            continue
        seen.append((item, found))
    some = Outcome.PARTIAL if seen else Outcome.FAILED
    outcome = some if failed else Outcome.FINISHED
    if template is not None:
        return Reply((*failed, *_filled(call, seen, template)), outcome=outcome)
    blocks = (b for _, found in seen for b in (Text(found.verdict), *found.blocks))
    files = (Document(Untrusted(f"{i.name.raw}.json"), found.whole, ALL) for i, found in seen)
    return Reply((*failed, *blocks), documents=tuple(files), outcome=outcome)


def _filled(
    call: Call, seen: Sequence[tuple[Item, Looked]], template: Template
) -> tuple[Block, ...]:
    """Whose lines these are, and the lines; of many, how many."""
    if not seen:
        return ()
    host = call.host.name
    verdict = msg("{names}", names=Names(tuple(at(item.name, host) for item, _ in seen)))
    if len(seen) > _NAMED:
        verdict = plural(
            "{host}: {count} thing", "{host}: {count} things", len(seen), host=Untrusted(host)
        )
    rows = wholes(found.whole for _, found in seen)
    return Text(verdict), Filled(template, rows, flat=False)

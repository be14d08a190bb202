"""`inspect` of one thing or several: what one looks for, and all of each as a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

from bot.command.call import Call, at
from bot.command.plan import Item
from bot.errors import BotError
from bot.message import Message, Untrusted, Value, msg
from bot.reply import Block, Document, Outcome, Reply, Table, Text

_LISTED = 6
_PROJECT = "com.docker.compose.project"

Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found: the verdict, the lines below it, and all of it as JSON."""

    verdict: Message
    blocks: tuple[Block, ...]
    whole: bytes


async def looked(call: Call, look: Callable[[Item, Untrusted], Awaitable[Looked]]) -> Reply:
    """Look at each target, also if one fails; `look` gets its name as it is shown, too."""
    failed: list[Block] = []
    blocks: list[Block] = []
    documents: list[Document] = []
    for item in call.items:
        name = at(item.name, call.host.name)
        try:
            found = await look(item, name)
        except BotError as error:
            if len(call.items) == 1:
                raise
            failed.append(Text(msg("x {name}: {why}", name=name, why=error.message)))
            continue
        blocks += (Text(found.verdict), *found.blocks)
        caption = msg("All of it. Secrets are masked.")
        documents.append(Document(Untrusted(f"{item.name.raw}.json"), found.whole, caption))
    some = Outcome.PARTIAL if documents else Outcome.FAILED
    outcome = some if failed else Outcome.FINISHED
    return Reply((*failed, *blocks), documents=tuple(documents), outcome=outcome)


def option_rows(options: Mapping[str, str]) -> Iterator[Row]:
    """Options of a driver. Key and value in one cell: so a password among them is known as one."""
    for key, value in sorted(options.items())[:_LISTED]:
        yield msg("option"), Untrusted(f"{key}={value}")
    if len(options) > _LISTED:
        yield msg("and {more} more", more=len(options) - _LISTED), Untrusted("")


def label_rows(labels: Mapping[str, str]) -> Iterator[Row]:
    """Which stack it belongs to, and how many labels it has."""
    if project := labels.get(_PROJECT):
        yield msg("stack"), Untrusted(project)
    if labels:
        yield msg("labels"), len(labels)


def table(rows: Iterator[Row]) -> Table:
    """The lines of a summary."""
    return Table(tuple(rows))

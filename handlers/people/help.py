"""`/help`: only what the reader may run, by noun; or one command with its options."""

from __future__ import annotations

from itertools import groupby

import click

from bot.command.call import Call
from bot.command.grammar import GLANCE, options, usage
from bot.command.registry import line_of
from bot.command.spec import Command, argument, command
from bot.message import Code, Message, Tappable, msg
from bot.reply import Block, Fold, Reply, Text
from handlers.people.topics import by_topic

_OURS = frozenset({"alert", "schedule"})  # nouns that Docker does not know


@command(
    "help",
    permission="self.help",
    act=msg("read the help"),
    hostless=True,
)
@argument("words", nargs=-1)
async def help_(call: Call, words: tuple[str, ...]) -> Reply:
    """Show what you may do, or how one command is used."""
    if words:
        found, _ = call.services.registry.resolve(line_of(" ".join(words)))
        return Reply((*_details(found), *_missing(call, found)))
    return Reply(
        (
            Text(msg("What you can do here")),
            *_chapters(call),
            Text(msg("More on one: {example}", example=Code("/help logs"))),
        )
    )


def allowed(call: Call) -> list[Command]:
    """The commands that the reader holds the permission for."""
    services, person = call.services, call.actor.id
    return [c for c in services.registry if not c.hidden and services.may(person, c)]


def _chapters(call: Call) -> tuple[Block, ...]:
    """By noun, those of the bot itself last; each chapter folds by itself."""
    blocks: list[Block] = []
    commands = sorted(allowed(call), key=lambda c: (not _noun(c), _noun(c)))
    for noun, found in groupby(commands, key=_noun):
        blocks.append(Text(msg("docker {noun}", noun=Code(noun)) if noun else msg("Pierhead")))
        blocks.append(Fold(tuple(Text(_line(c)) for c in found)))
    return tuple(blocks)


def _noun(c: Command) -> str:
    return c.path[0] if c.path[1:] and c.path[0] not in _OURS else ""


def _line(c: Command) -> Message:
    return msg("{command} – {summary}", command=Tappable(c.spelling), summary=Message(c.summary))


def _details(c: Command) -> tuple[Block, ...]:
    """What it does and takes; more options than a screen holds are folded, each topic by itself."""
    head = (Text(Message(c.summary)), Text(msg("Usage: {usage}", usage=Code(usage(c)))))
    told = (Text(Message(" ".join(c.description.split()))),) if c.description else ()
    known = options(c)
    if len(known) <= GLANCE:
        return (*head, *map(_option, known), *told)
    blocks: list[Block] = [*head, *told]
    for title, found in by_topic(known):
        blocks += (Text(title), Fold(tuple(map(_option, found))))
    return tuple(blocks)


def _option(param: click.Option) -> Text:
    names = Code(", ".join(param.opts))
    return Text(msg("{option}: {help}", option=names, help=Message(param.help or "")))


def _missing(call: Call, c: Command) -> tuple[Block, ...]:
    """Why the reader may not run it, if so."""
    decision = call.services.policy.decide(call.actor.id, c.permission, call.host_name)
    return tuple(map(Text, decision.reason))

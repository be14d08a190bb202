"""`/alert on`, `off` and `rm`: a rule is looked at or is not, and is there or not."""

from __future__ import annotations

from dataclasses import replace

from bot.command.call import Call
from bot.command.spec import argument, command, flag
from bot.errors import Conflict
from bot.message import Code, Message, Untrusted, msg
from bot.reply import Button, Outcome, Reply, Text, say
from bot.watch.rulebook import Entry, Origin
from handlers.alert.card import shown
from handlers.alert.chosen import EDIT, changeable, watcher
from storage import rules
from storage.rules import Made


@command("alert on", permission=EDIT, act=msg("switch a rule on"), hostless=True)
@argument("rule", required=False)
async def on(call: Call, rule: str | None) -> Reply:
    """Have a rule looked at again."""
    return await _switched(call, rule, enabled=True)


@command("alert off", permission=EDIT, act=msg("switch a rule off"), hostless=True)
@argument("rule", required=False)
async def off(call: Call, rule: str | None) -> Reply:
    """Let a rule rest until it is switched on; what fires of it ends."""
    return await _switched(call, rule, enabled=False)


@command("alert rm", permission=EDIT, act=msg("remove a rule"), hostless=True)
@flag("-f", "--force", help="Remove it without being asked")
@argument("rule", required=False)
async def rm(call: Call, rule: str | None, *, force: bool) -> Reply:
    """Remove a rule of the chat, or what was changed of one that is built in."""
    entry = changeable(call, rule)
    if isinstance(entry, Reply):
        return entry
    name = entry.rule.name
    if entry.made is None:
        raise Conflict(
            msg("Rule {name} is built in: it can't be removed.", name=Untrusted(name)),
            msg("{off} lets it rest.", off=Code(f"/alert off {name}")),
        )
    if not force:
        return _question(entry)
    bot = call.services.bot
    if not await call.services.database.write(lambda c: rules.remove(c, bot, name)):
        raise Conflict(msg("Rule {name} is there no more.", name=Untrusted(name)))
    await watcher(call).reload()
    if entry.origin is Origin.BUILT_IN:
        return await shown(call, name)
    return say(msg("Removed rule {name}. What fired of it has ended.", name=Untrusted(name)))


async def _switched(call: Call, name: str | None, *, enabled: bool) -> Reply:
    """The author of a rule of the chat stays who they are; a change of another is its changer's."""
    entry = changeable(call, name)
    if isinstance(entry, Reply):
        return entry
    made = entry.made or _unchanged(call, entry.rule.name)
    if entry.origin is Origin.BUILT_IN:
        made = replace(_unchanged(call, made.name), said=made.said)
    made = replace(made, enabled=enabled)
    await call.services.database.write(lambda c: rules.put(c, made))
    await watcher(call).reload()
    return await shown(call, made.name)


def _unchanged(call: Call, name: str) -> Made:
    actor, now = call.actor, call.services.clock()
    return Made(
        call.services.bot, name, actor.id, actor.name.raw, call.request.chat.id, now, said={}
    )


def _question(entry: Entry) -> Reply:
    """Whether it shall go, with what it does named on the button."""
    name = entry.rule.name
    asked, label = _words(entry, Untrusted(name))
    keep = Button(msg("Keep it"), ("alert", "show", name), inplace=True)
    yes = Button(label, ("alert", "rm", "-f", name), inplace=True)
    return Reply((Text(asked),), buttons=((keep,), (yes,)), outcome=Outcome.CANCELLED)


def _words(entry: Entry, name: Untrusted) -> tuple[Message, Message]:
    if entry.origin is Origin.BUILT_IN:
        return (
            msg("Put rule {name} back as it is built in?", name=name),
            msg("Put {name} back", name=name),
        )
    return msg("Remove rule {name}?", name=name), msg("Remove rule {name}", name=name)

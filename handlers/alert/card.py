"""One rule as it is shown: what it says, where it comes from, what fires, what can be done."""

from __future__ import annotations

from collections.abc import Iterator

from bot.command.call import Call
from bot.message import Message, Moment, Names, Person, Untrusted, msg, plural
from bot.reply import Button, Reply, Text
from bot.watch.alert import Alert
from bot.watch.replay import stored
from bot.watch.rulebook import Entry, Origin, Rests
from handlers.alert.chosen import chosen, hosts, may_see, refusals
from handlers.alert.firing import firing
from handlers.alert.saying import SEVERITIES, sentences
from storage.rules import Made

_SHOWN = 4


async def shown(call: Call, name: str | None) -> Reply:
    """The card of the rule of a name, or the question which one.

    Raises:
        UsageError: there is none.
    """
    entry = chosen(call, name)
    return entry if isinstance(entry, Reply) else await card(call, entry)


async def card(call: Call, entry: Entry, *more: Message) -> Reply:
    """All there is to know of it; `more` comes first."""
    rule = entry.rule
    fires = [a for a in await firing(call) if a.rule == rule.name and may_see(call, a)]
    name, severity = Untrusted(rule.name), SEVERITIES[rule.severity]
    verdict = msg("Rule {name}: {severity}", name=name, severity=severity)
    lines = (*sentences(rule), *_told(call, entry), *_source(call, entry), _now(entry, fires))
    blocks = tuple(map(Text, (verdict, *more, *lines)))
    return Reply(blocks, buttons=tuple(_buttons(call, entry)))


def _told(call: Call, entry: Entry) -> Iterator[Message]:
    """Who hears of it, and of which hosts where that is not of all."""
    chats = entry.rule.chats
    if not chats:
        yield msg("It tells the owners.")
    elif chats == (call.request.chat.id,):
        yield msg("It tells this chat.")
    else:
        yield plural("It tells {count} chat.", "It tells {count} chats.", len(chats))
    about = {host for host in call.services.hosts if entry.rule.on.about(host)}
    known = entry.hosts & frozenset(hosts(call))
    if known and entry.hosts < about:
        names = Names(tuple(map(Untrusted, sorted(known))))
        yield msg("Only of {hosts}: its author may see no other.", hosts=names)


def _source(call: Call, entry: Entry) -> Iterator[Message]:
    """Where it comes from, and why it is not looked at."""
    made = entry.made
    match entry.origin:
        case Origin.CONFIG:
            yield msg("From the config.")
        case Origin.BUILT_IN if made is None:
            yield msg("Built in.")
        case Origin.BUILT_IN:
            yield msg("Built in, changed by {person}, {at}.", **_by(call, made))
        case Origin.CHAT:
            yield msg("Made by {person}, {at}.", **_by(call, made))
    match entry.rests:
        case Rests.OFF:
            yield msg("It is switched off.")
        case Rests.AUTHOR if entry.origin is Origin.BUILT_IN:
            yield msg("They may not change it any more: it is as it is built in.")
        case Rests.AUTHOR:
            yield msg("It rests: they may not have rules there any more.")
        case Rests.CHAT:
            yield msg("It rests: its chat may not be told any more.")


def _by(call: Call, made: Made | None) -> dict[str, Person | Moment]:
    """Who, by the name given at enrolment, and when."""
    if made is None:
        raise LookupError("nobody has made it")
    subject = call.services.policy.subject(made.author)
    person = subject.person if subject else Person(Untrusted(made.who), made.author)
    return {"person": person, "at": Moment(made.at)}


def _now(entry: Entry, fires: list[Alert]) -> Message:
    if not fires:
        return msg("Nothing of it fires.") if entry.hosts else msg("It is not looked at.")
    names = tuple(alert.subject.shown for alert in fires[:_SHOWN])
    more = len(fires) - _SHOWN
    if more > 0:
        others = plural("{count} more", "{count} more", more)
        return msg("Fires now: {names}", names=Names((*names, others)))
    return msg("Fires now: {names}", names=Names(names))


def _buttons(call: Call, entry: Entry) -> Iterator[tuple[Button, ...]]:
    every = Button(msg("All rules"), ("alert", "rules"), inplace=True)
    again = Button(msg("Test it on 24 h"), ("alert", "test", entry.rule.name))
    yield (every, again) if stored(entry.rule) else (every,)
    if refusals(call, entry):
        return
    name = entry.rule.name
    shown = Untrusted(name)
    if entry.rests is Rests.OFF:
        yield (Button(msg("Switch {name} on", name=shown), ("alert", "on", name), inplace=True),)
    else:
        yield (Button(msg("Switch {name} off", name=shown), ("alert", "off", name), inplace=True),)
    if entry.made is not None:
        label = (
            msg("Remove {name}…", name=shown)
            if entry.origin is Origin.CHAT
            else msg("Put {name} back…", name=shown)
        )
        yield (Button(label, ("alert", "rm", name), inplace=True),)

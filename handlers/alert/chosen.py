"""The watcher, and the rule that is meant, as far as the reader may know of it."""

from __future__ import annotations

from bot.command.call import Call
from bot.errors import Conflict, Denied, UsageError
from bot.message import Code, Message, Tappable, Untrusted, msg
from bot.pipeline.authorize import refusal
from bot.reply import Button, Outcome, Reply, Text
from bot.watch.alert import Alert
from bot.watch.rulebook import Entry, Origin
from bot.watch.watcher import Watcher

EDIT = "alert.edit"
_LS = "alert.ls"
_OFFERED = 24


def unwatched() -> Message:
    """That there are no alerts at all."""
    return msg("Nothing is watched: that is switched off in the config.")


def watcher(call: Call) -> Watcher:
    """What watches.

    Raises:
        Conflict: nothing does.
    """
    watch = call.services.watch
    if not isinstance(watch, Watcher):
        raise Conflict(unwatched())
    return watch


def may_see(call: Call, alert: Alert) -> bool:
    """Whether its reader may see the alerts of that host."""
    return call.services.policy.decide(call.actor.id, _LS, alert.subject.host).allowed


def hosts(call: Call) -> list[str]:
    """Those whose alerts the reader may see."""
    policy, person = call.services.policy, call.actor.id
    return [host for host in call.services.hosts if policy.decide(person, _LS, host).allowed]


def visible(call: Call) -> list[Entry]:
    """The rules that may be about a host whose alerts the reader may see."""
    mine, entries = hosts(call), watcher(call).book.entries
    return [one for one in entries if any(one.rule.on.about(host) for host in mine)]


def chosen(call: Call, name: str | None) -> Entry | Reply:
    """The rule of a name, or the question which one.

    Raises:
        UsageError: there is none.
    """
    found = visible(call)
    if name is None:
        which = msg("{command}: which rule?", command=Code(call.command.spelling))
        buttons = keys(found, call.command.path[1])
        return Reply((Text(which),), buttons=buttons, outcome=Outcome.CANCELLED)
    for entry in found:
        if entry.rule.name == name:
            return entry
    raise UsageError(
        msg("There is no rule {name}.", name=Untrusted(name)),
        msg("{rules} shows those that there are.", rules=Tappable("/alert_rules")),
    )


def keys(found: list[Entry], verb: str) -> tuple[tuple[Button, ...], ...]:
    """A button for each of the first, two in a row."""
    buttons = [
        Button(
            msg("{name}", name=Untrusted(one.rule.name)),
            ("alert", verb, one.rule.name),
            inplace=True,
        )
        for one in found[:_OFFERED]
    ]
    return tuple(tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2))


def refusals(call: Call, entry: Entry) -> tuple[Message, ...]:
    """Why the reader may not change a rule; () if they may.

    One's own is; of any other it takes the right on every host that it is about, of one that is
    built in on all: put back, it is about all.
    """
    if entry.origin is Origin.CONFIG:
        return (msg("It stands in the config: it is changed there."),)
    policy, person = call.services.policy, call.actor.id
    if entry.origin is Origin.CHAT and entry.made and entry.made.author == person:
        return ()
    hosts, on = call.services.hosts, entry.rule.on
    about = [h for h in hosts if entry.origin is Origin.BUILT_IN or on.about(h)]
    decisions = (policy.decide(person, EDIT, host) for host in about)
    return next((found.reason for found in decisions if not found.allowed), ())


def changeable(call: Call, name: str | None) -> Entry | Reply:
    """The same as `chosen`, if the reader may change it.

    Raises:
        Denied: they may not.
        UsageError: there is none.
    """
    entry = chosen(call, name)
    if isinstance(entry, Entry) and (why := refusals(call, entry)):
        raise Denied(refusal(call), *why, msg("Nothing was changed."))
    return entry

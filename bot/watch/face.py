"""How a card reads on a phone: the verdict with its target, what is known, who has it, what now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.message import Code, Message, Moment, Person, Size, Span, Untrusted, msg, plural
from bot.reply import Excerpt, Reply, Text
from bot.reply.model import Block
from bot.watch.alert import FOREVER, Alert, End
from bot.watch.card import Member
from bot.watch.condition import Logged
from bot.watch.keyboard import keyboard
from bot.watch.notice import Kind, Notice
from bot.watch.rule import Rule, Severity
from bot.watch.wording import down, verdict, what

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Face:
    """Words for a notice. `open`: what may hold secrets can be shown in its chat."""

    notice: Notice
    rules: Mapping[str, Rule]
    alerts: Mapping[str, Alert]
    now: float
    open: bool

    def reply(self) -> Reply:
        """What its chat is told."""
        match self.notice.kind:
            case Kind.RESOLVED:
                return Reply(tuple(self._resolved()))
            case Kind.MORE:
                blocks = tuple(self._more())
            case Kind.AGAIN:
                blocks = tuple(self._again())
            case Kind.CARD:
                blocks = tuple(self._card())
        return Reply(
            blocks,
            buttons=keyboard(self.notice.card, self._firing, self.alerts, self.rules, self.now),
            rings=self.notice.rings,
        )

    @property
    def _firing(self) -> tuple[Member, ...]:
        return tuple(m for m in self.notice.members if not m.over)

    def _card(self) -> Iterator[Block]:
        members = self.notice.members
        if len(members) == 1:
            yield from self._one(members[0])
            return
        firing = self._firing
        host = Untrusted(self.notice.card.host)
        count = len(firing) or len(members)
        if not firing:
            yield Text(
                plural(
                    "{host}: {count} alert, over", "{host}: {count} alerts, over", count, host=host
                )
            )
        else:
            bad = verdict(self.notice.severity)
            told = plural("{host}: {count} alert", "{host}: {count} alerts", count, host=host)
            yield Text(bad.having(subject=told))
        for member in sorted(members, key=lambda m: (m.over, m.since))[:_SHOWN]:
            yield Text(self._line(member))
        yield from self._rest(members)
        yield from self._whose(firing)

    def _one(self, member: Member) -> Iterator[Block]:
        alert = self.alerts[member.key]
        shown, evidence = alert.subject.shown, alert.evidence
        if member.ended is not None:
            yield from self._over(member, member.ended)
            yield from self._restarts(alert)
            return
        yield Text(verdict(alert.severity).having(subject=shown))
        yield Text(what(alert, self.rules.get(alert.rule)))
        since = Moment(member.since)
        if evidence.cap:
            yield Text(msg("Since {since}, memory cap {cap}", since=since, cap=Size(evidence.cap)))
        else:
            yield Text(msg("Since {since}", since=since))
        if alert.stale:
            yield Text(msg("Unknown now: nothing is heard of it."))
        if often := alert.flaps(self.now):
            calm = Span(alert.patience(self.rules[alert.rule], self.now))
            yield Text(
                msg(
                    "It comes and goes: {count} times in an hour."
                    " I say resolved after {calm} of calm.",
                    count=often,
                    calm=calm,
                )
            )
        yield from self._restarts(alert)
        yield from self._evidence(alert)
        yield from self._whose((member,))

    def _restarts(self, alert: Alert) -> Iterator[Block]:
        """What was done of it unasked."""
        told = alert.evidence.restarted
        if told is None:
            return
        at, count = Moment(told.times[-1]), len(told.times)
        said = (
            msg("Pierhead restarted it at {at}, {count} of {most} times.")
            if told.done
            else msg("Pierhead tried to restart it at {at}, {count} of {most} times.")
        )
        yield Text(said.having(at=at, count=count, most=told.budget))
        if told.given_up:
            yield Text(msg("That did not help. I restart it no more: it is yours."))

    def _evidence(self, alert: Alert) -> Iterator[Block]:
        evidence = alert.evidence
        if self.open and evidence.output:
            yield Text(msg("Its health check says:"))
            yield Excerpt(Untrusted(evidence.output))
        rule = self.rules.get(alert.rule)
        logged = rule is not None and isinstance(rule.when, Logged)
        if logged and evidence.fault:
            yield Text(msg("It logs faster than I read: there are more."))
        if self.open and evidence.lines:
            yield Text(msg("They are like these:") if logged else msg("Last lines:"))
            yield Excerpt(Untrusted("\n".join(evidence.lines)))
        for name, id_, command, at in evidence.deeds:
            who = Person(Untrusted(name), id_)
            yield Text(msg("{at}: {who}, {command}", at=Moment(at), who=who, command=Code(command)))

    def _whose(self, members: tuple[Member, ...]) -> Iterator[Block]:
        """Who has it, until when it is put off, or that nobody has."""
        alerts = [self.alerts[m.key] for m in members if not m.over]
        if alerts and self.notice.card.step and self.notice.card.edits:
            yield Text(msg("You are asked next: nobody who was told before could take it."))
        free = [a for a in alerts if not a.taken]
        owner = next((a.owner for a in alerts if a.owner and not free), None)
        snoozed = next((a.snoozed for a in alerts if a.snoozed and not free), None)
        if owner is not None:
            who = Person(Untrusted(owner.name), owner.id)
            until = Moment(owner.until)
            yield Text(msg("{who} has it. I ask again at {until}.", who=who, until=until))
        elif snoozed == FOREVER:
            yield Text(msg("Snoozed until it is resolved."))
        elif snoozed is not None:
            yield Text(msg("Snoozed until {until}.", until=Moment(snoozed)))
        elif self.notice.severity is Severity.CRITICAL and 0 < len(free) < len(alerts):
            yield Text(msg("Nobody has {count} of these yet.", count=len(free)))
        elif free and self.notice.severity is Severity.CRITICAL:
            yield Text(msg("Nobody has this yet."))

    def _more(self) -> Iterator[Block]:
        """What is new on the card."""
        for member in self.notice.members[:_SHOWN]:
            alert = self.alerts[member.key]
            yield Text(verdict(alert.severity).having(subject=alert.subject.shown))
            yield Text(what(alert, self.rules.get(alert.rule)))
        yield from self._rest(self.notice.members)
        yield from self._whose(self.notice.members)

    def _again(self) -> Iterator[Block]:
        for member in self.notice.members[:_SHOWN]:
            alert = self.alerts[member.key]
            spent = Span(max(self.now - member.since, 0.0))
            still = msg("still, for {time}: {subject}", time=spent, subject=alert.subject.shown)
            yield Text(verdict(alert.severity).having(subject=still))
            yield Text(what(alert, self.rules.get(alert.rule)))
            yield from self._restarts(alert)
        yield from self._rest(self.notice.members)
        yield from self._whose(self.notice.members)

    def _resolved(self) -> Iterator[Block]:
        members = self.notice.members
        if len(members) == 1 and members[0].ended is not None:
            yield from self._over(members[0], members[0].ended)
            return
        host, count = Untrusted(self.notice.card.host), len(members)
        if any(self.alerts[m.key].end is End.RULE for m in members):
            yield Text(
                plural(
                    "{host}: {count} alert, over", "{host}: {count} alerts, over", count, host=host
                )
            )
        else:
            yield Text(
                plural(
                    "Resolved on {host}: {count} alert",
                    "Resolved on {host}: {count} alerts",
                    count,
                    host=host,
                )
            )
        for member in members[:_SHOWN]:
            yield Text(self._line(member))
        yield from self._rest(members)

    def _over(self, member: Member, ended: float) -> Iterator[Block]:
        """How one has ended: that all is well is said where that was seen."""
        alert = self.alerts[member.key]
        shown = alert.subject.shown
        if alert.end is End.RULE:
            yield Text(msg("No longer watched: {subject}", subject=shown))
            yield Text(
                msg(
                    "Rule {name} was removed, or rests. Whether all is well is not known.",
                    name=Untrusted(alert.rule),
                )
            )
        else:
            yield Text(msg("Resolved: {subject}", subject=shown))
            yield Text(what(alert, self.rules.get(alert.rule)))
        if alert.end is End.STOPPED:
            yield Text(msg("It does not run any more."))
        yield Text(down(member, ended))

    @staticmethod
    def _rest(members: tuple[Member, ...]) -> Iterator[Block]:
        """How many there are beside those that are shown."""
        if (more := len(members) - _SHOWN) > 0:
            yield Text(plural("and {count} more", "and {count} more", more))

    def _line(self, member: Member) -> Message:
        """One of several."""
        alert = self.alerts[member.key]
        name = Untrusted(alert.subject.name or alert.subject.host)
        if member.ended is not None:
            if alert.end is End.RULE:
                return msg("{name}: no longer watched", name=name)
            spent = Span(max(member.ended - member.since, 0.0))
            return msg("{name}: resolved after {time}", name=name, time=spent)
        wrong = msg("unknown now") if alert.stale else what(alert, self.rules.get(alert.rule))
        return msg(
            "{name}: {what}, since {since}", name=name, what=wrong, since=Moment(member.since)
        )

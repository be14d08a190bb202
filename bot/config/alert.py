"""A rule of the configuration: one more `[[alert]]`, or a change of one that is there by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, Self, TypeVar

from pydantic import Field, model_validator

from bot.config.kinds import AlertName, Choice, Flag, Held, Items, Section, Text, Told
from bot.config.probe import ProbeKeys
from bot.config.problem import Loc, Refused
from bot.errors import UsageError
from bot.message import msg
from bot.watch.condition import condition
from bot.watch.probe import Probe
from bot.watch.rule import DEFAULTS, Missing, Rule, Severity, Step
from bot.watch.subject import Selector, selector

T = TypeVar("T")

_BUILT_IN = {rule.name: rule for rule in DEFAULTS}


class StepEntry(Section):
    """Who is asked next, that long after the alert has fired, if nobody has taken it by then."""

    to: Told
    after: Held


class AlertEntry(ProbeKeys):
    """A rule. What is not said is as in the one of this name that is built in, if there is one."""

    name: AlertName
    enabled: Flag = True
    when: Text | None = None
    clear: Text | None = None
    for_: Held | None = Field(default=None, alias="for")
    keep_firing_for: Held | None = None
    on: Text | None = None
    severity: Choice[Literal["info", "warning", "critical"]] | None = None
    missing: Choice[Literal["stale", "firing", "ok"]] | None = None
    chats: Items[Told] = ()
    escalate: Items[StepEntry] = ()
    repeat: Held | None = None

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        if self.when is not None and self.probe is not None:
            raise Refused(msg("Both when and probe: one must go."), at=("probe",))
        if self.when is None and self.probe is None and self.name not in _BUILT_IN:
            raise Refused(msg("It is missing: when does the alert fire?"), at=("when",))
        if self.when is None and self.clear is not None:
            raise Refused(msg("It needs a when beside it."), at=("clear",))
        times = [step.after for step in self.escalate]
        if times != sorted(times):
            raise Refused(msg("Each comes after the one before it."), at=("escalate",))
        self.rule()
        return self

    @property
    def asked(self) -> tuple[int, ...]:
        """Who is asked next, in turn."""
        return tuple(step.to for step in self.escalate)

    def rule(self) -> Rule:
        """The rule that it makes.

        Raises:
            Refused: what it says can't be read.
        """
        rule = _BUILT_IN.get(self.name)
        if self.when is not None:
            when = _read(("when",), lambda: condition(self.when or "", self.clear))
            rule = replace(rule, when=when) if rule else Rule(self.name, when)
        on = None if self.on is None else _read(("on",), lambda: selector(self.on or ""))
        if self.probe is not None:
            rule = Rule(self.name, self._probed(on))
        if rule is None:
            raise LookupError(self.name)
        return replace(
            rule,
            on=rule.on if on is None else on,
            wait=rule.wait if self.for_ is None else float(self.for_),
            keep=rule.keep if self.keep_firing_for is None else float(self.keep_firing_for),
            severity=Severity[self.severity.upper()] if self.severity else rule.severity,
            missing=Missing(self.missing) if self.missing else rule.missing,
            chats=self.chats,
            chain=tuple(Step(step.to, float(step.after)) for step in self.escalate),
            repeat=rule.repeat if self.repeat is None else float(self.repeat),
        )

    def _probed(self, on: Selector | None) -> Probe:
        """Its probe, of the host that it says.

        Raises:
            Refused: it says more than a host.
        """
        host = "" if on is None else on.host
        if on not in {None, Selector(host=host)} or "*" in host or "?" in host:
            raise Refused(msg("Of a probe it can only say a host: host:nas."), at=("on",))
        return self.probed(host)


def rules(entries: Sequence[AlertEntry]) -> tuple[Rule, ...]:
    """All rules: those that are built in, as they are changed, and those of the configuration."""
    found = dict(_BUILT_IN)
    for entry in entries:
        found.pop(entry.name, None)
        if entry.enabled:
            found[entry.name] = entry.rule()
    return tuple(found.values())


def _read(at: Loc, read: Callable[[], T]) -> T:
    try:
        return read()
    except UsageError as error:
        message = error.message
    raise Refused(message, at=at)

"""All rules: those that are built in, those of the config, and those that were made in a chat.

What was made in a chat has the rights that its author has now, and tells a chat that may be told
now: it is looked at on no other host. What is changed of a rule that is built in counts for
everybody, so only while its author may change rules on every host.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.errors import UsageError
from bot.watch import sentence
from bot.watch.condition import Logged
from bot.watch.rule import Rule
from bot.watch.subject import NOWHERE
from storage.rules import OWNERS, Made


class Origin(StrEnum):
    """Where a rule comes from."""

    BUILT_IN = "built in"
    CONFIG = "config"
    CHAT = "chat"


class Rests(StrEnum):
    """Why a rule is not looked at."""

    OFF = "off"  # somebody has switched it off
    AUTHOR = "author"  # they may not have rules there any more
    CHAT = "chat"  # it may not be told there any more


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule, and on which hosts it is looked at. `made` says who has made or changed it."""

    rule: Rule
    origin: Origin
    hosts: frozenset[str]
    made: Made | None = None
    rests: Rests | None = None


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may have rules on a host, and read its logs; and which chat may be told of one."""

    may: Callable[[int, str], bool]
    reads: Callable[[int, str], bool]
    tells: Callable[[int, str], bool]

    def has(self, person: int, rule: Rule, host: str) -> bool:
        """Whether somebody may have that rule there: one about a log tells what stands in it."""
        reads = not isinstance(rule.when, Logged) or self.reads(person, host)
        return reads and self.may(person, host)


@dataclass(slots=True)
class Rulebook:
    """`fixed` are the rules of the config and those built in, `own` the names of the config's."""

    fixed: Mapping[str, Rule]
    own: frozenset[str]
    hosts: frozenset[str]
    rights: Rights
    _made: Mapping[str, Made] = field(default_factory=dict)
    _entries: dict[str, Entry] = field(default_factory=dict)

    def take(self, made: Mapping[str, Made]) -> None:
        """Take in what was made in chats, and what its authors may now."""
        self._made = made
        found = [*map(self._of_fixed, self.fixed.values()), *self._of_chats()]
        self._entries = {entry.rule.name: entry for entry in found}

    def move(self, chat: int, to: int) -> None:
        """A chat that rules of the config tell has a new id, until the next start."""
        self.fixed = {name: rule.moved(chat, to) for name, rule in self.fixed.items()}

    def entry(self, name: str) -> Entry | None:
        """The rule of a name."""
        return self._entries.get(name)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of them."""
        return tuple(self._entries.values())

    @property
    def rules(self) -> dict[str, Rule]:
        """Those that are looked at, by their names."""
        return {name: entry.rule for name, entry in self._entries.items() if entry.hosts}

    @property
    def labels(self) -> frozenset[str]:
        """The labels that they ask for."""
        rules = self.rules.values()
        return frozenset(rule.on.label.partition("=")[0] for rule in rules if rule.on.label)

    def covers(self, rule: str, host: str) -> bool:
        """Whether it is looked at on a host."""
        entry = self._entries.get(rule)
        return entry is not None and host in (entry.hosts | {NOWHERE})

    def _of_fixed(self, rule: Rule) -> Entry:
        if rule.name in self.own:
            return Entry(rule, Origin.CONFIG, self.hosts)
        entry, made = Entry(rule, Origin.BUILT_IN, self.hosts), self._made.get(rule.name)
        if made is None:
            return entry
        new = _read(made, rule) or rule
        if not all(self.rights.has(made.author, new, host) for host in self.hosts):
            return replace(entry, made=made, rests=Rests.AUTHOR)
        changed = replace(entry, rule=new, made=made)
        return changed if made.enabled else replace(changed, hosts=frozenset(), rests=Rests.OFF)

    def _of_chats(self) -> Iterable[Entry]:
        for made in self._made.values():
            rule = _read(made, None)
            if rule is not None and made.name not in self.fixed:
                chats = () if made.chat == OWNERS else (made.chat,)
                yield self._of_chat(made, replace(rule, chats=chats))

    def _of_chat(self, made: Made, rule: Rule) -> Entry:
        about = {host for host in self.hosts if rule.on.about(host)}
        mine = {host for host in about if self.rights.has(made.author, rule, host)}
        told = frozenset(host for host in mine if self._tells(made.chat, host))
        if not made.enabled:
            return Entry(rule, Origin.CHAT, frozenset(), made, Rests.OFF)
        rests = None if told else Rests.CHAT if mine else Rests.AUTHOR
        return Entry(rule, Origin.CHAT, told, made, rests)

    def _tells(self, chat: int, host: str) -> bool:
        return chat == OWNERS or self.rights.tells(chat, host)


def _read(made: Made, base: Rule | None) -> Rule | None:
    """What was said, as far as this version can read it."""
    try:
        return sentence.rule(made.name, made.said, base)
    except UsageError:
        return base

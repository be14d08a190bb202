"""The one place that decides: person × permission × host → `Decision`. Default: no.

People are known by their immutable numeric id alone. Roles are lists of permission globs; a person
has one role, on all hosts or on some. Only the config links a group: in any other
the bot is silent.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

from bot.message import Code, Message, Names, Person, Untrusted, msg

OWNER = "owner"
HEALER = 0  # the bot itself, where it restarts what is unhealthy: nobody at Telegram has that id
ROOT = "engine.root"  # what makes its holder root on the host: no glob but the owners' gives it


class Need(Enum):
    """What must come first although it is allowed."""

    CONFIRM = "confirm"
    STEP_UP = "step-up"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether, if not why not, and what must come first."""

    allowed: bool
    reason: tuple[Message, ...] = ()
    needs: frozenset[Need] = frozenset()


@dataclass(frozen=True, slots=True)
class Role:
    """Permission globs by name: `container.*`, `*.ls`."""

    name: str
    allow: tuple[str, ...]

    def grants(self, permission: str) -> bool:
        """Whether one of the globs fits."""
        if permission == ROOT and self.name != OWNER:
            return False
        return any(fnmatch.fnmatchcase(permission, glob) for glob in self.allow)


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody enrolled. Without `hosts` the role counts on every host."""

    person: Person
    role: Role
    hosts: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group that an owner has linked, and the hosts whose secrets may be shown in it."""

    id: int
    hosts: frozenset[str] = field(default_factory=frozenset)


_HEALER = Subject(Person(Untrusted("Pierhead"), HEALER), Role("healer", ("container.restart",)))


class Policy:
    """The subjects, the groups, and the hosts on which nothing may be changed."""

    def __init__(
        self,
        subjects: Iterable[Subject],
        groups: Iterable[Group] = (),
        read_only: frozenset[str] = frozenset(),
    ) -> None:
        self._subjects = {s.person.id: s for s in subjects}
        self._groups = {g.id: g for g in groups}
        self._moved: dict[int, int] = {}
        self._read_only = read_only
        self._frozen = False

    def subject(self, person: int) -> Subject | None:
        """Who somebody is here; None: a stranger."""
        return _HEALER if person == HEALER else self._subjects.get(person)

    def enrol(self, subject: Subject) -> None:
        """Make somebody known; the caller has stored it."""
        self._subjects[subject.person.id] = subject

    @property
    def people(self) -> tuple[int, ...]:
        """The ids of everybody enrolled."""
        return tuple(self._subjects)

    @property
    def frozen(self) -> bool:
        """Whether every change is stopped."""
        return self._frozen

    def freeze(self) -> None:
        """Stop every change until the next start at the console."""
        self._frozen = True

    @property
    def owners(self) -> tuple[Subject, ...]:
        """Those who may do everything."""
        return tuple(s for s in self._subjects.values() if s.role.name == OWNER)

    def move(self, chat: int, to: int) -> bool:
        """A group has a new id, as Telegram tells when it becomes a supergroup; whether it is ours.

        Until the next start only: the config is where an owner links a group.
        """
        group = self._groups.get(chat)
        if group is not None:
            self._groups[to] = replace(group, id=to)
            self._moved[chat] = to
        return group is not None

    def current(self, chat: int) -> int:
        """The id that a chat of the config has now."""
        return self._moved.get(chat, chat)

    @property
    def groups(self) -> tuple[int, ...]:
        """The groups that an owner has linked."""
        return tuple(self._groups)

    def linked(self, chat: int) -> bool:
        """Whether the bot may speak in a group."""
        return chat in self._groups

    def may_show(self, chat: int, host: str) -> bool:
        """Whether output of a host that may hold secrets can go to a group."""
        group = self._groups.get(chat)
        return group is not None and host in group.hosts

    def decide(
        self, person: int, permission: str, host: str | None, *, changes: bool = False
    ) -> Decision:
        """Whether a person may, on a host (None: no host is concerned)."""
        subject = self.subject(person)
        if subject is None:
            return Decision(allowed=False, reason=(msg("I don't know you."),))
        if not subject.role.grants(permission):
            return Decision(allowed=False, reason=self._missing(subject, permission, host))
        if host is not None and subject.hosts is not None and host not in subject.hosts:
            return Decision(allowed=False, reason=self._missing(subject, permission, host))
        if changes and self._frozen:
            return Decision(
                allowed=False,
                reason=(
                    msg("Somebody else uses this bot's token, so nothing is changed now."),
                    msg("To allow changes again, restart me at the console."),
                ),
            )
        if changes and host in self._read_only:
            return Decision(
                allowed=False,
                reason=(
                    msg("{host} is read-only here.", host=Untrusted(host or "")),
                    msg("Whoever runs me can allow changes."),
                ),
            )
        return Decision(allowed=True)

    def allow_writes(self) -> None:
        """End the read-only state of every host: the console has said so."""
        self._read_only = frozenset()

    def _missing(self, subject: Subject, permission: str, host: str | None) -> tuple[Message, ...]:
        role, needed = Code(subject.role.name), Code(permission)
        what = (
            msg("You are {role}. It needs {permission}.", role=role, permission=needed)
            if host is None
            else msg(
                "You are {role}. It needs {permission} on {host}.",
                role=role,
                permission=needed,
                host=Untrusted(host),
            )
        )
        able = tuple(
            s.person
            for s in self._subjects.values()
            if s.role.grants(permission) and (host is None or s.hosts is None or host in s.hosts)
        )
        if not able:
            return (what, msg("Nobody here has it. The config can give it."))
        return (what, msg("{people} can do it.", people=Names(able[:3])))

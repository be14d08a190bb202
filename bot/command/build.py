"""From a request to calls: which command, its values, on which host. No I/O at all.

A line that names `@all`, or several hosts, becomes one call a host. What is stored of a call is
enough to build it again: a confirmation, and later an approval or a schedule, comes back through
`again`.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.command.call import Call, Confirmation, Request
from bot.command.grammar import Parsed, asks_for_help, parse
from bot.command.line import Line, ShellOnly
from bot.command.plan import Item
from bot.command.registry import Unknown, line_of
from bot.command.services import Services
from bot.command.sessions import Session
from bot.command.shell import compared, with_shell
from bot.command.spec import Command
from bot.command.turns import Turns
from bot.errors import UsageError
from bot.hosts import Host
from bot.hosts.types import Target
from bot.message import Names, Untrusted, msg

ALL = "all"
_CARD = "container card"


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds calls. `bot` is the bot's own id, part of the id of what it stores."""

    bot: int
    services: Services
    turns: Turns

    def typed(self, request: Request) -> tuple[Call, ...]:
        """The calls of a typed line.

        Raises:
            UsageError: if it can't be understood.
        """
        registry, person = self.services.registry, request.actor.id

        def offered(command: Command) -> bool:
            return self.services.may(person, command)

        line = self._line(request.text, offered)
        unknown: Unknown | None = None
        try:
            command, words = registry.resolve(line, offered)
            command, words = self._meant(command, words, request)
        except Unknown as error:
            unknown, command, words = error, *self._card(line, error)
        calls = self._calls(request, command, words, None, f"{self.bot}-{request.update}")
        if unknown is not None:
            calls = tuple(replace(call, unknown=unknown) for call in calls)
        if not line.repaired:
            return calls
        return tuple(replace(call, read_as=shlex.join(line.words)) for call in calls)

    def _line(self, text: str, offered: Callable[[Command], bool]) -> Line:
        try:
            return line_of(text)
        except ShellOnly as error:
            line = compared(error, self.services.registry)
            if line is not None:
                return line
            raise with_shell(error, self.services.registry, offered) from error

    def _card(self, line: Line, unknown: Unknown) -> tuple[Command, tuple[str, ...]]:
        """What a container's name alone means: its card.

        Raises:
            Unknown: it can be no container's name.
        """
        card = self.services.registry.get(_CARD)
        match line.words:
            case (word, *host) if card and len(host) <= 1 and all(h[:1] == "@" for h in host):
                name = word.removeprefix("/").partition("@")[0]
                if name[:1].isalnum():
                    return card, (*host, name)
        raise unknown

    def _meant(
        self, command: Command, words: tuple[str, ...], request: Request
    ) -> tuple[Command, tuple[str, ...]]:
        """What some words mean instead: `--help`, and what the command itself says."""
        if asks_for_help(command, words):
            found = self.services.registry.get("help")
            return (found, command.path) if found else (command, words)
        other = command.redirect(words, request) if command.redirect else None
        return (other and self.services.registry.get(other)) or command, words

    def tapped(self, request: Request, argv: Sequence[str], host: str | None) -> tuple[Call, ...]:
        """The calls of a button, which typed `argv` when it was made."""
        command, words = self.services.registry.resolve(Line(tuple(argv)))
        return self._calls(request, command, words, host, f"{self.bot}-{request.update}")

    def scheduled(
        self,
        id: str,  # noqa: A002 - the stored row's name for it
        request: Request,
        argv: Sequence[str],
        host: str | None,
    ) -> tuple[Call, ...]:
        """The calls of a run that nobody asked for now; none of the words is a repaired one.

        Raises:
            UsageError: if there is no such command or host, or the words are none of its.
        """
        command, words = self.services.registry.resolve(Line(tuple(argv)))
        return self._calls(request, command, words, host, id)

    def line(self, request: Request, session: Session) -> Call:
        """The call of a line that was typed in a session."""
        words = ("--", session.container, session.id, request.text)
        return self._typing(request, session, words, session.arrive(request.sent_at))

    def press(self, request: Request, session: Session, key: str) -> Call:
        """The call of a key that was pressed in a session."""
        return self._typing(request, session, ("--key", key, session.container, session.id))

    def _typing(
        self, request: Request, session: Session, words: tuple[str, ...], line: int = 0
    ) -> Call:
        """In the order of arrival, which is that of the session alone: nothing else holds it up.

        Raises:
            UsageError: it can't be typed.
        """
        typist = tuple(session.typist.split())
        command, rest = self.services.registry.resolve(Line((*typist, *words)))
        id = f"{self.bot}-{request.update}"  # noqa: A001 - as elsewhere
        (host,) = self._hosts(session.host, request.actor.id)
        call = self._call(request, command, parse(command, rest, host.name), host, id)
        return replace(call, ticket=self.turns.arrive(f"session {session.id}", line))

    def again(
        self,
        id: str,  # noqa: A002 - the stored row's name for it
        request: Request,
        argv: Sequence[str],
        host: str | None,
        confirmation: Confirmation,
    ) -> Call:
        """A stored call, with what was agreed to."""
        command, words = self.services.registry.resolve(Line(tuple(argv)))
        found = self._calls(request, command, words, host, id)[0]
        return replace(found, id=id, slot=f"call:{id}", confirmation=confirmation)

    def resumed(
        self,
        id: str,  # noqa: A002 - the stored row's name for it
        request: Request,
        argv: Sequence[str],
        host: str | None,
        items: tuple[Item, ...],
    ) -> Call:
        """A stored call that had begun, with what it knew then of what it is about.

        Raises:
            UsageError: if there is no such command or host any more.
        """
        command, words = self.services.registry.resolve(Line(tuple(argv)))
        call = self._calls(request, command, words, host, id)[0]
        targets = tuple(Target(i.kind, host or "", i.id, i.name, i.state) for i in items)
        params = dict(call.params)
        for asked in command.named:
            of_kind = [target for target in targets if target.kind is asked.kind]
            params[asked.name or ""] = asked.filled(params.get(asked.name or ""), of_kind)
        return replace(call, params=params, targets=targets, items=items, resumed=True)

    def forget(self, call: Call) -> None:
        """Give its place in the order of arrival back, if it still has it."""
        if call.ticket is not None:
            self.turns.leave(call.ticket)

    def _calls(
        self,
        request: Request,
        command: Command,
        words: tuple[str, ...],
        host: str | None,
        id: str,  # noqa: A002 - as above
    ) -> tuple[Call, ...]:
        parsed = parse(command, words, host)
        hosts = (None,) if command.hostless else self._hosts(parsed.host, request.actor.id)
        one = self._call(request, command, parsed, hosts[0], id)
        calls = [one] if len(hosts) == 1 else [_child(one, h) for h in hosts if h is not None]
        return tuple(map(self._arrived, calls))

    def _call(
        self,
        request: Request,
        command: Command,
        parsed: Parsed,
        host: Host | None,
        id: str,  # noqa: A002 - as above
    ) -> Call:
        return Call(
            id=id,
            request=request,
            command=command,
            argv=(*command.path, *parsed.words),
            params=parsed.params,
            choices=parsed.choices,
            services=self.services,
            slot=f"call:{id}",
            target_host=host,
        )

    def _arrived(self, call: Call) -> Call:
        """With its place in the order of arrival, if it changes anything.

        What takes as long as it takes would hold up whatever comes after it.
        """
        if not call.command.changes or call.streams or call.target_host is None:
            return call
        return replace(call, ticket=self.turns.arrive(call.target_host.name))

    def _hosts(self, name: str | None, person: int) -> tuple[Host, ...]:
        """The hosts of a name, or of several; whether the person may do this is decided later."""
        mine = self.visible(person)
        if name is None:
            return mine[:1]
        found = (host for word in name.split(",") for host in self._named(word, mine))
        return tuple({host.name: host for host in found}.values())

    def _named(self, name: str, mine: tuple[Host, ...]) -> tuple[Host, ...]:
        known = self.services.hosts
        if name.lower() == ALL:
            return mine
        if name.lower() not in known:
            names = Names(tuple(Untrusted(h.name) for h in mine))
            raise UsageError(
                msg("There is no host {name}.", name=Untrusted(name)),
                msg("Hosts: {hosts}.", hosts=names),
            )
        return (known[name.lower()],)

    def visible(self, person: int) -> tuple[Host, ...]:
        """The hosts that the person's role counts on, or else, to be refused there, all."""
        every = tuple(self.services.hosts.values())
        subject = self.services.policy.subject(person)
        if subject is None or subject.hosts is None:
            return every
        return tuple(h for h in every if h.name in subject.hosts) or every


def _child(call: Call, host: Host) -> Call:
    """The part of a call for `@all` that is about one host."""
    id = f"{call.id}-{host.name}"  # noqa: A001 - as above
    return replace(
        call, id=id, slot=f"call:{id}", target_host=host, shares=True, about=[], notes=[]
    )

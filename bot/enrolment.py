"""Who is known at the start, and how the first owner comes in.

People and groups stand in the config; owners by claim in the database. What is there decides the
policy that everything else asks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.access.claim import TTL, Claim, file_of
from bot.access.policy import Group, Policy, Role, Subject
from bot.command.call import Request
from bot.config import Settings
from bot.config.roles import OWNER
from bot.message import Code, Message, Person, Span, Tappable, Untrusted, msg
from bot.reply import Reply, say
from storage import audit, people
from storage.database import Connection, Database

log = logging.getLogger(__name__)


def policy_of(settings: Settings, claimed: people.Owners, *, read_only: bool) -> Policy:
    """The policy of a config and of the owners by claim; `read_only` locks every host."""
    for person in claimed.forged:
        log.error("the record of owner %d was changed in the database, it counts no more", person)
    hosts = settings.hosts.items()
    locked = frozenset(name for name, entry in hosts if entry.read_only or read_only)
    chats = settings.access.chats.items()
    groups = [Group(chat, frozenset(entry.hosts)) for chat, entry in chats]
    return Policy(_subjects(settings, claimed), groups, locked)


def _subjects(settings: Settings, claimed: people.Owners) -> Iterable[Subject]:
    """Everybody enrolled; whom the console has let in is an owner, whatever else the config says.

    The console outranks the config: only who controls the machine sees the code.
    """
    globs = settings.access.globs
    owners = {**dict.fromkeys(settings.access.owners, OWNER), **claimed.names}
    for person, name in owners.items():
        yield _owner(settings, person, name)
    for person, entry in settings.access.people.items():
        if person not in owners:
            role = Role(entry.role, globs[entry.role])
            hosts = frozenset(entry.hosts) if entry.hosts is not None else None
            yield Subject(Person(Untrusted(entry.name or entry.role), person), role, hosts)


def _owner(settings: Settings, person: int, name: str) -> Subject:
    """An owner, on every host; by the name that the config gives, if it gives one."""
    entry = settings.access.people.get(person)
    known_as = Untrusted((entry and entry.name) or name)
    return Subject(Person(known_as, person), Role(OWNER, settings.access.globs[OWNER]))


def invitation(code: str) -> Iterable[Message]:
    """What to do with a code that makes its sender an owner."""
    return (
        msg(
            "Within {span}, send the bot this in a private chat. Three guesses in all.",
            span=Span(TTL),
        ),
        Message("    {command}", values={"command": Tappable(f"/start {code}")}),
    )


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Lets an owner in by the code that the console shows, be they strangers or known.

    `tell` writes to the console; `enrolled` hears who is known now.
    """

    settings: Settings
    policy: Policy
    database: Database
    tell: Callable[[Message], None]
    enrolled: Callable[[int], None]
    clock: Callable[[], float]

    def claim(self, claimed: people.Owners, secret: str) -> Claim:
        """The claim; opened, its code told to the console, where no owner was ever recorded."""
        claim = Claim(file_of(self.settings.storage.key_path), self.clock)
        if not (self.settings.access.owners or claimed.names or claimed.forged):
            self._open(claim, secret)
        return claim

    def _open(self, claim: Claim, secret: str) -> None:
        try:
            code = claim.begin(secret)
        except OSError as error:
            why = Code(f"{claim.file}: {error.strerror}")
            self.tell(msg("Nobody owns this bot yet, and no code can be kept: {why}", why=why))
        else:
            self.tell(msg("Nobody owns this bot yet."))
            for line in invitation(code):
                self.tell(line)

    async def enrol(self, request: Request) -> Reply:
        """Make who sent the code an owner."""
        person, name, now = request.actor.id, request.actor.name, self.clock()

        def write(connection: Connection) -> None:
            people.add_owner(connection, person, name.raw, now)
            event = {"at": round(now, 3), "actor": person, "command": "claim"}
            audit.append(connection, event | {"name": name.raw, "outcome": "finished"})

        await self.database.write(write)
        self.policy.enrol(_owner(self.settings, person, name.raw))
        self.enrolled(person)
        self.tell(msg("The bot has an owner now: Telegram id {id}.", id=Code(str(person))))
        return say(
            msg("You own this bot now."),
            msg("{help} shows what you can do.", help=Tappable("/help")),
        )

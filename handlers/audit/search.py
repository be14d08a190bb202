"""`/audit`: who did what, the newest first, by person, command, target, outcome and time.

An operation leaves an entry for each of its steps: what was asked, what began, how it ended. Here
each operation is one line, with its last step; `--all` shows every step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.command.call import Call
from bot.command.kinds import SINCE, Ago, choice, whole
from bot.command.spec import command, flag, option
from bot.message import msg, plural
from bot.reply import Button, Reply, Text
from handlers.audit.entry import line
from storage import audit as log
from storage.calls import State
from storage.database import Connection

_PAGE = 8
_BATCH = 50
_ABOUT_ONESELF = "self."  # the permissions of help, greeting, language
_ENOUGH = 2000  # entries looked through for one page


@dataclass(frozen=True, slots=True)
class _Query:
    """What is asked for. Not worth a line: `asking`, this search itself, and `minor` commands."""

    actor: int | None
    command: str | None
    target: str | None
    outcome: str | None
    since: float | None
    until: float | None
    asking: str
    minor: frozenset[str]

    def entries(
        self,
        connection: Connection,
        limit: int,
        *,
        before: int | None = None,
        call: str | None = None,
    ) -> list[log.Entry]:
        """The newest entries that fit, whatever step they are."""
        return log.search(
            connection,
            actor=self.actor,
            command=self.command,
            target=self.target,
            outcome=self.outcome,
            call=call,
            since=self.since,
            until=self.until,
            before_seq=before,
            limit=limit,
        )

    def operations(self, connection: Connection, before: int | None) -> Iterator[log.Entry]:
        """For each operation that fits its last entry, if that fits as well."""
        for _ in range(_ENOUGH // _BATCH):
            batch = self.entries(connection, _BATCH, before=before)
            for entry in batch:
                last = self._last(connection, entry)
                if last is not None:
                    yield last
            if len(batch) < _BATCH:
                return
            before = batch[-1].seq

    def _last(self, connection: Connection, entry: log.Entry) -> log.Entry | None:
        """How its operation ended; None where a newer entry of it has told that already."""
        call = entry.event.get("call")
        if not isinstance(call, str):
            return entry
        if self.command is None and entry.event.get("command") in self.minor:
            return None
        if call == self.asking or self.entries(connection, 1, call=call)[0].seq != entry.seq:
            return None
        (last,) = log.search(connection, call=call, limit=1)
        if self.outcome not in {None, last.event.get("outcome")}:
            return None
        return log.Entry(entry.seq, {**entry.event, "outcome": last.event.get("outcome")})


@command(
    "audit",
    permission="audit.read",
    act=msg("read the audit log"),
    hostless=True,
    secret=True,
)
@option("-u", "--user", type=whole(1, 2**53), help="Only what this person did, by numeric id")
@option("-c", "--command", "wanted", type=str, help="Only this command, as in 'container rm'")
@option("-t", "--target", type=str, help="Only what was about this name")
@option("-o", "--outcome", type=choice(*State), help="Only what ended so, as in failed")
@option("--since", type=SINCE, help="Only since, as in 2h or 2026-06-09T03:00")
@option("--until", type=SINCE, help="Only before")
@option("--before", type=whole(1, 2**53), help="Only entries before this number")
@flag("-a", "--all", help="Every step, not only how it ended")
async def audit(  # noqa: PLR0913 - each is one question that people ask
    call: Call,
    *,
    user: int | None,
    wanted: str | None,
    target: str | None,
    outcome: str | None,
    since: Ago | None,
    until: Ago | None,
    before: int | None,
    all: bool,  # noqa: A002 - Docker's word
) -> Reply:
    """Search the audit log, newest first."""
    now = call.services.clock()
    known = call.services.registry.get(wanted) if wanted else None
    query = _Query(
        actor=user,
        command=known.name if known else wanted,
        target=target,
        outcome=outcome,
        since=since.epoch(now) if since else None,
        until=until.epoch(now) if until else None,
        asking=call.id,
        minor=frozenset(
            c.name for c in call.services.registry if c.permission.startswith(_ABOUT_ONESELF)
        ),
    )

    def read(connection: Connection) -> list[log.Entry]:
        if all:
            return query.entries(connection, _PAGE + 1, before=before)
        return list(islice(query.operations(connection, before), _PAGE + 1))

    entries = await call.services.database.read(read)
    shown = entries[:_PAGE]
    if not shown:
        return Reply((Text(msg("The audit log holds nothing like that.")),))
    verdict = plural("Audit: {count} entry", "Audit: {count} entries, newest first", len(shown))
    return Reply(
        (Text(verdict), *(Text(line(call, entry)) for entry in shown)),
        buttons=_pages(call, shown[-1].seq, more=len(entries) > _PAGE),
    )


def _pages(call: Call, last: int, *, more: bool) -> tuple[tuple[Button, ...], ...]:
    begin = _from_the_newest(call.argv)
    older = Button(msg("Older"), (*begin, "--before", str(last)), inplace=True)
    newest = Button(msg("Newest"), begin, inplace=True)
    keys = (*((newest,) if begin != call.argv else ()), *((older,) if more else ()))
    return (keys,) if keys else ()


def _from_the_newest(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The same search without the place where it began."""
    if "--before" not in argv:
        return argv
    at = argv.index("--before")
    return (*argv[:at], *argv[at + 2 :])

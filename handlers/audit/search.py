"""`/audit`: who did what, the newest first, by person, command, target, outcome and time.

An operation leaves an entry for each of its steps: what was asked, what began, how it ended. Here
each operation is one line, with its last step; `--all` shows every step.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.command.argv import with_option, without_option
from bot.command.call import Call
from bot.command.kinds import SINCE, Ago, choice, whole
from bot.command.spec import command, flag, option
from bot.message import msg, plural
from bot.reply import Button, Reply, Text
from handlers.audit.entry import line
from handlers.audit.who import person_of
from storage import audit as log
from storage.calls import State
from storage.database import Connection

_PAGE = 8
_BATCH = 50
_ABOUT_ONESELF = "self."  # the permissions of help, greeting, language
_ENOUGH = 2000  # entries looked through for one page


@dataclass(frozen=True, slots=True)
class _Page:
    """What is shown, and the number before which the next page begins, if there may be one."""

    shown: tuple[log.Entry, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class _Steps:
    """By operation its newest step that fits what is asked for, and its newest of all."""

    fit: Mapping[str, log.Entry]
    ended: Mapping[str, log.Entry]


@dataclass(frozen=True, slots=True)
class _Query:
    """What is asked for, on the `hosts` that count for who asks; none: on all.

    Not worth a line: `asking`, this search itself, and `minor` commands.
    """

    actor: int | None
    command: str | None
    target: str | None
    outcome: str | None
    since: float | None
    until: float | None
    hosts: frozenset[str] | None
    asking: str
    minor: frozenset[str]

    def entries(
        self,
        connection: Connection,
        limit: int | None,
        *,
        before: int | None = None,
        calls: Collection[str] | None = None,
    ) -> list[log.Entry]:
        """The newest entries that fit, whatever step they are."""
        return log.search(
            connection,
            actor=self.actor,
            command=self.command,
            target=self.target,
            outcome=self.outcome,
            calls=calls,
            since=self.since,
            until=self.until,
            before_seq=before,
            hosts=self.hosts,
            limit=limit,
        )

    def page(self, connection: Connection, before: int | None, *, every: bool) -> _Page:
        """The newest that fit: `every` step, or for each operation how it ended."""
        shown: list[log.Entry] = []
        for _ in range(_ENOUGH // _BATCH):
            batch = self.entries(connection, _BATCH, before=before)
            steps = None if every else self._steps(connection, batch)
            for entry in batch:
                last = entry if steps is None else self._last(entry, steps)
                if last is not None and len(shown) == _PAGE:
                    return _Page(tuple(shown), shown[-1].seq)
                if last is not None:
                    shown.append(last)
            if len(batch) < _BATCH:
                return _Page(tuple(shown), None)
            before = batch[-1].seq
        return _Page(tuple(shown), before)

    def _steps(self, connection: Connection, batch: Sequence[log.Entry]) -> _Steps:
        """The last steps of all operations of a batch: two queries, however many they are."""
        calls = {call for entry in batch if (call := _call(entry)) is not None}
        fit = self.entries(connection, None, calls=calls)
        ended = log.search(connection, calls=calls, limit=None)
        return _Steps(_newest(fit), _newest(ended))

    def _last(self, entry: log.Entry, steps: _Steps) -> log.Entry | None:
        """How its operation ended; None where a newer entry of it has told that already."""
        call = _call(entry)
        if call is None:
            return entry
        if self.command is None and entry.event.get("command") in self.minor:
            return None
        if call == self.asking or steps.fit[call].seq != entry.seq:
            return None
        outcome = steps.ended[call].event.get("outcome")
        if self.outcome not in {None, outcome}:
            return None
        return log.Entry(entry.seq, {**entry.event, "outcome": outcome})


def _call(entry: log.Entry) -> str | None:
    call = entry.event.get("call")
    return call if isinstance(call, str) else None


def _newest(entries: Sequence[log.Entry]) -> dict[str, log.Entry]:
    """The newest of each operation; `entries` has the newest first."""
    return {call: entry for entry in reversed(entries) if (call := _call(entry)) is not None}


@command(
    "audit",
    permission="audit.read",
    act=msg("read the audit log"),
    hostless=True,
    secret=True,
)
@option("-u", "--user", type=str, help="Only what this person did, by name or id; me is yourself")
@option("-c", "--command", "wanted", type=str, help="Only this command, as in 'container rm'")
@option("-t", "--target", type=str, help="Only what was about this name")
@option("-o", "--outcome", type=choice(*State), help="Only what ended so, as in failed")
@option("--since", type=SINCE, help="Only since, as in 2h or 2026-06-09T03:00")
@option("--until", type=SINCE, help="Only before this time")
@option("--before", type=whole(1, 2**53), help="Only entries before this number")
@flag("-a", "--all", help="Every step, not only how it ended")
async def audit(  # noqa: PLR0913 - each is one question that people ask
    call: Call,
    *,
    user: str | None,
    wanted: str | None,
    target: str | None,
    outcome: str | None,
    since: Ago | None,
    until: Ago | None,
    before: int | None,
    all: bool,  # noqa: A002 - Docker's word
) -> Reply:
    """Search the audit log, newest first."""
    known = call.services.registry.get(wanted) if wanted else None
    subject = call.services.policy.subject(call.actor.id)
    query = _Query(
        actor=None if user is None else person_of(call, user),
        command=known.name if known else wanted,
        target=target,
        outcome=outcome,
        since=call.epoch(since),
        until=call.epoch(until),
        hosts=subject.hosts if subject else frozenset(),
        asking=call.id,
        minor=frozenset(
            c.name for c in call.services.registry if c.permission.startswith(_ABOUT_ONESELF)
        ),
    )

    page = await call.services.database.read(lambda c: query.page(c, before, every=all))
    return Reply(
        (_verdict(page), *(Text(line(call, entry)) for entry in page.shown)),
        buttons=_pages(call, page.older),
    )


def _verdict(page: _Page) -> Text:
    if page.shown:
        count = len(page.shown)
        return Text(plural("Audit: {count} shown", "Audit: {count} shown, newest first", count))
    if page.older is None:
        return Text(msg("The audit log holds nothing like that."))
    return Text(
        msg("Nothing like that among {count} entries. There are older ones.", count=_ENOUGH)
    )


def _pages(call: Call, older: int | None) -> tuple[tuple[Button, ...], ...]:
    begin = without_option(call, "--before")
    keys = [Button(msg("Newest"), begin, inplace=True)] if begin != call.argv else []
    if older is not None:
        words = with_option(call, "--before", str(older))
        keys.append(Button(msg("Older"), words, inplace=True))
    return (tuple(keys),) if keys else ()

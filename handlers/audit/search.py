"""`/audit`: who did what, the newest first, by person, command, target, outcome and time.

An operation leaves an entry for each of its steps: what was asked, what began, how it ended. Here
one sees how each ended, or how far it is; `--all` shows every step.
"""

from __future__ import annotations

from bot.command.call import Call
from bot.command.kinds import SINCE, Ago, choice, whole
from bot.command.spec import command, flag, option
from bot.message import msg, plural
from bot.reply import Button, Reply, Text
from handlers.audit.entry import line
from storage import audit as log
from storage import calls
from storage.calls import State
from storage.database import Connection

_PAGE = 8
_BATCH = 50
_ENOUGH = 2000  # entries looked through for one page
_STEPS = frozenset({State.REQUESTED.value, State.AWAITING.value, State.STARTED.value})


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
    command = call.services.registry.get(wanted) if wanted else None
    every = all or outcome is not None

    def batch(connection: Connection, before: int | None) -> list[log.Entry]:
        return log.search(
            connection,
            actor=user,
            command=command.name if command else wanted,
            target=target,
            outcome=outcome,
            since=since.epoch(now) if since else None,
            until=until.epoch(now) if until else None,
            before_seq=before,
            limit=_BATCH,
        )

    def read(connection: Connection) -> list[log.Entry]:
        found: list[log.Entry] = []
        at, looked = before, 0
        while len(found) <= _PAGE and looked < _ENOUGH:
            entries = batch(connection, at)
            found += [e for e in entries if every or _is_last(connection, e, call.id)]
            if len(entries) < _BATCH:
                break
            at, looked = entries[-1].seq, looked + _BATCH
        return found[: _PAGE + 1]

    entries = await call.services.database.read(read)
    shown = entries[:_PAGE]
    if not shown:
        return Reply((Text(msg("The audit log holds nothing like that.")),))
    verdict = plural("Audit: {count} entry", "Audit: {count} entries, newest first", len(shown))
    return Reply(
        (Text(verdict), *(Text(line(call, entry)) for entry in shown)),
        buttons=_pages(call, shown[-1].seq, more=len(entries) > _PAGE),
    )


def _is_last(connection: Connection, entry: log.Entry, asking: str) -> bool:
    """Whether its operation has come no further; this search itself is not worth a line."""
    step, id_ = entry.event.get("outcome"), entry.event.get("call")
    if step not in _STEPS or not isinstance(id_, str):
        return True
    known = calls.get(connection, id_)
    return id_ != asking and known is not None and known.state.value == step


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

"""`/audit`: who did what, the newest first, by person, command, target, outcome and time."""

from __future__ import annotations

from collections.abc import Mapping

from bot.command.call import Call
from bot.command.kinds import SINCE, Ago, choice, whole
from bot.command.spec import command, option
from bot.message import Message, Moment, Untrusted, msg, plural
from bot.reply import Button, Fold, Reply, Text
from storage import audit as log
from storage.calls import State

_PAGE = 10


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
async def audit(
    call: Call,
    *,
    user: int | None,
    wanted: str | None,
    target: str | None,
    outcome: str | None,
    since: Ago | None,
    until: Ago | None,
    before: int | None,
) -> Reply:
    """Search the audit log, newest first."""
    now = call.services.clock()
    entries = await call.services.database.read(
        lambda c: log.search(
            c,
            actor=user,
            command=wanted,
            target=target,
            outcome=outcome,
            since=since.epoch(now) if since else None,
            until=until.epoch(now) if until else None,
            before_seq=before,
            limit=_PAGE + 1,
        )
    )
    shown = entries[:_PAGE]
    if not shown:
        return Reply((Text(msg("The audit log holds nothing like that.")),))
    verdict = plural("Audit: {count} entry", "Audit: {count} entries, newest first", len(shown))
    lines = tuple(Text(_line(entry)) for entry in shown)
    older = Button(
        msg("Older"), (*_from_here(call.argv), "--before", str(shown[-1].seq)), inplace=True
    )
    more = ((older,),) if len(entries) > _PAGE else ()
    return Reply((Text(verdict), Fold(lines)), buttons=more)


def _from_here(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The same search without the place where it began."""
    if "--before" not in argv:
        return argv
    at = argv.index("--before")
    return (*argv[:at], *argv[at + 2 :])


def _line(entry: log.Entry) -> Message:
    """One entry: number, time, person, command, targets, outcome."""
    event = entry.event
    at = event.get("at")
    host = event.get("host")
    names = _names(event)
    what = f"{event.get('command', '?')} {names}".strip()
    return msg(
        "#{seq} {time} {who}: {what} {outcome}",
        seq=Untrusted(str(entry.seq)),
        time=Moment(float(at) if isinstance(at, int | float) else 0.0),
        who=Untrusted(str(event.get("name", event.get("actor", "?")))),
        what=Untrusted(f"{what}@{host}" if host else what),
        outcome=Untrusted(str(event.get("outcome", "?"))),
    )


def _names(event: Mapping[str, object]) -> str:
    targets = event.get("targets")
    if not isinstance(targets, list):
        return ""
    return ",".join(str(t.get("name", "?")) for t in targets if isinstance(t, dict))

"""`/report`: how a host did in a day, a week or a month; the verdict first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.charts.sheet import figure
from bot.command.call import Call
from bot.command.kinds import choice
from bot.command.spec import argument, command
from bot.hosts.newer import newer
from bot.hosts.types import Container
from bot.message import Message, Moment, Names, Untrusted, Value, msg, plural
from bot.message import Span as Length
from bot.reply import Block, Button, Reply, Table, Text
from bot.watch.space import space
from handlers.audit.entry import line as audited
from handlers.formatted import refresh
from handlers.offer import may
from handlers.report.measured import DAY, METRICS, Span, line, mean, subjects
from handlers.report.period import Period
from handlers.report.room import pressing, room
from storage import audit, happenings
from storage.happenings import Happening, Kind

_LENGTHS = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY}
_SPANS = {"day": msg("24 hours"), "week": msg("7 days"), "month": msg("30 days")}
_FEW, _TOP, _ENTRIES = 5, 3, 200
_ENDED = frozenset({"finished", "partial", "failed", "unknown"})
_KINDS = {
    Kind.RESTART: msg("restarts"),
    Kind.OOM: msg("out of memory"),
    Kind.UNHEALTHY: msg("unhealthy"),
    Kind.ALERT: msg("alerts"),
}


@command(
    "system report",
    shortcut="report",
    permission="system.report",
    act=msg("report on {host}"),
    cost=10,
    deadline=120.0,
)
@argument("period", required=False, type=choice(*_LENGTHS), default="day")
async def report(call: Call, period: str) -> Reply:
    """Report how a host did: in the last day, week or month.

    What needs you comes first: restarts, what ran out of memory or was unhealthy, alerts; then who
    used most, which images are newer in their registries, and who changed what. How often
    is compared with the time before. Nothing is called well that nobody watched.
    """
    now, length = call.services.clock(), _LENGTHS[period]
    here, before = (
        await _period(call, now - length, now),
        await _period(call, now - 2 * length, now - length),
    )
    containers = await call.host.inventory.containers()
    disk = await space(call.services.database, call.host.name, now)
    matters = (*_matters(here, containers), *pressing(disk, now))
    blocks: list[Block] = [Text(_verdict(call, here, matters, _SPANS[period]))]
    blocks += (Text(one) for one in (*_state(here, containers), *room(disk, now)))
    blocks += _happened(here, before)
    blocks += await _used(call, here)
    blocks += await _newer(call, containers)
    blocks += await _changes(call, here)
    return Reply(tuple(blocks), buttons=_buttons(call, period))


async def _period(call: Call, since: float, until: float) -> Period:
    bot, host = call.services.bot, call.host.name
    found = await call.services.database.read(
        lambda c: happenings.between(c, bot, host, since, until)
    )
    return Period(since, until, found)


def _verdict(call: Call, here: Period, matters: Sequence[Message], span: Message) -> Message:
    """The things that matter most; well only where all was watched."""
    host = Untrusted(call.host.name)
    if matters:
        what = Names(tuple(matters[:_TOP]))
        return msg("{what!c} · {host} · {span}", what=what, host=host, span=span)
    if here.whole:
        return msg("All well · {host} · {span}", host=host, span=span)
    return msg("Nothing bad seen, but not all · {host} · {span}", host=host, span=span)


def _matters(here: Period, containers: Sequence[Container]) -> Iterator[Message]:
    """What needs somebody, the worst first."""
    if firing := sum(one.until is None for one in here.alerts):
        yield plural("{count} alert fires", "{count} alerts fire", firing)
    if sick := sum(one.health == "unhealthy" for one in containers):
        yield plural("{count} is unhealthy", "{count} are unhealthy", sick)
    if oom := here.count(Kind.OOM):
        yield plural("{count} time out of memory", "{count} times out of memory", oom)
    if flips := here.count(Kind.UNHEALTHY):
        yield plural("{count} failed health check", "{count} failed health checks", flips)
    if restarts := here.count(Kind.RESTART):
        yield plural("{count} restart", "{count} restarts", restarts)
    if over := sum(one.until is not None for one in here.alerts):
        yield plural("{count} alert, over", "{count} alerts, over", over)


def _state(here: Period, containers: Sequence[Container]) -> Iterator[Message]:
    """How many run now, and how much of the time was watched."""
    up = sum(one.state == "running" for one in containers)
    yield msg("{up} of {all} run now.", up=up, all=len(containers))
    if not here.whole:
        yield msg(
            "Watched for {there} of {length}: what else happened, I can't know.",
            there=Length(here.watched),
            length=Length(here.until - here.since),
        )


def _happened(here: Period, before: Period) -> Iterator[Block]:
    """How often what happened, against the time before, to whom, and how alerts went."""
    counted = [(k, here.count(k), before.count(k)) for k in _KINDS]
    rows: list[tuple[Value, ...]] = [
        (_KINDS[kind], now, earlier if before.watched else Untrusted("?"))
        for kind, now, earlier in counted
        if now or earlier
    ]
    if rows:
        head = (msg("how often"), msg("now"), msg("before"))
        yield Table(tuple(rows), head, right=frozenset({1, 2}))
    for kind in (Kind.OOM, Kind.UNHEALTHY, Kind.RESTART):
        named = here.names(kind)[:_FEW]
        names = Names(
            tuple(msg("{name} {count}×", name=Untrusted(n), count=times) for n, times in named)
        )
        if named:
            yield Text(msg("{what!c}: {names}", what=_KINDS[kind], names=names))
    for alert in here.alerts[-_FEW:]:
        yield Text(_alert(alert))


def _alert(one: Happening) -> Message:
    """When somebody had it, and when it was over."""
    name = Untrusted(one.subject or one.host)
    what = msg("{rule} of {name}, {time}", rule=Untrusted(one.rule), name=name, time=Moment(one.at))
    taken = None if one.taken is None else Length(one.taken - one.at)
    over = None if one.until is None else Length(one.until - one.at)
    had = msg("taken after {time}", time=taken) if taken else msg("nobody took it")
    end = msg("over after {time}", time=over) if over else msg("fires still")
    return msg("{what}: {had}, {end}.", what=what, had=had, end=end)


async def _used(call: Call, here: Period) -> list[Block]:
    """Who used most CPU and memory, on average."""
    if not may(call, "container stats"):
        return []
    database, host = call.services.database, call.host.name
    await call.services.catch_up(host)
    span, found = Span(here.since, here.until), list[Block]()
    names = await subjects(database, host, span)
    for key in ("cpu", "mem"):
        metric = METRICS[key]
        lines = [await line(database, host, name, metric, span) for name in names]
        lines = sorted((one for one in lines if one.marks), key=mean, reverse=True)[:_TOP]
        rows = tuple((one.name, figure(mean(one), metric.unit)) for one in lines)
        if rows:
            head = (msg("most {metric}", metric=metric.name), msg("mean"))
            found.append(Table(rows, head, right=frozenset({1})))
    return found


async def _newer(call: Call, containers: Sequence[Container]) -> list[Block]:
    """Whose image is newer in its registry; nothing is pulled."""
    if not may(call, "container outdated"):
        return []
    found = await newer(call.host, containers, call.services.registries)
    blocks = list[Block]()
    if new := tuple(one.container.name for one in found if one.outdated):
        blocks.append(Text(msg("Newer images: {names}", names=Names(new[:_FEW]))))
    if failed := sum(one.error is not None for one in found):
        blocks.append(
            Text(
                plural(
                    "{count} image could not be asked for",
                    "{count} images could not be asked for",
                    failed,
                )
            )
        )
    return blocks


async def _changes(call: Call, here: Period) -> list[Block]:
    """Who changed what, the newest first; to a group as the audit itself is shown."""
    chat, policy = call.request.chat, call.services.policy
    shown = chat.private or policy.may_show(chat.id, call.host.name)
    if not (shown and may(call, "audit")):
        return []
    name, registry = call.host.name, call.services.registry
    entries = await call.services.database.read(
        lambda c: audit.search(
            c, since=here.since, until=here.until, hosts=frozenset({name}), limit=_ENTRIES
        )
    )
    found = [one for one in entries if one.event.get("outcome") in _ENDED]
    changed = [
        one
        for one in found
        if one.event.get("host") == name
        and (known := registry.get(str(one.event.get("command")))) is not None
        and known.changes
    ]
    return [Text(audited(call, one)) for one in changed[:_FEW]]


def _buttons(call: Call, period: str) -> tuple[tuple[Button, ...], ...]:
    """Another time, a picture, the same again."""
    host = call.host.name
    others = tuple(
        Button(label, (*call.command.path, key), inplace=True, host=host)
        for key, label in _SPANS.items()
        if key != period
    )
    chart = Button(
        msg("Chart of {host}", host=Untrusted(host)),
        ("container", "chart", "cpu", f"{_LENGTHS[period]:g}s"),
        host=host,
    )
    pictures = (chart,) if may(call, "container chart") else ()
    return (*others, refresh(call)), pictures

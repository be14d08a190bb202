"""Timelines: a text that says what happens, and what a chat is told by when.

    rule: cpu-high cpu > 80%, clear cpu < 70%, for 5m
    series: web cpu 10x5 95x10 10x5     five samples a minute apart at 10 %, ten at 95 %, …
    at 6m: nothing
    at 10m: firing cpu-high web
    at 15m: resolved cpu-high web after 5m

Other things that happen: `event 2m: web die exitCode=1`, `engine 3m: down` and `up`, `chat 1m:
down` and `up`, `bot 4m: restart`, `take 5m: web for 4h`, `snooze 5m: web for 1h`,
`remove 6m: cpu-high` of a rule. An `at` says all
that is told after the `at` before it. What rings has a `!`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bot.command.kinds import seconds
from bot.watch.alert import Alert
from bot.watch.calendar import EVERY_DAY, Maintenance, Silence, Window
from bot.watch.condition import condition
from bot.watch.notice import Audience, Kind
from bot.watch.rule import DEFAULTS, Missing, Rule, Severity, Step
from bot.watch.subject import Selector, selector
from tests.watch.world import CHAT, Told, World

SECOND = 43


@dataclass
class Timeline:
    """What a text says: rules, deeds by their time, and what is expected by when."""

    rules: list[Rule] = field(default_factory=list)
    deeds: list[tuple[float, Callable[[World], None]]] = field(default_factory=list)
    expected: list[tuple[float, str]] = field(default_factory=list)
    audience: Audience = field(default_factory=lambda: Audience((CHAT,)))
    grace: float = 0.0


def check(text: str) -> None:
    """Play a timeline; what is told must be what it says."""
    timeline = read(text)
    world = World(tuple(timeline.rules), timeline.audience, timeline.grace)
    begun, seen = world.now, 0
    ats = sorted({at for at, _ in timeline.expected})
    deeds = sorted(timeline.deeds, key=lambda deed: deed[0])
    world.look()
    for at in ats:
        while world.now < begun + at:
            following = deeds[0][0] if deeds else at
            if following <= world.now - begun:
                deeds.pop(0)[1](world)
                world.look()
                continue
            world.advance(min(15.0, begun + min(at, following) - world.now))
        while deeds and deeds[0][0] <= at:
            deeds.pop(0)[1](world)
            world.look()
        told = [one for t in world.told[seen:] for one in _lines(world, t)]
        seen = len(world.told)
        wanted = [what for when, what in timeline.expected if when == at and what != "nothing"]
        assert told == wanted, f"by {at / 60:g}m: {told}, not {wanted}"


def read(text: str) -> Timeline:
    """Read a timeline."""
    timeline = Timeline()
    for line in text.splitlines():
        said = line.partition("#")[0].strip()
        if not said:
            continue
        head, _, rest = said.partition(":")
        word, _, when = head.partition(" ")
        rest = rest.strip()
        if word == "at":
            timeline.expected.append((seconds(when), rest))
        elif word in _SETTINGS:
            _SETTINGS[word](timeline, rest)
        else:
            timeline.deeds += _deeds(word, seconds(when) if when else 0.0, rest)
    return timeline


def _rule(timeline: Timeline, text: str) -> None:
    parts = text.split(", ")
    name, _, when = parts[0].partition(" ")
    said = dict(part.split(" ", 1) for part in parts[1:])
    timeline.rules.append(
        Rule(
            name,
            condition(when, said.get("clear")),
            on=selector(said.get("on", "")),
            wait=seconds(said.get("for", "0s")),
            keep=seconds(said.get("keep", "0s")),
            severity=Severity[said.get("severity", "warning").upper()],
            missing=Missing(said.get("missing", "stale")),
            chain=tuple(Step(SECOND, seconds(s)) for s in [said["then"]] if s)
            if "then" in said
            else (),
            repeat=seconds(said.get("repeat", "0s")),
        )
    )


def _window(text: str) -> Window:
    """`03:00-04:00`, then a zone and the numbers of days, 0 for Monday, if they are said."""
    hours, *said = text.split()
    start, _, end = hours.partition("-")
    zone = said[0] if said else "UTC"
    days = frozenset(map(int, said[1:])) or EVERY_DAY
    return Window(_minutes(start), _minutes(end), zone, days)


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def _held(timeline: Timeline, text: str) -> None:
    held = (Maintenance(_window(text), Selector()),)
    timeline.audience = Audience((CHAT,), held, timeline.audience.quiet)


def _quiet(timeline: Timeline, text: str) -> None:
    timeline.audience = Audience((CHAT,), timeline.audience.held, {CHAT: _window(text)})


def _grace(timeline: Timeline, text: str) -> None:
    timeline.grace = seconds(text)


_SETTINGS: dict[str, Callable[[Timeline, str], None]] = {
    "rule": _rule,
    "maintenance": _held,
    "quiet": _quiet,
    "grace": _grace,
    "defaults": lambda timeline, _: timeline.rules.extend(DEFAULTS),
}


def _deeds(word: str, at: float, rest: str) -> Iterator[tuple[float, Callable[[World], None]]]:
    name, _, more = rest.partition(" ")
    match word:
        case "series":
            yield from _series(name, *more.split())
        case "event":
            yield at, _event(rest)
        case "engine":
            yield at, lambda world: _engine(world, up=rest == "up")
        case "chat":
            yield at, lambda world: setattr(world, "online", rest == "up")
        case "shut":
            yield at, lambda world: setattr(world, "shut", frozenset({CHAT}))
        case "bot":
            yield at, World.restart
        case "take" | "snooze":
            length = seconds(more.removeprefix("for "))
            yield at, lambda world: getattr(world, word)(name, length)
        case "silence":
            yield at, lambda world: _silence(world, name, seconds(more.removeprefix("for ")))
        case "remove":
            yield at, lambda world: world.adopt(tuple(r for r in world.rules if r.name != name))
        case _:
            raise ValueError(word)


def _engine(world: World, *, up: bool) -> None:
    world.reachable = up
    if up:
        world.board.started("nas", world.now)


def _silence(world: World, name: str, length: float) -> None:
    world.silence(Silence("s", Selector(name=name), world.now + length, "ops-1"))


def _event(rest: str) -> Callable[[World], None]:
    name, action, *attributes = rest.split()
    more = dict(attribute.split("=") for attribute in attributes)
    action = f"health_status: {action}" if action.endswith("healthy") else action
    return lambda world: world.happens(name, action, **more)


def _series(
    name: str, metric: str, *values: str
) -> Iterator[tuple[float, Callable[[World], None]]]:
    yield 0.0, lambda world: world.happens(name, "start")
    at = 0.0
    for value in values:
        figure, _, count = value.partition("x")
        for _ in range(int(count or 1)):
            yield at, _measured(name, metric, figure)
            at += 60.0


def _measured(name: str, metric: str, figure: str) -> Callable[[World], None]:
    def measure(world: World) -> None:
        if figure == "-":
            world.figures.pop((name, metric), None)
        else:
            world.figures[name, metric] = float(figure)

    return measure


def _lines(world: World, told: Told) -> Iterator[str]:
    """What was told, as a timeline says it."""
    notice, alerts = told.notice, world.board.alerts
    sign = "!" if notice.rings else ""
    other = " to second" if notice.card.chat == SECOND else ""
    if told.kind is Kind.RESOLVED:
        for member in notice.members:
            spent = (member.ended or 0.0) - member.since
            yield f"resolved {_named(alerts[member.key])} after {_span(spent)}{other}"
        return
    word = {
        Kind.AGAIN: "again",
        Kind.MORE: "more",
        Kind.CARD: "firing" if told.new else "edit",
    }[told.kind]
    names = []
    for member in notice.members:
        alert = alerts[member.key]
        mark = "-" if member.over else "?" if alert.stale else ""
        names.append(f"{alert.subject.name or alert.subject.host}{mark}")
    yield f"{word}{sign} {notice.card.topic} {' '.join(names)}{other}"


def _named(alert: Alert) -> str:
    return f"{alert.rule} {alert.subject.name or alert.subject.host}"


def _span(length: float) -> str:
    return f"{length / 60:g}m" if length >= 60 else f"{length:g}s"

"""The overview of `/ps`: what needs the reader first, one line a stack, the whole list folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.command.argv import with_options
from bot.command.call import Call
from bot.hosts.types import Container
from bot.message import Message, Untrusted, msg, plural
from bot.reply import Block, Button, Fold, Reply, Table, Text
from bot.reply.containers import sign_of, state_of
from handlers.formatted import refresh
from handlers.offer import may

_SHOWN = 8
_STACKS = 6
_FOLDED = 40
_CARDS, _A_ROW = 4, 2
_WIDTH = 30  # characters of a line in monospace, with room for a word behind it


def overview(call: Call, rows: Sequence[Container], every: int) -> Reply:
    """The rows, of `every` container that there is."""
    bad = sorted((c for c in rows if c.needs_you), key=lambda c: c.health == "unhealthy")
    blocks: list[Block] = [Text(_verdict(call, rows, len(bad)))]
    if bad:
        blocks.append(table(bad[:_SHOWN]))
    if len(bad) > _SHOWN:
        blocks.append(Text(msg("and {more} more below", more=len(bad) - _SHOWN)))
    if rows:
        blocks += [*_stacks(rows), _folded(rows)]
    return Reply(tuple(blocks), buttons=_buttons(call, rows, bad[:_CARDS], every))


def count(call: Call, rows: Sequence[Container]) -> Message:
    """The host, and how many there are."""
    host = Untrusted(call.host.name)
    if not rows:
        return msg("{host}: no containers", host=host)
    return plural("{host}: {count} container", "{host}: {count} containers", len(rows), host=host)


def table(rows: Sequence[Container]) -> Table:
    """Each with its sign, and how it is."""
    return Table(tuple((signed(c), state_of(c)) for c in rows))


def signed(container: Container) -> Untrusted:
    """Its name behind its sign."""
    return Untrusted(f"{sign_of(container)} {container.name.raw}")


def _verdict(call: Call, rows: Sequence[Container], bad: int) -> Message:
    """All is well only where all was looked at."""
    host = Untrusted(call.host.name)
    if not rows:
        return count(call, rows)
    asked = call.params
    if not bad and (asked["wanted"] or (asked["last"] or 0) > 0 or asked["latest"]):
        return plural(
            "{host}: {count} container, it is well",
            "{host}: {count} containers, all well",
            len(rows),
            host=host,
        )
    if not bad:
        return msg("{host}: all well", host=host)
    return plural(
        "{host}: {count} of {all} needs you",
        "{host}: {count} of {all} need you",
        bad,
        host=host,
        all=len(rows),
    )


def _folded(rows: Sequence[Container]) -> Fold:
    """The whole list; of a very long one what needs somebody, and then as many as fit."""
    if len(rows) <= _FOLDED:
        return Fold((table(rows),))
    first = sorted(rows, key=lambda c: not c.needs_you)[:_FOLDED]
    return Fold((table(first), Text(msg("and {more} more", more=len(rows) - _FOLDED))))


def _stacks(rows: Sequence[Container]) -> Iterator[Text]:
    """How much of each stack is well, those that are not whole first; all others are one figure."""
    names = [c.project.raw if c.project else "" for c in rows]
    total = Counter(names)
    well = Counter(
        name
        for name, c in zip(names, rows, strict=True)
        if c.state == "running" and not c.needs_you
    )
    stacks = sorted(filter(None, total), key=lambda n: (well[n] == total[n], n))[:_STACKS]
    for line in _lines([f"{n} {well[n]}/{total[n]}" for n in stacks]):
        yield Text(msg("{stacks} ok", stacks=Untrusted(line)))
    others = total.total() - sum(total[n] for n in stacks)
    if others:
        left = well.total() - sum(well[n] for n in stacks)
        text = msg("others {up}/{all} ok") if stacks else msg("{up} of {all} ok")
        yield Text(text.having(up=left, all=others))


def _lines(words: Iterable[str]) -> Iterator[str]:
    """The words in as few lines as a phone's width allows."""
    line = ""
    for word in words:
        joined = f"{line} · {word}" if line else word
        if line and len(joined) > _WIDTH:
            yield line
            line = word
        else:
            line = joined
    if line:
        yield line


def cards(call: Call, rows: Sequence[Container]) -> tuple[tuple[Button, ...], ...]:
    """A button for each that opens its card, a few in a row; none for what could be an option."""
    keys = [
        Button(msg("{name}", name=c.name), ("container", "card", c.name.raw), host=call.host.name)
        for c in rows
        if c.name.raw[:1].isalnum()
    ]
    return tuple(tuple(keys[at : at + _A_ROW]) for at in range(0, len(keys), _A_ROW))


def opener(call: Call, every: int, shown: int) -> tuple[Button, ...]:
    """A button that asks whose card to open, where not every container has one of its own."""
    if every <= shown:
        return ()
    return (Button(msg("Open…"), ("container", "card"), host=call.host.name),)


def _stack(call: Call, rows: Sequence[Container]) -> tuple[Button, ...]:
    """A button that asks which stack to look into, where the overview has a line for some."""
    if not any(c.project for c in rows) or not may(call, "stack ps"):
        return ()
    return (Button(msg("Stack…"), ("stack", "ps"), host=call.host.name),)


def _buttons(
    call: Call, rows: Sequence[Container], bad: Sequence[Container], every: int
) -> tuple[tuple[Button, ...], ...]:
    whole = Button(
        msg("All {count}", count=every),
        with_options(call, {"--show": "all", "--page": "1"}),
        inplace=True,
        host=call.host.name,
    )
    more = (
        (whole, *opener(call, every, len(bad)), *_stack(call, rows), refresh(call))
        if every
        else (refresh(call),)
    )
    return (*cards(call, bad), more)

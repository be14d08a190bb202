"""How an upgrade ended, in words: which of the two runs now comes first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.command.call import Call
from bot.errors import BotError
from bot.message import Message, Names, Span, Untrusted, msg
from bot.pipeline.told import outcome_of
from bot.reply import Block, Button, Excerpt, Fold, Outcome, Reply, Text
from handlers.container.upgrade.end import End
from handlers.offer import may

_SHORT = 12
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one container: the verdict, and what stands below it."""

    name: Untrusted
    verdict: Message
    blocks: tuple[Block, ...]
    outcome: Outcome


def short(image_id: str) -> Untrusted:
    """An image's id as people know it."""
    return Untrusted(image_id.removeprefix("sha256:")[:_SHORT])


def ended(name: Untrusted, shown: Untrusted, end: End, *, image: Untrusted) -> Told:
    """Of a switch; `image` is the name of what was to run."""
    return (_done if end.new else _undone)(name, shown, end, image)


def unchanged(name: Untrusted, shown: Untrusted, image: Untrusted) -> Told:
    """There was nothing newer."""
    verdict = msg("{name} is up to date: {image}", name=shown, image=image)
    return Told(name, verdict, (), Outcome.FINISHED)


def skipped(name: Untrusted, shown: Untrusted, image: Untrusted) -> Told:
    """What is newest was tried before."""
    verdict = msg("{name} is left as it is: {image}", name=shown, image=image)
    why = msg("The newest one was not well before. A schedule takes the next one.")
    return Told(name, verdict, (Text(why),), Outcome.FINISHED)


def failed(name: Untrusted, shown: Untrusted, error: BotError) -> Told:
    """It came to an error; what its verdict says is said by ours."""
    outcome = outcome_of(error)
    sign = msg("? upgrade {name}") if outcome is Outcome.UNKNOWN else msg("Not upgraded: {name}")
    lines = error.hints if _is_verdict(error.message) else (error.message, *error.hints)
    why = tuple(map(Text, lines))
    return Told(name, sign.having(name=shown), why, outcome)


def pulled(name: Untrusted, shown: Untrusted, image: Untrusted) -> Told:
    """It was killed before anything was done about the container, and after the pull."""
    why = msg("I was stopped before it began.")
    moved = msg("{image} is another image by now. The container is as it was.", image=image)
    verdict = msg("Not upgraded: {name}", name=shown)
    return Told(name, verdict, (Text(why), Text(moved)), Outcome.FAILED)


def not_begun(name: Untrusted, shown: Untrusted, why: Sequence[Message]) -> Told:
    """It can't be done, or was not; nothing was changed."""
    blocks = (*map(Text, why), Text(msg("Nothing was changed.")))
    return Told(name, msg("Not upgraded: {name}", name=shown), blocks, Outcome.FAILED)


def reply(call: Call, every: Sequence[Told], left_out: Sequence[Message] = ()) -> Reply:
    """One is told as it is; of several how many, those first that need somebody.

    `left_out` says why others were never begun.
    """
    outcome, others = _outcome(every), tuple(_others(left_out))
    if len(every) == 1:
        (one,) = every
        blocks = [Text(one.verdict), *one.blocks, *others]
        return Reply(tuple(blocks), buttons=_buttons(call, one), outcome=outcome)
    done = sum(one.outcome is Outcome.FINISHED for one in every)
    host = Untrusted(call.host.name)
    blocks = [Text(msg("{host}: {done} of {all} done", host=host, done=done, all=len(every)))]
    for one in sorted(every, key=lambda one: one.outcome is Outcome.FINISHED):
        blocks += [Text(one.verdict, strong=one.outcome is not Outcome.FINISHED), *one.blocks]
    return Reply((*blocks, *others), outcome=outcome)


def _others(left_out: Sequence[Message]) -> Iterator[Block]:
    if left_out:
        lines = tuple(map(Text, left_out))
        yield Text(msg("Left as they are:"))
        yield from lines if len(lines) <= _SHOWN else (Fold(lines),)


def _done(name: Untrusted, shown: Untrusted, end: End, image: Untrusted) -> Told:
    blocks: list[Block] = [Text(line) for line in end.why]
    if end.away:
        blocks.append(Text(msg("Away {time}.", time=Span(end.away))))
    if end.kept:
        kept = msg("The old one could not be removed: {names}", names=Names(end.kept))
        blocks.append(Text(kept))
    if end.spared:
        blocks.append(Text(msg("It was not started, so nothing shows that it is well.")))
        spared = msg("The old one is kept until you remove it: {names}", names=Names(end.spared))
        blocks.append(Text(spared))
    verdict = msg("Upgraded {name}: {image}", name=shown, image=image)
    return Told(name, verdict, tuple(blocks), Outcome.PARTIAL if end.why else Outcome.FINISHED)


def _undone(name: Untrusted, shown: Untrusted, end: End, image: Untrusted) -> Told:
    verdict = msg("{name}: upgrade undone", name=shown)
    outcome = Outcome.CANCELLED if end.cancelled else Outcome.FAILED
    return Told(name, verdict, tuple(_back(end)), outcome)


def _back(end: End) -> Iterator[Block]:
    yield from map(Text, end.why)
    if end.printed is not None:
        yield Excerpt(end.printed)
    if end.down:
        names = Names(end.down)
        yield Text(msg("It was put back and started, and does not run: {names}", names=names))
    elif end.away:
        yield Text(msg("The old one is back, after {time}.", time=Span(end.away)))
    elif end.touched:
        yield Text(msg("The old one is back."))
    else:
        yield Text(msg("The old one is as it was."))
    if end.unwell:
        yield Text(msg("Schedules skip this image until a newer one comes."))


def _buttons(call: Call, one: Told) -> tuple[tuple[Button, ...], ...]:
    if not (one.name.raw[:1].isalnum() and may(call, "container logs")):
        return ()
    argv = ("container", "logs", one.name.raw)
    return ((Button(msg("Logs"), argv, host=call.host.name),),)


def _is_verdict(message: Message) -> bool:
    return message.one in {"Not done: {what}", "Stopped: {what}"}


def _outcome(every: Sequence[Told]) -> Outcome:
    found = {one.outcome for one in every}
    if len(found) == 1:
        return found.pop()
    return Outcome.UNKNOWN if Outcome.UNKNOWN in found else Outcome.PARTIAL

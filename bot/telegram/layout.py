"""Blocks laid out for a phone: what is seen at once, and what waits behind a fold.

A line of monospace holds 34 characters, a screen 12 such lines. A table or excerpt that is little
longer stays whole: its fold would take the place of what it hides. Of a longer one the end (of a
log) or the beginning stays, and the rest goes into an expandable quote, above or below it. Inside a
quote monospace text is `code`, as one entity: apps draw a `pre` there with a frame of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile

from bot.message import Message, Untrusted
from bot.reply.columns import lines as table_lines
from bot.reply.columns import width
from bot.reply.filling import fill
from bot.reply.model import Block, Excerpt, Filled, Fold, Table, Text
from bot.reply.redact import Redactor, masked_at
from bot.reply.regions import apart
from bot.reply.untrusted import CUT, cut, safe
from bot.reply.words import Run, Style, Words
from bot.telegram.markup import Kind, Mark, Rich, fitting, units

COLUMNS = 34
SCREEN = 12
_SPARE = 3  # what a folded quote takes itself
_INLINE = 256  # characters of one value within a sentence
_CROWD = 30  # values in one sentence, above which all of it becomes code


@dataclass(frozen=True, slots=True)
class Sentence:
    """A worded line."""

    runs: tuple[Run, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Bulk:
    """Lines of monospace. `tail` keeps their end where they must be cut."""

    lines: Sequence[str]
    tail: bool = False


@dataclass(frozen=True, slots=True)
class Folded:
    """What is behind a fold."""

    blocks: tuple[Sentence | Bulk, ...]


Worded = Sentence | Bulk | Folded


class Typist:
    """Puts blocks into words, with secrets masked."""

    def __init__(self, words: Words, redactor: Redactor) -> None:
        self._words = words
        self._redactor = redactor

    def blocks(self, blocks: Iterable[Block]) -> list[Worded]:
        """What there is to lay out; the first is the verdict."""
        worded = [self._block(block) for block in blocks]
        if worded and isinstance(worded[0], Sentence):
            worded[0] = replace(worded[0], strong=True)
        return [block for block in worded if not _empty(block)]

    def sentence(self, message: Message, *, strong: bool = False) -> Sentence:
        """A message with what is too long or too much for a sentence made shorter."""
        runs = self._masked(self._words.runs(message))
        short = tuple(replace(run, text=cut(run.text, _INLINE)) for run in runs)
        if sum(run.style is not Style.PLAIN for run in short) > _CROWD:
            short = (Run("".join(run.text for run in short), Style.CODE),)
        return Sentence(short, strong)

    def _block(self, block: Block) -> Worded:
        if isinstance(block, Fold):
            inner = [self._part(part) for part in block.blocks]
            return Folded(tuple(part for part in inner if not _empty(part)))
        return self._part(block)

    def whole(self, block: Table | Filled) -> str:
        """All of a block as text, cut nowhere: what a file holds."""
        part = self._part(replace(block, width=None))
        return "".join(f"{line}\n" for line in part.lines) if isinstance(part, Bulk) else ""

    def _part(self, block: Text | Table | Excerpt | Filled) -> Sentence | Bulk:
        match block:
            case Filled():
                return self._part(fill(block, self._redactor.json))
            case Text(message, strong):
                return self.sentence(message, strong=strong)
            case Table():
                return Bulk(table_lines(block, self._words, self._redactor))
            case Excerpt(text, tail):
                shown = safe(Untrusted(self._redactor.text(text.raw)), lines=True)
                return Bulk(_unblank(shown.rstrip("\n ").split("\n")), tail)

    def _masked(self, runs: tuple[Run, ...]) -> tuple[Run, ...]:
        """Secrets are looked for in the whole sentence: `{name}={value}` gives one away."""
        secret = self._redactor.regions("".join(run.text for run in runs))
        if not secret:
            return runs
        here = apart(secret, [run.text for run in runs])
        return tuple(
            replace(run, text=masked_at(run.text, regions))
            for run, regions in zip(runs, here, strict=True)
        )


def _unblank(lines: list[str]) -> list[str]:
    """Without blank lines at the beginning: alone behind a fold, they are a quote of nothing."""
    return list(dropwhile(lambda line: not line.strip(), lines))


def lay_out(blocks: Iterable[Worded], room: int | None = None) -> Rich:
    """One text of it all. `room` is how many UTF-16 units each bulk may take."""
    page = _Page()
    for block in blocks:
        match block:
            case Sentence():
                page.sentence(block)
            case Bulk():
                page.bulk(_within(block, room))
            case Folded(inner):
                page.fold([_within(b, room) if isinstance(b, Bulk) else b for b in inner])
    return page.rich()


class _Page:
    """A text that grows by lines."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._marks: list[Mark] = []
        self._fresh = True

    def rich(self) -> Rich:
        """What has been written."""
        return Rich("".join(self._pieces), tuple(self._marks))

    def sentence(self, sentence: Sentence) -> None:
        """Write a line."""
        self._line()
        for run in sentence.runs:
            if run.style is Style.CODE:
                self._write(run.text, Kind.CODE)
            elif sentence.strong:
                self._write(run.text, Kind.BOLD)
            else:
                self._write(run.text, Kind.TAPPABLE if run.style is Style.TAPPABLE else None)

    def bulk(self, bulk: Bulk) -> None:
        """Write monospace, with what is more than a screen behind a fold."""
        shown, hidden = _screen(bulk)
        if bulk.tail and hidden:
            self.fold([Bulk(hidden)])
        self._line()
        self._write("\n".join(shown), Kind.PRE)
        if hidden and not bulk.tail:
            self.fold([Bulk(hidden)])

    def fold(self, blocks: Sequence[Sentence | Bulk]) -> None:
        """Write a quote that opens when tapped."""
        if not blocks:
            return
        self._line()
        start, first = self._length, len(self._marks)
        for block in blocks:
            if isinstance(block, Sentence):
                self.sentence(block)
            else:
                self._line()
                self._write("\n".join(block.lines), Kind.CODE)
        self._marks.insert(first, Mark(Kind.QUOTE, start, self._length))

    def _line(self) -> None:
        """Begin a line, unless one has just begun."""
        if not self._fresh:
            self._write("\n")
            self._fresh = True

    def _write(self, text: str, kind: Kind | None = None) -> None:
        start, self._length = self._length, self._length + len(text)
        self._pieces.append(text)
        self._fresh = False
        last = self._marks[-1] if self._marks else None
        if kind is None or not text:
            return
        if last and last.kind is kind and last.end == start and kind is not Kind.TAPPABLE:
            self._marks[-1] = replace(last, end=self._length)
        else:
            self._marks.append(Mark(kind, start, self._length))


def _empty(block: Worded) -> bool:
    match block:
        case Sentence(runs):
            return not runs
        case Bulk(lines):
            return not any(map(str.strip, lines))
        case Folded(blocks):
            return not blocks


def _screen(bulk: Bulk) -> tuple[Sequence[str], Sequence[str]]:
    """The lines that are seen at once, and the others. A long line takes several rows."""
    rows = [max(1, -(-width(line) // COLUMNS)) for line in bulk.lines]
    if sum(rows) <= SCREEN + _SPARE:
        return bulk.lines, ()
    seen = _count(rows[::-1] if bulk.tail else rows, SCREEN)
    if bulk.tail:
        return bulk.lines[-seen:], bulk.lines[:-seen]
    return bulk.lines[:seen], bulk.lines[seen:]


def _within(bulk: Bulk, room: int | None) -> Bulk:
    """As many lines as there is room for, and a "…" where some are missing."""
    sizes = [units(line) + 1 for line in bulk.lines]
    if room is None or sum(sizes) <= room:
        return bulk
    kept = _count(sizes[::-1] if bulk.tail else sizes, room)
    lines = bulk.lines[-kept:] if bulk.tail else bulk.lines[:kept]
    if kept == 1:
        lines = [cut(lines[0], max(fitting(lines[0], room), 1))]
    return replace(bulk, lines=[CUT, *lines] if bulk.tail else [*lines, CUT])


def _count(sizes: Iterable[int], room: int) -> int:
    """How many of them fit, but at least one."""
    total = kept = 0
    for size in sizes:
        total += size
        if total > room:
            break
        kept += 1
    return max(kept, 1)

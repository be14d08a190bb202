"""What a template makes of rows: lines, or a table. Secrets are masked before they are taken apart.

A key tells that its value is a secret, and a template can take the value alone; so what goes into
one is masked first, by its keys, and what comes out is masked again, as all text is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from bot.message import Message, Untrusted
from bot.reply.evaluation import WORK, Enough, Evaluation, Misfit, Row
from bot.reply.model import Excerpt, Filled, Table
from bot.reply.template import LABEL, Expression, Field, Function, Literal, Template
from bot.reply.untrusted import CUT

_MOST = 500_000  # characters that come out: more than anybody reads on a phone
# What Docker writes above a column, where that is not the field's name.
_HEADS = {
    "RunningFor": "CREATED",
    "CreatedSince": "CREATED",
    "CPUPerc": "CPU %",
    "MemUsage": "MEM USAGE / LIMIT",
    "MemPerc": "MEM %",
    "NetIO": "NET I/O",
    "BlockIO": "BLOCK I/O",
}
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def misfit(template: Template, row: Row) -> tuple[Message, ...]:
    """Why it does not fit what it is to be filled with, and what would; () if it does."""
    evaluation = Evaluation(row)
    try:
        for piece in template.pieces:
            if not isinstance(piece, str):
                evaluation.value(piece)
    except Misfit as error:
        return error.told
    except Enough:
        pass
    return ()


def fill(filled: Filled, mask: Callable[[Any], Any]) -> Table | Excerpt:
    """A line for each row; for a table a row, with a head. `mask` masks what JSON can hold."""
    lines = tuple(_lines(filled, mask))
    if not filled.template.table:
        return Excerpt(Untrusted("\n".join(lines)), tail=False)
    rows = (tuple(map(Untrusted, line.split("\t"))) for line in (_head(filled.template), *lines))
    return Table(tuple(rows), width=filled.width)


def _lines(filled: Filled, mask: Callable[[Any], Any]) -> Iterator[str]:
    room, work = _MOST, WORK
    for row in filled.rows:
        evaluation = Evaluation(mask(dict(row)), flat=filled.flat, left=work)
        try:
            line = "".join(
                piece if isinstance(piece, str) else _value(evaluation.printed(piece), filled)
                for piece in filled.template.pieces
            )
        except Enough:
            yield CUT
            return
        yield line if len(line) <= room else line[:room] + CUT
        room, work = room - len(line), evaluation.left
        if room <= 0:
            return


def _value(text: str, filled: Filled) -> str:
    """What was printed; of a row it is no other row, nor another column."""
    if filled.template.table:
        text = text.replace("\t", " ")
    return text.replace("\r", "\\r").replace("\n", "\\n") if filled.flat else text


def _head(template: Template) -> str:
    """The names of the fields, each where its value stands below."""
    return "".join(p if isinstance(p, str) else _column(_title(p)) for p in template.pieces)


def _column(name: str) -> str:
    return _HEADS.get(name) or _WORD.sub(" ", name).upper()


def _title(expression: Expression) -> str:
    match expression:
        case Field(path, base):
            return path[-1] if path else _title(base) if base is not None else ""
        case Function(name, (Literal(text), *_)) if name == LABEL:
            return str(text).rpartition(".")[2]
        case Function(_, arguments):
            return next(filter(None, map(_title, arguments)), "")
        case Literal(value):
            return value if isinstance(value, str) and not value.strip() else ""

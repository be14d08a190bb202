"""A reply becomes messages: words, HTML, the same in plain text, keyboards and files.

The first block is the verdict and stands in bold, but for the names in it, which are code. What
does not fit into a few messages is cut, the least important end first, and all of it goes along as
a file. Secrets are masked before anything is cut, so that no half of one is left at a seam.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.message import msg
from bot.reply.columns import width
from bot.reply.model import Button, Document, Reply
from bot.reply.redact import Redactor
from bot.reply.untrusted import CUT, file_name, without_half_escape
from bot.reply.words import Words
from bot.telegram.layout import Bulk, Folded, Typist, Worded, lay_out
from bot.telegram.markup import Rich, units
from bot.telegram.outgoing import File
from bot.telegram.split import CAPTION, LIMIT, split

PARTS = 3
LABEL = 30
_LABEL_END = 10  # of a label that is cut: the host is at its end
_LEAST = 256  # UTF-16 units of each table or excerpt, however many there are
_MARGIN = 8  # for the lines that say that something is missing
_ALL = msg("All of it, as a file")
_NOTHING = "–"
_OUTPUT, _PICTURE = "output.txt", "chart.png"


@dataclass(frozen=True, slots=True)
class Part:
    """One message, or one file with its caption. `plain` and `entities` say the same as `html`."""

    html: str
    plain: str
    entities: tuple[dict[str, Any], ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    document: File | None = None


Rendered = tuple[Part, ...]


def render(
    reply: Reply,
    words: Words,
    redactor: Redactor,
    *,
    parts: int = PARTS,
    files: bool = True,
    picture: bytes | None = None,
) -> Rendered:
    """The messages of a reply: first the texts, at most `parts`, the last with the buttons.

    Files follow. Without `files` none is sent, and what does not fit is left out: for a message
    that is edited again and again. A `picture` has the first text below it.
    """
    limit = LIMIT if picture is None else CAPTION
    typist = Typist(words, redactor)
    blocks = typist.blocks(reply.blocks)
    whole = lay_out(blocks, room=None if files else parts * LIMIT)
    texts = split(whole, limit)
    missing = len(texts) > parts
    if missing:
        texts = split(lay_out(blocks, _room(blocks)), limit)[:parts]
    texts = texts or [Rich(_NOTHING)]
    last = len(texts) - 1
    messages = [_part(text, reply.buttons if n == last else ()) for n, text in enumerate(texts)]
    if picture is not None:
        messages[0] = replace(messages[0], document=File(_PICTURE, picture, picture=True))
    if not files:
        return tuple(messages)
    if missing:
        output = File(_OUTPUT, whole.text.encode())
        messages.append(_part(lay_out([typist.sentence(_ALL)]), document=output))
    return (*messages, *(_file(document, typist, redactor) for document in reply.documents))


def label(button: Button, words: Words, redactor: Redactor) -> str:
    """What stands on a button: at most 30 columns, cut in the middle, so that the host stays."""
    text = redactor.text(words.plain(button.label))
    if width(text) <= LABEL:
        return text
    end = text[-_LABEL_END:]
    while width(end) > _LABEL_END:
        end = end[1:]
    start = text
    while width(start) > LABEL - len(CUT) - width(end):
        start = start[:-1]
    return without_half_escape(start) + CUT + end


def _part(
    rich: Rich,
    buttons: tuple[tuple[Button, ...], ...] = (),
    document: File | None = None,
) -> Part:
    return Part(rich.html(), rich.text, rich.entities(), buttons, document)


def _room(blocks: Sequence[Worded]) -> int:
    """What each table or excerpt may take, for all to fit into one message."""
    bulks = sum(map(_bulks, blocks))
    sentences = units(lay_out(blocks, room=0).text)
    return max((LIMIT - sentences) // max(bulks, 1) - _MARGIN, _LEAST)


def _bulks(block: Worded) -> int:
    if isinstance(block, Folded):
        return sum(map(_bulks, block.blocks))
    return isinstance(block, Bulk)


def _file(document: Document, typist: Typist, redactor: Redactor) -> Part:
    caption = lay_out([typist.sentence(document.caption)] if document.caption else [])
    short = next(iter(split(caption, CAPTION)), Rich(""))
    content = document.content
    if isinstance(content, bytes):
        content = _masked(content, redactor)
    elif not isinstance(content, Path):
        content = typist.whole(content).encode()
    return _part(short, document=File(file_name(document.name), content))


def _masked(content: bytes, redactor: Redactor) -> bytes:
    """A file is redacted, text or not; JSON by its keys, so that nothing of a value is left."""
    text = content.decode("utf-8", "surrogateescape")
    if text[:1] in {"{", "["}:
        try:
            masked = redactor.json(json.loads(text))
        except (ValueError, RecursionError):
            return redactor.text(text).encode("utf-8", "surrogateescape")
        return json.dumps(masked, indent=2, ensure_ascii=False).encode()
    return redactor.text(text).encode("utf-8", "surrogateescape")

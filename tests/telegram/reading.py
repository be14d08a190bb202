"""A message as Telegram would read it: strictly, by the sandbox's own parser."""

from __future__ import annotations

from bot.telegram.render import Part
from sandbox.text.entity import Entity, span, units
from sandbox.text.formatted import RAW_BYTES, Formatted, read, shown
from sandbox.text.links import tappable

CODE = {"code", "pre"}


def parsed(part: Part) -> Formatted:
    """What the HTML says, checked to be within every limit, and to be what the plain text says.

    A tag that is not balanced, or an entity that is not closed, is refused by the parser.
    """
    formatted = read(part.html, "HTML")
    assert len(part.html.encode()) <= RAW_BYTES
    assert units(formatted.text) <= (1024 if part.document else 4096)
    assert formatted.text == part.plain
    assert sorted(map(_key, formatted.entities)) == sorted(
        (e["offset"], e["length"], e["type"]) for e in part.entities
    )
    assert len(part.entities) <= 100
    return formatted


def outside_code(formatted: Formatted) -> str:
    """What is not in code."""
    pieces, at = [], 0
    for entity in sorted(formatted.entities, key=lambda e: e.offset):
        if entity.type in CODE:
            pieces.append(span(formatted.text, at, entity.offset - at))
            at = entity.end
    pieces.append(span(formatted.text, at, units(formatted.text) - at))
    return "".join(pieces)


def links(formatted: Formatted) -> list[str]:
    """What a client would let one tap."""
    final = shown(formatted)
    return [span(final.text, e.offset, e.length) for e in tappable(final.entities)]


def _key(entity: Entity) -> tuple[int, int, str]:
    return entity.offset, entity.length, entity.type

"""From the parameters of a call to the text that is shown, with the limits in between.

A text goes through the same steps as at the service: raw size, parse mode, control characters,
nesting, trimming, length. Their order decides which refusal a bot sees, so it is kept.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

from sandbox.errors import bad_request
from sandbox.text.address import checked_link
from sandbox.text.entity import CODE_TYPES, QUOTE_TYPES, STYLE_TYPES, Entity, ordered, units
from sandbox.text.links import with_links
from sandbox.text.markup import parse_html

RAW_BYTES = 1 << 15
TEXT_LENGTH = 4096  # code points, after parsing
CAPTION_LENGTH = 1024
MOST_ENTITIES = 100
GIVEN_TYPES = STYLE_TYPES | CODE_TYPES | QUOTE_TYPES | {"text_link", "text_mention", "date_time"}
CONTROL = {code: " " for code in range(32) if chr(code) not in "\n\r"}
UNSEEN = dict.fromkeys([0x0D, *range(0x2028, 0x202F)])  # the service drops these
CLEANING = {**CONTROL, **UNSEEN}


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text and its entities, as everyone sees them."""

    text: str
    entities: tuple[Entity, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether nothing is left to show."""
        return not self.text


def read(text: str, parse_mode: str, entities: str = "") -> Formatted:
    """Parse what a bot sent, but do not trim it or judge its length yet.

    Raises:
        ApiError: 400, where raw size, parse mode, HTML or entities are wrong.
    """
    if len(text.encode("utf-8", "surrogatepass")) > RAW_BYTES:
        raise bad_request("Text is too long")
    mode = parse_mode.lower()
    if text and mode == "html":
        return Formatted(*_frozen(parse_html(text)))
    if text and mode not in {"", "none"}:
        raise bad_request("Unsupported parse_mode")
    return Formatted(text, tuple(_given(entities)))


def shown(formatted: Formatted) -> Formatted:
    """The text as it is stored: cleaned, nested rightly, trimmed, with the links clients find."""
    cleaned = _cleaned(formatted)
    nested = _nested(cleaned.entities, units(cleaned.text))
    trimmed = _trimmed(Formatted(cleaned.text, tuple(nested)))
    entities = with_links(trimmed.text, trimmed.entities)
    return Formatted(trimmed.text, tuple(entities[:MOST_ENTITIES]))


def typed(text: str) -> Formatted:
    """What a person typed: no markup, only the links that the client finds."""
    return shown(Formatted(text))


def _frozen(parsed: tuple[str, list[Entity]]) -> tuple[str, tuple[Entity, ...]]:
    return parsed[0], tuple(parsed[1])


def _given(source: str) -> list[Entity]:
    try:
        items = json.loads(source) if source else []
    except ValueError:
        return []  # the service ignores what is no JSON array here
    if not isinstance(items, list):
        return []
    entities = [_given_entity(item) for item in items]
    return ordered([entity for entity in entities if entity is not None])


def _given_entity(item: Any) -> Entity | None:  # noqa: ANN401
    if not isinstance(item, dict):
        raise bad_request("Can't parse MessageEntity: expected an Object")
    try:
        kind, offset, length = item["type"], int(item["offset"]), int(item["length"])
    except (KeyError, TypeError, ValueError) as error:
        raise bad_request(f"Can't parse MessageEntity: Can't find field \"{error}\"") from None
    if kind not in GIVEN_TYPES or length <= 0 or offset < 0:
        return None
    if kind == "text_link":
        url = checked_link(str(item.get("url", "")))
        return Entity(kind, offset, length, url=url) if url else None
    if kind == "text_mention":
        user = item.get("user") or {}
        return Entity(kind, offset, length, user_id=int(user.get("id", 0)))
    return Entity(kind, offset, length, language=str(item.get("language", "")))


def _cleaned(formatted: Formatted) -> Formatted:
    text = formatted.text
    if not any(ord(character) in CLEANING for character in text):
        return formatted
    moved = [0]
    for character in text:
        gone = ord(character) in UNSEEN
        moved.extend([moved[-1] + (not gone)] * (2 if character > "\uffff" else 1))
        if character > "\uffff":
            moved[-1] += 1
    last = len(moved) - 1
    entities = [
        replace(
            entity,
            offset=moved[min(entity.offset, last)],
            length=moved[min(entity.end, last)] - moved[min(entity.offset, last)],
        )
        for entity in formatted.entities
    ]
    return Formatted(text.translate(CLEANING), tuple(e for e in entities if e.length > 0))


def _nested(entities: tuple[Entity, ...], end: int) -> list[Entity]:
    """Nothing but a quote may share text with code; quotes and links do not nest in their kind."""
    inside = [_clipped(entity, end) for entity in entities if entity.offset < end]
    code = _apart([entity for entity in inside if entity.type in CODE_TYPES])
    quotes = _apart([entity for entity in inside if entity.type in QUOTE_TYPES])
    kept = [*code, *quotes]
    for entity in inside:
        if entity.type in STYLE_TYPES:
            kept.extend(_around(entity, code))
        elif entity.type not in CODE_TYPES | QUOTE_TYPES and not any(
            entity.overlaps(other) for other in code
        ):
            kept.append(entity)
    return ordered(kept)


def _clipped(entity: Entity, end: int) -> Entity:
    return replace(entity, length=min(entity.end, end) - entity.offset)


def _apart(entities: list[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in ordered(entities):
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _around(entity: Entity, holes: list[Entity]) -> list[Entity]:
    pieces: list[Entity] = []
    begin = entity.offset
    for hole in holes:
        if hole.overlaps(entity):
            pieces.append(replace(entity, offset=begin, length=max(hole.offset - begin, 0)))
            begin = max(begin, hole.end)
    pieces.append(replace(entity, offset=begin, length=max(entity.end - begin, 0)))
    return [piece for piece in pieces if piece.length > 0]


def _trimmed(formatted: Formatted) -> Formatted:
    """White space goes at the end always, and at the beginning as far as the first entity."""
    text = formatted.text.rstrip(" \n")
    end = units(text)
    entities = [_clipped(entity, end) for entity in formatted.entities if entity.offset < end]
    first = entities[0].offset if entities else end
    lead = min(len(text) - len(text.lstrip(" \n")), first)
    moved = [replace(entity, offset=entity.offset - lead) for entity in entities]
    return Formatted(text[lead:], tuple(moved))

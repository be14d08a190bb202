"""A text with entities, back as Telegram's HTML: what a test can compare with what was meant."""

from collections.abc import Iterator
from html import escape

from sandbox.text.entity import LINK_TYPES, Entity, span, units
from sandbox.text.formatted import Formatted

TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "blockquote": "blockquote",
}
FOUND = LINK_TYPES - {"text_link", "text_mention"}  # a client makes these by itself


def as_html(content: Formatted) -> str:
    """The text with tags, entities that clients find by themselves left out."""
    marked = [entity for entity in content.entities if entity.type not in FOUND]
    return "".join(_pieces(content.text, marked, 0, units(content.text)))


def _pieces(text: str, entities: list[Entity], begin: int, end: int) -> Iterator[str]:
    at = begin
    while entities and entities[0].offset < end:
        outer = entities.pop(0)
        yield escape(span(text, at, outer.offset - at), quote=False)
        opening, closing = _tags(outer)
        yield opening
        yield from _pieces(text, entities, outer.offset, outer.end)
        yield closing
        at = max(at, outer.end)
    yield escape(span(text, at, end - at), quote=False)


def _tags(entity: Entity) -> tuple[str, str]:
    if entity.type == "expandable_blockquote":
        return "<blockquote expandable>", "</blockquote>"
    if entity.type == "pre" and entity.language:
        return f'<pre><code class="language-{escape(entity.language)}">', "</code></pre>"
    if entity.type == "text_link":
        return f'<a href="{escape(entity.url)}">', "</a>"
    if entity.type == "text_mention":
        return f'<a href="tg://user?id={entity.user_id}">', "</a>"
    tag = TAGS.get(entity.type, "pre" if entity.type == "pre" else "")
    return (f"<{tag}>", f"</{tag}>") if tag else ("", "")

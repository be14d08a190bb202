"""Entities: the spans of a text that are bold, code, links and so on.

Telegram counts their offsets in UTF-16 code units, while Python counts code points; every
conversion between the two lives here, so that no other module has to think of surrogate pairs.
"""

from dataclasses import dataclass

CODE_TYPES = frozenset({"code", "pre"})
_RANKS = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 11,
    "code": 20,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
}
_OTHERS = 50
QUOTE_TYPES = frozenset({"blockquote", "expandable_blockquote"})
STYLE_TYPES = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
LINK_TYPES = frozenset(
    {
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "text_link",
        "text_mention",
    }
)


@dataclass(frozen=True, slots=True)
class Entity:
    """One span, in UTF-16 code units, and what it is."""

    type: str
    offset: int
    length: int
    url: str = ""
    language: str = ""
    user_id: int = 0
    custom_emoji_id: str = ""
    unix_time: int = 0
    date_time_format: str = ""

    @property
    def end(self) -> int:
        """The first unit after the span."""
        return self.offset + self.length

    def overlaps(self, other: "Entity") -> bool:
        """Whether the two share a unit of text."""
        return self.offset < other.end and other.offset < self.end

    def as_json(self) -> dict[str, object]:
        """The MessageEntity of the Bot API; a mentioned user is filled in by who knows people."""
        json: dict[str, object] = {
            "type": self.type,
            "offset": self.offset,
            "length": self.length,
        }
        for name in ("url", "language", "custom_emoji_id", "unix_time", "date_time_format"):
            if value := getattr(self, name):
                json[name] = value
        return json


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def span(text: str, offset: int, length: int) -> str:
    """The part of a text that an entity covers."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    return encoded[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def ordered(entities: list[Entity]) -> list[Entity]:
    """Outer before inner, as the service sends them; of the same range a quote is the outer one.

    (TDLib's `get_type_priority`.)
    """
    return sorted(entities, key=lambda e: (e.offset, -e.length, _RANKS.get(e.type, _OTHERS)))

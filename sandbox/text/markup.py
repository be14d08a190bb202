"""Telegram's HTML, read to the letter.

The service's parser is no HTML parser: it knows a handful of tags and four named entities, and
refuses everything else with a text that names a byte offset. Bots that escape badly are found only
by a parser that refuses in the same places with the same words, so this one walks character by
character as the documented grammar does (https://core.telegram.org/bots/api#html-style).
"""

from dataclasses import dataclass, replace

from sandbox.errors import ApiError, bad_request
from sandbox.text.address import checked_link, mentioned_user
from sandbox.text.entity import CODE_TYPES, Entity, ordered, units

STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
}
TAGS = frozenset(STYLES) | {"a", "code", "pre", "blockquote", "tg-emoji", "tg-time"}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
END = "\0"  # the end of the text, which the grammar treats as white space
SPACES = frozenset(" \t\r\n\v" + END)
TOKEN_EXTRA = frozenset(".-")
LONGEST_REFERENCE = 10  # characters before the semicolon
HIGHEST_REFERENCE = 0x10FFFF
TEXT_ENDS = frozenset("&<" + END)


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    attributes: dict[str, str]
    offset: int
    begin: int


def parse_html(text: str) -> tuple[str, list[Entity]]:
    """The plain text and its entities, outer before inner.

    Raises:
        ApiError: 400 "can't parse entities: …", as the service words it.
    """
    return _Parser(text).run()


class _Parser:
    def __init__(self, text: str) -> None:
        self._source = text.replace(END, "") + END
        self._at = 0
        self._parts: list[str] = []
        self._offset = 0
        self._open: list[_Tag] = []
        self._entities: list[Entity] = []

    def run(self) -> tuple[str, list[Entity]]:
        while (character := self._source[self._at]) != END:
            if character == "<":
                self._tag()
            elif character == "&":
                self._append(self._reference() or self._take())
            else:
                self._append(self._plain())
        if self._open:
            raise _error(f'Can\'t find end tag corresponding to start tag "{self._open[-1].name}"')
        text = "".join(self._parts)
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise _error(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        # A language belongs to a block; on its own, `<code class=…>` is plain code.
        return text, ordered([_plain_code(entity) for entity in self._entities])

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._offset += units(text)

    def _take(self) -> str:
        self._at += 1
        return self._source[self._at - 1]

    def _plain(self) -> str:
        begin = self._at
        while self._source[self._at] not in TEXT_ENDS:
            self._at += 1
        return self._source[begin : self._at]

    def _reference(self) -> str:
        """The character of `&lt;` or `&#60;` (the semicolon is optional), or nothing."""
        at = self._at + 1
        if self._source[at] == "#":
            found, at = self._numeric(at + 1)
        else:
            begin = at
            while self._source[at].isascii() and self._source[at].isalpha():
                at += 1
            found = NAMED.get(self._source[begin:at], "")
        if found:
            self._at = at + (self._source[at] == ";")
        return found

    def _numeric(self, at: int) -> tuple[str, int]:
        base = 16 if self._source[at] == "x" else 10
        digits = "0123456789abcdefABCDEF" if base == 16 else "0123456789"  # noqa: PLR2004
        at += base == 16  # noqa: PLR2004
        begin = at
        while self._source[at] in digits:
            at += 1
        if begin == at or at - self._at >= LONGEST_REFERENCE:
            return "", at
        code = int(self._source[begin:at], base)
        return (chr(code) if 0 < code < HIGHEST_REFERENCE else ""), at

    def _tag(self) -> None:
        begin = self._at
        self._at += 1
        if self._source[self._at] == "/":
            self._end_tag(begin)
        else:
            self._start_tag(begin)

    def _start_tag(self, begin: int) -> None:
        name = self._until_space(begin + 1).lower()
        if self._source[self._at] == END:
            raise self._failure("Unclosed start tag", begin)
        if name not in TAGS:
            raise self._failure(f'Unsupported start tag "{name}"', begin)
        attributes = self._attributes(name, begin)
        self._at += 1
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise self._failure('Tag "span" must have class "tg-spoiler"', begin)
        self._open.append(_Tag(name, attributes, self._offset, len(self._parts)))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        attributes: dict[str, str] = {}
        while True:
            self._skip_spaces()
            if self._source[self._at] == ">":
                return attributes
            name = self._attribute_name(tag, begin)
            self._skip_spaces()
            value = ""
            if self._source[self._at] == "=":
                self._at += 1
                self._skip_spaces()
                self._refuse_end(f'Unclosed start tag "{tag}"', begin)
                value = self._attribute_value()
                self._refuse_end("Unclosed start tag", begin)
            self._refuse_end(f'Unclosed start tag "{tag}"', begin)
            attributes[name] = value

    def _attribute_name(self, tag: str, begin: int) -> str:
        start = self._at
        while self._source[self._at] not in SPACES and self._source[self._at] not in "=>":
            self._at += 1
        if self._at == start:
            if self._source[self._at] == END:
                raise self._failure("Unclosed start tag", begin)
            raise self._failure(f'Empty attribute name in the tag "{tag}"', begin)
        return self._source[start : self._at]

    def _attribute_value(self) -> str:
        if self._source[self._at] in "'\"":
            return self._quoted()
        start = self._at
        while self._source[self._at].isascii() and (
            self._source[self._at].isalnum() or self._source[self._at] in TOKEN_EXTRA
        ):
            self._at += 1
        if self._source[self._at] not in SPACES and self._source[self._at] != ">":
            raise self._failure("Unexpected end of name token", start)
        return self._source[start : self._at].lower()

    def _quoted(self) -> str:
        quote = self._take()
        value: list[str] = []
        while self._source[self._at] not in (quote, END):
            if self._source[self._at] == "&":
                value.append(self._reference() or self._take())
            else:
                value.append(self._take())
        self._at += self._source[self._at] == quote
        return "".join(value)

    def _end_tag(self, begin: int) -> None:
        if not self._open:
            raise self._failure("Unexpected end tag", begin)
        name = self._until_space(begin + 2).lower()
        self._skip_spaces()
        if self._source[self._at] != ">":
            raise self._failure("Unclosed end tag", begin)
        self._at += 1
        tag = self._open.pop()
        if name and name != tag.name:
            raise self._failure(
                "Unmatched end tag", begin, f', expected "</{tag.name}>", found "</{name}>"'
            )
        if self._offset > tag.offset:
            self._close(tag)

    def _close(self, tag: _Tag) -> None:
        length = self._offset - tag.offset
        if tag.name in CODE_TYPES:
            self._close_code(tag, length)
        elif tag.name == "a":
            self._close_link(tag, length)
        elif tag.name == "blockquote":
            kind = "expandable_blockquote" if "expandable" in tag.attributes else "blockquote"
            self._entities.append(Entity(kind, tag.offset, length))
        elif tag.name == "tg-emoji":
            self._entities.append(_emoji(tag, length))
        elif tag.name == "tg-time":
            self._entities.append(_time(tag, length))
        else:
            self._entities.append(Entity(STYLES[tag.name], tag.offset, length))

    def _close_code(self, tag: _Tag, length: int) -> None:
        """`<pre>` and `<code>` around the same text are one block, with the code's language."""
        style = tag.attributes.get("class", "")
        language = style.removeprefix("language-") if style.startswith("language-") else ""
        last = self._entities[-1] if self._entities else None
        if (
            last is not None
            and {last.type, tag.name} == {"code", "pre"}
            and ((last.offset, last.length) == (tag.offset, length) and (last.language or language))
        ):
            self._entities[-1] = Entity(
                "pre", tag.offset, length, language=last.language or language
            )
            return
        self._entities.append(Entity(tag.name, tag.offset, length, language=language))

    def _close_link(self, tag: _Tag, length: int) -> None:
        address = tag.attributes.get("href") or "".join(self._parts[tag.begin :])
        if user_id := mentioned_user(address):
            self._entities.append(Entity("text_mention", tag.offset, length, user_id=user_id))
        elif url := checked_link(address):
            self._entities.append(Entity("text_link", tag.offset, length, url=url))

    def _until_space(self, start: int) -> str:
        self._at = start
        while self._source[self._at] not in SPACES and self._source[self._at] != ">":
            self._at += 1
        return self._source[start : self._at]

    def _skip_spaces(self) -> None:
        while self._source[self._at] in SPACES and self._source[self._at] != END:
            self._at += 1

    def _refuse_end(self, message: str, begin: int) -> None:
        if self._source[self._at] == END:
            raise self._failure(message, begin)

    def _failure(self, message: str, at: int, rest: str = "") -> ApiError:
        offset = len(self._source[:at].encode("utf-8", "surrogatepass"))
        return _error(f"{message} at byte offset {offset}{rest}")


def _plain_code(entity: Entity) -> Entity:
    return replace(entity, language="") if entity.type == "code" else entity


def _error(message: str) -> ApiError:
    return bad_request(f"Can't parse entities: {message}")


def _emoji(tag: _Tag, length: int) -> Entity:
    identifier = tag.attributes.get("emoji-id", "")
    if not identifier.isdecimal() or not int(identifier):
        raise _error("Invalid custom emoji identifier specified")
    return Entity("custom_emoji", tag.offset, length, custom_emoji_id=identifier)


def _time(tag: _Tag, length: int) -> Entity:
    moment = tag.attributes.get("unix", "")
    if not moment.isdecimal() or not int(moment):
        raise _error("Invalid date-time specified")
    return Entity(
        "date_time",
        tag.offset,
        length,
        unix_time=int(moment),
        date_time_format=tag.attributes.get("format", ""),
    )

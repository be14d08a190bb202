"""HTML to entities, what clients make tappable, and what must hold for any text."""

import contextlib
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import ApiError
from sandbox.text.entity import Entity, span, units
from sandbox.text.formatted import Formatted, read, shown
from sandbox.text.links import tappable, with_links
from sandbox.text.markup import parse_html
from sandbox.text.rendered import as_html


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("<b>a</b>", "a", [Entity("bold", 0, 1)]),
        ("<STRONG>a</strong>", "a", [Entity("bold", 0, 1)]),
        ("<em>a</em><ins>b</ins>", "ab", [Entity("italic", 0, 1), Entity("underline", 1, 1)]),
        ("<del>a</><strike>b</strike>", "ab", [Entity("strikethrough", i, 1) for i in (0, 1)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [Entity("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [Entity("spoiler", 0, 1)]),
        ("😀<code>a</code>", "😀a", [Entity("code", 2, 1)]),
        ("<pre>a</pre>", "a", [Entity("pre", 0, 1)]),
        (
            '<pre><code class="language-py">a</code></pre>',
            "a",
            [Entity("pre", 0, 1, language="py")],
        ),
        ('<code class="language-py">a</code>', "a", [Entity("code", 0, 1)]),
        ("<blockquote>a</blockquote>", "a", [Entity("blockquote", 0, 1)]),
        (
            "<blockquote expandable>a</blockquote>",
            "a",
            [Entity("expandable_blockquote", 0, 1)],
        ),
        (
            "<blockquote expandable><code>a</code></blockquote>",
            "a",
            [Entity("expandable_blockquote", 0, 1), Entity("code", 0, 1)],
        ),
        (
            '<a href="https://a.org/?x=1&amp;y">a</a>',
            "a",
            [Entity("text_link", 0, 1, url="https://a.org/?x=1&y")],
        ),
        ("<a href=a.org>a</a>", "a", [Entity("text_link", 0, 1, url="http://a.org/")]),
        ('<a href="tg://user?id=42">a</a>', "a", [Entity("text_mention", 0, 1, user_id=42)]),
        ('<a href="javascript:x()">a</a>', "a", []),
        (
            '<tg-emoji emoji-id="5">👍</tg-emoji>',
            "👍",
            [Entity("custom_emoji", 0, 2, custom_emoji_id="5")],
        ),
        ("<b><i>a</i>b</b>", "ab", [Entity("bold", 0, 2), Entity("italic", 0, 1)]),
        ("<b></b>a", "a", []),
        ("&lt;b&gt; &amp;&quot;", '<b> &"', []),
        ("&#60;&#x3C;&#x1F600;", "<<😀", []),
        ("&nbsp;&copy;&", "&nbsp;&copy;&", []),
        ("&lt", "<", []),
        ("&#0;", "&#0;", []),
        ("a > b", "a > b", []),
    ],
)
def test_html_is_read(html: str, text: str, entities: list[Entity]) -> None:
    assert parse_html(html) == (text, entities)


@pytest.mark.parametrize(
    ("html", "refusal"),
    [
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        ("< b>", 'Unsupported start tag "" at byte offset 0'),
        ("<!-- -->", 'Unsupported start tag "!--" at byte offset 0'),
        ("<", "Unclosed start tag at byte offset 0"),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ("<a href=", 'Unclosed start tag "a" at byte offset 0'),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a =x>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("é<a href=x!>", "Unexpected end of name token at byte offset 10"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>😀</i>", 'Unmatched end tag at byte offset 7, expected "</b>", found "</i>"'),
        ("<b>a</b x>", "Unclosed end tag at byte offset 4"),
        ("<tg-emoji emoji-id=x>a</tg-emoji>", "Invalid custom emoji identifier specified"),
        (
            "&#xD800;",
            (
                "Text contains invalid Unicode characters after decoding HTML entities, check for "
                "unmatched surrogate code units"
            ),
        ),
    ],
)
def test_bad_html_is_refused(html: str, refusal: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_html(html)
    prefix, _, rest = caught.value.description.partition("entities: ")
    assert (prefix, rest) == ("Bad Request: can't parse ", refusal[0].upper() + refusal[1:])


PIECES = st.sampled_from(
    ["<", ">", "/", "b", "i", "pre", "code", "a", "href", "=", '"', "'", "&", "#", ";", "x3c",
     " ", "blockquote", "expandable", "span", "class", "tg-spoiler", "é", "😀", "\n", "</b>", "<b>"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_markup_is_read_or_refused(html: str) -> None:
    with contextlib.suppress(ApiError):
        shown(read(html, "HTML"))


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_escaped_text_comes_back(text: str) -> None:
    assert parse_html(escape(text)) == (text, [])


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=50))
def test_entities_stay_inside_the_text(text: str) -> None:
    content = shown(Formatted(text, (Entity("bold", 0, units(text) or 1),)))
    for entity in content.entities:
        assert 0 <= entity.offset < entity.end <= units(content.text)


def test_the_text_is_trimmed_as_the_service_does() -> None:
    content = shown(read("  \n<b> a </b> \n", "HTML"))
    assert content == Formatted(" a", (Entity("bold", 0, 2),))


def test_nothing_but_a_quote_shares_text_with_code() -> None:
    content = shown(read("<b>x<code>y</code>z</b>", "HTML"))
    assert content.entities == (
        Entity("bold", 0, 1),
        Entity("code", 1, 1),
        Entity("bold", 2, 1),
    )


def test_control_and_bidi_characters_are_cleaned() -> None:
    content = shown(read("a\x1b\u202eb<b>c</b>", "HTML"))
    assert content == Formatted("a bc", (Entity("bold", 3, 1),))


def test_entities_beyond_a_hundred_are_dropped() -> None:
    content = shown(read("<b>x</b> " * 101, "HTML"))
    assert len(content.entities) == 100


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("/ps and /restart@pierhead_bot", ["/ps", "/restart@pierhead_bot"]),
        ("a/ps //ps </ps", []),
        ("ask @ops-1 or a@b", ["@ops"]),
        ("see example.com, or http://a.b/x?y.", ["example.com", "http://a.b/x?y"]),
        ("10.0.0.1:8080/x and 1.2.3", ["10.0.0.1:8080/x"]),
        ("main.py data.json report.zip v1.2", ["main.py", "report.zip"]),
        ("mail ops@example.com", ["ops@example.com"]),
        ("#tag #1 $USD", ["#tag", "$USD"]),
        ("call +49 170 1234567", ["+49 170 1234567"]),
        ("tg://resolve?domain=x", ["tg://resolve?domain=x"]),
        ("nginx:1.27 sha256:abc web-1", []),
    ],
)
def test_what_a_client_makes_tappable(text: str, links: list[str]) -> None:
    found = tappable(with_links(text, []))
    assert [span(text, entity.offset, entity.length) for entity in found] == links


@pytest.mark.parametrize("tag", ["code", "pre"])
def test_nothing_in_code_is_tappable(tag: str) -> None:
    content = shown(read(f"<{tag}>/ps @all example.com</{tag}>", "HTML"))
    assert tappable(content.entities) == []


@pytest.mark.parametrize(
    "html",
    [
        "a <b>b<i>c</i></b> &lt;d&gt;",
        "<blockquote expandable>a\n<code>b</code></blockquote>",
        '<a href="http://a.org/">x</a> /ps',
        '<pre><code class="language-py">a</code></pre>',
    ],
)
def test_a_text_can_be_written_as_html_again(html: str) -> None:
    assert as_html(shown(read(html, "HTML"))) == html

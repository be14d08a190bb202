"""Replies as messages: what they look like, and what must hold for any of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.message import Message, Names, Span, Untrusted, Value, msg
from bot.reply import Block, Button, Document, Excerpt, Fold, Reply, Table, Text
from bot.reply.columns import width
from bot.reply.redact import MASK, Redactor
from bot.reply.untrusted import safe
from bot.telegram.outgoing import File
from bot.telegram.render import Part, label, render
from tests.telegram.reading import links, outside_code, parsed
from tests.telegram.samples import SAMPLES, WORDS

GOLDENS = Path(__file__).parent / "goldens"
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
redactor = Redactor([TOKEN])
en = WORDS["en"]

NASTY = ["<b>", "</pre>", "&amp;", "&", "/rm", "@admin", "example.com", "https://a.b/c", "#tag"]
NASTY += ["\x1b[31m", "\u202e", "\n", "\r\n", "\t", "😀", "e\u0301", "\ud800", "日本", "\\x1b", " "]
NASTY += ["a" * 700, "line\n" * 90, "+4915123456789", "$USD", "x@y.org", TOKEN, "\u2028", "word "]
hostile = st.lists(st.sampled_from(NASTY) | st.text(max_size=5), max_size=8).map("".join)
untrusted = hostile.map(Untrusted)
values: st.SearchStrategy[Value] = st.one_of(
    untrusted, st.integers(), st.lists(untrusted, max_size=120).map(lambda v: Names(tuple(v)))
)


def sentence(value: Value) -> Message:
    return msg("Of {value} much is said", value=value)


texts = st.builds(Text, values.map(sentence), strong=st.booleans())
excerpts = st.builds(Excerpt, untrusted, tail=st.booleans())
big = st.builds(
    lambda text, times: Excerpt(Untrusted(text.raw * times)), untrusted, st.integers(1, 90)
)
rows = st.lists(st.tuples(untrusted, untrusted | st.integers()), max_size=25)
tables = st.builds(Table, rows.map(tuple), right=st.sampled_from([frozenset({1}), frozenset()]))
parts = st.one_of(texts, excerpts, tables)
blocks: st.SearchStrategy[Block] = st.one_of(
    parts, big, st.builds(Fold, st.lists(parts, max_size=4).map(tuple))
)
replies = st.lists(blocks, max_size=6).map(
    lambda found: Reply((Text(sentence(1)), *found), buttons=((Button(msg("Refresh")),),))
)


@pytest.mark.parametrize("locale", WORDS)
@pytest.mark.parametrize("name", SAMPLES)
def test_golden(name: str, locale: str) -> None:
    words = WORDS[locale]
    golden = (GOLDENS / f"{name}.{locale}.txt").read_text(encoding="utf-8")
    assert drawn(render(SAMPLES[name], words, redactor), locale) == golden


def drawn(messages: Sequence[Part], locale: str) -> str:
    """Messages as a golden shows them: HTML, and a bracket for a button."""
    lines = []
    for part in messages:
        parsed(part)
        lines.append(part.html)
        lines += (
            " ".join(f"[{label(button, WORDS[locale], redactor)}]" for button in row)
            for row in part.buttons
        )
    return "\n".join(lines) + "\n"


@given(replies)
@example(Reply((Text(msg("v")), *(Text(sentence(Untrusted("a.com"))) for _ in range(400)))))
@example(Reply((Text(msg("v")), Excerpt(Untrusted("😀" * 9000)))))
@example(Reply((Text(msg("v")), Excerpt(Untrusted("\n  \n" + "a" * 700)))))
def test_whatever_is_in_a_reply_is_sent_and_only_our_words_are_no_code(reply: Reply) -> None:
    messages = render(reply, en, redactor)
    said = [part for part in messages if part.document is None]
    assert 1 <= len(said) <= 3
    assert [bool(part.buttons) for part in said[:-1]] == [False] * (len(said) - 1)
    assert said[-1].buttons == reply.buttons
    for part in messages:
        formatted = parsed(part)
        assert links(formatted) == []
        own = "Of much is said All of it, as a file v … – 0123456789 and,.-"
        assert set(outside_code(formatted)) <= set(own + "\n")


def content_of(file: File) -> bytes:
    assert isinstance(file.content, bytes)
    return file.content


@given(replies)
def test_nothing_gets_lost(reply: Reply) -> None:
    messages = render(reply, en, redactor)
    files = [part.document for part in messages if part.document]
    said = content_of(files[0]).decode() if files else "".join(part.plain for part in messages)
    pressed = "".join(said.split())
    for block in reply.blocks:
        for inner in block.blocks if isinstance(block, Fold) else (block,):
            if isinstance(inner, Excerpt):
                text = safe(Untrusted(redactor.text(inner.text.raw)), lines=True)
                assert "".join(text.split()) in pressed


@given(replies)
def test_no_secret_is_left_at_a_seam(reply: Reply) -> None:
    for part in render(reply, en, redactor):
        content = content_of(part.document).decode() if part.document else ""
        assert TOKEN[10:20] not in part.plain + content


@given(replies)
def test_without_files_it_is_one_message(reply: Reply) -> None:
    (part,) = render(reply, en, redactor, parts=1, files=False)
    parsed(part)
    assert part.buttons == reply.buttons


def test_a_long_log_keeps_its_end_and_goes_along_as_a_file() -> None:
    lines = [f"line {n}" for n in range(5000)]
    reply = Reply((Text(msg("web")), Excerpt(Untrusted("\n".join(lines)))))
    text, file = render(reply, en, redactor)
    assert text.plain.startswith("web\n…\nline ")
    assert text.plain.endswith("\nline 4998\nline 4999")
    assert len(text.plain) > 3500
    assert file.plain == "All of it, as a file"
    assert file.document is not None
    assert file.document.name == "output.txt"
    assert content_of(file.document).decode().splitlines() == ["web", *lines]


def test_what_is_read_from_its_beginning_keeps_that() -> None:
    text = "\n".join(f"line {n}" for n in range(5000))
    first, _ = render(Reply((Text(msg("v")), Excerpt(Untrusted(text), tail=False))), en, redactor)
    assert first.plain.startswith("v\nline 0\nline 1\n")
    assert first.plain.endswith("\n…")


def test_a_screen_is_not_folded_and_more_is() -> None:
    def quoted(lines: int) -> bool:
        excerpt = Excerpt(Untrusted("\n".join(["x"] * lines)))
        (part,) = render(Reply((Text(msg("v")), excerpt)), en, redactor)
        return "<blockquote expandable>" in part.html

    assert [quoted(n) for n in (1, 12, 15, 16)] == [False, False, False, True]


def test_a_long_line_takes_several_rows() -> None:
    excerpt = Excerpt(Untrusted("\n".join(["x" * 100] * 6)))
    (part,) = render(Reply((Text(msg("v")), excerpt)), en, redactor)
    assert part.html.count("x" * 100, part.html.index("<pre>")) == 4


def test_a_pair_of_name_and_value_is_masked_as_one() -> None:
    pair = msg("{name}={value}", name=Untrusted("DB_PASSWORD"), value=Untrusted("hunter2"))
    (part,) = render(Reply((Text(pair),)), en, redactor)
    assert part.html == f"<code>DB_PASSWORD</code><b>=</b><code>{MASK}</code>"


def test_many_names_in_one_sentence_become_one_code() -> None:
    names = Names(tuple(Untrusted(f"web-{n}") for n in range(40)))
    (part,) = render(Reply((Text(sentence(names)),)), en, redactor)
    assert part.html.count("<code>") == 1
    assert "web-39 much is said</code>" in part.html


def test_a_value_in_a_sentence_is_cut() -> None:
    (part,) = render(Reply((Text(sentence(Untrusted("x" * 9000))),)), en, redactor)
    assert part.plain == "Of " + "x" * 255 + "… much is said"


def test_nothing_to_say_is_still_a_message() -> None:
    reply = Reply((), buttons=((Button(msg("Refresh")),),))
    (part,) = render(reply, en, redactor)
    assert part.plain == "–"
    assert part.buttons == reply.buttons


class TestDocuments:
    """Files that go along."""

    def sent(self, name: str, content: bytes, caption: Message | None = None) -> Part:
        document = Document(Untrusted(name), content, caption)
        first, second = render(Reply((Text(msg("v")),), documents=(document,)), en, redactor)
        assert first.document is None
        parsed(second)
        return second

    def content(self, part: Part) -> bytes:
        assert part.document is not None
        return content_of(part.document)

    def test_name_and_caption(self) -> None:
        part = self.sent("../we<b>.txt", b"x", sentence(Untrusted("<b>" * 900)))
        assert part.document is not None
        assert part.document.name == "we_b_.txt"
        assert part.plain.startswith("Of <b><b>")

    def test_json_is_masked_by_its_keys(self) -> None:
        body = {"Env": ["DB_PASSWORD=correct horse battery", "é=1"], "Secret": {"a": "b"}}
        content = self.content(self.sent("web.json", json.dumps(body).encode()))
        assert json.loads(content) == {
            "Env": [f"DB_PASSWORD={MASK}", "é=1"],
            "Secret": {"a": MASK},
        }
        assert b"\n  " in content

    @pytest.mark.parametrize("text", [f"{{ no json {TOKEN}", "[" * 100_000 + TOKEN, f"a {TOKEN}"])
    def test_other_text_is_masked_by_its_looks(self, text: str) -> None:
        content = self.content(self.sent("a.txt", text.encode()))
        assert content.decode() == text.replace(TOKEN, MASK)

    def test_what_is_no_text_is_left_alone(self) -> None:
        assert self.content(self.sent("a.tar", b"\xff\xfe\x00")) == b"\xff\xfe\x00"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("web@nas", "Restart web@nas"),
        ("a-name-of-many-many-words@prod-3", "Restart a-name-of-m…rds@prod-3"),
        ("x\u202e", "Restart x\\u202e"),
        ("日" * 40, "Restart " + "日" * 5 + "…" + "日" * 5),
    ],
)
def test_a_label_keeps_verb_and_host(name: str, shown: str) -> None:
    assert label(Button(msg("Restart {name}", name=Untrusted(name))), en, redactor) == shown


@given(hostile)
def test_no_label_is_long_or_several_lines(name: str) -> None:
    shown = label(Button(msg("Restart {name}", name=Untrusted(name))), en, redactor)
    assert width(shown) <= 30
    assert shown.isprintable()


def test_150_containers_take_few_marks() -> None:
    table = Table(tuple((Untrusted(f"web-{n}.com"), Span(n)) for n in range(150)))
    (part,) = render(Reply((Text(msg("v")), Fold((table,)))), en, redactor)
    assert [entity["type"] for entity in part.entities] == ["bold", "expandable_blockquote", "code"]

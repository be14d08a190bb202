"""A typed line, split as a terminal would, and repaired where a phone has changed it."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command.line import Line, _Scanner, split
from bot.errors import UsageError
from tests.command.samples import told

WORD = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40)
MARKS = "ab \\'\"“”„«»‘’—–|>$(`;&\n\r\t=-@/."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/ps", ("/ps",)),
        ("  /ps \t -a\u00a0web  \n", ("/ps", "-a", "web")),
        ("'a b' \"c d\"", ("a b", "c d")),
        ("a'b c'd", ("ab cd",)),
        ("--filter='name=a b'", ("--filter=name=a b",)),
        ("''", ("",)),
        (r"a\ b \| \"", ("a b", "|", '"')),
        (r'"\" \\ \$ \` \n"', (r'" \ $ ` \n',)),
        (r"'\" \\'", (r"\" \\",)),
        ("'a\nb'", ("a\nb",)),
        ("/restart web\\", ("/restart", "web\\")),
    ],
)
def test_quoting_is_that_of_a_shell(text: str, words: tuple[str, ...]) -> None:
    assert split(text) == Line(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("docker run \\\n  -it \\\n  alpine", ("docker", "run", "-it", "alpine")),
        ("docker run \\\r\n  -it\\\r\n  alpine\r\n", ("docker", "run", "-it", "alpine")),
        ("/logs we\\\nb", ("/logs", "web")),
        ('"a\\\nb"', ("ab",)),
        ("'a\\\nb'", ("a\\\nb",)),
        ("/ps \\\n", ("/ps",)),
        ("/ps\n\n  ", ("/ps",)),
    ],
)
def test_continued_lines_are_joined(text: str, words: tuple[str, ...]) -> None:
    assert split(text) == Line(words)


@pytest.mark.parametrize("text", ["/ps\n/rm web", "/ps\r\n/rm web", "/ps \\ \n/rm web"])
def test_a_second_line_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="One command a message"):
        split(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/logs —tail 5", ("/logs", "--tail", "5")),
        ("/logs –tail=5", ("/logs", "--tail=5")),
        ("/logs ―tail 5", ("/logs", "--tail", "5")),
        ("/logs —t web", ("/logs", "-t", "web")),
        ("/logs —n=5", ("/logs", "-n=5")),
        ("/logs — web", ("/logs", "--", "web")),
        ("/logs —é", ("/logs", "-é")),
        ("/logs “a b”", ("/logs", "a b")),
        ("/logs „a b“", ("/logs", "a b")),
        ("/logs „a b”", ("/logs", "a b")),
        ("/logs ”a b”", ("/logs", "a b")),
        ("/logs «a b»", ("/logs", "a b")),
        ("/logs ‘a b’", ("/logs", "a b")),
        ("/logs ‚a b‘", ("/logs", "a b")),
        ("/logs “a | b”", ("/logs", "a | b")),
        ("/logs “a”b", ("/logs", "ab")),
        ("/logs “it’s”", ("/logs", "it’s")),
    ],
)
def test_what_a_phone_has_changed_is_repaired_and_told(text: str, words: tuple[str, ...]) -> None:
    assert split(text) == Line(words, repaired=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/rm a—b", ("/rm", "a—b")),
        ("/rm it’s", ("/rm", "it’s")),
        ("/rm “web", ("/rm", "“web")),
        ("/rm web”", ("/rm", "web”")),
        ("/rm a“b c”", ("/rm", "a“b", "c”")),
        ("/rm '—a' \"“b”\"", ("/rm", "—a", "“b”")),
        ("/rm \\—a", ("/rm", "—a")),
        ("/rm −a", ("/rm", "−a")),
    ],
)
def test_nothing_else_is_repaired(text: str, words: tuple[str, ...]) -> None:
    assert split(text) == Line(words)


@pytest.mark.parametrize("mark", ["|", "||", ">", ">>", "<", "&", "&&", ";", "`", "$("])
@pytest.mark.parametrize("form", ["/logs web {} x", "/logs web{}x", "{}", "a\\\\{}"])
def test_what_only_a_shell_can_do_is_refused(mark: str, form: str) -> None:
    with pytest.raises(UsageError) as refused:
        split(form.format(mark))
    sign = mark if mark == "$(" else mark[0]
    assert told(refused.value) == (
        f"No shell runs here, so {sign} can't be used. In quotes it is plain text. Nothing was run."
    )


@pytest.mark.parametrize("mark", ["|", "||", ">", ">>", "<", "&", "&&", ";", "`", "$("])
@pytest.mark.parametrize(("form"), ["'{}'", '"{}"', "“{}”", "a'{}'", "sh -c 'a {} b'"])
def test_in_quotes_it_is_plain_text(mark: str, form: str) -> None:
    assert mark in split(form.format(mark)).words[-1]


@pytest.mark.parametrize("text", ["$HOME", "${HOME}", "a$", "$", "*", "?", "~", "#", "!", "(a)"])
def test_what_no_shell_expands_here_is_taken_to_the_letter(text: str) -> None:
    assert split(text).words == (text,)


@pytest.mark.parametrize("text", ["/rm 'web", '/rm "web', "/rm don't", '/rm "web\\"', '"a\\'])
def test_an_unbalanced_quote_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="A quote is opened and never closed"):
        split(text)


@pytest.mark.parametrize("text", ["/rm a\0b", "/rm '\0'", "\0"])
def test_a_nul_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="NUL"):
        split(text)


def test_more_than_a_message_holds_is_refused() -> None:
    assert split("a" * 4096).words == ("a" * 4096,)
    with pytest.raises(UsageError, match="too long"):
        split("a" * 4097)


@given(st.lists(WORD, max_size=12))
def test_what_a_shell_would_quote_comes_back(words: list[str]) -> None:
    assert split(shlex.join(words)) == Line(tuple(words))


def understood(text: str) -> Line | None:
    try:
        return split(text)
    except UsageError:
        return None


@given(st.text(st.characters(), max_size=4200) | st.text(MARKS, max_size=60))
def test_any_text_is_words_or_a_usage_error(text: str) -> None:
    line = understood(text)
    longest = len(text) + text.count("—") + text.count("–")
    assert line is None or sum(map(len, line.words)) <= longest


class Counted(str):
    """Text that counts how often it is looked at."""

    __slots__ = ("looks",)
    looks: int

    def __getitem__(self, key: object) -> str:
        self.looks += 1
        return str.__getitem__(self, key)  # type: ignore[index]  # any kind of index

    def find(self, *where: object) -> int:
        self.looks += 1
        return str.find(self, *where)  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize("mark", ["“", "„ ", "'", '"', "\\", "—", "«» ", "\\\n", "a ", "''"])
def test_the_longest_message_is_read_in_one_pass(mark: str) -> None:
    text = Counted((mark * 4096)[:4096])
    text.looks = 0
    try:
        list(_Scanner(text).run())
    except UsageError:
        assert mark in "\"'"
    assert len(text) / 2 <= text.looks <= 8 * len(text)

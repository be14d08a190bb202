"""Values and sentences in words, in two languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import ENGLISH, Catalogue
from bot.message import (
    Code,
    Message,
    Moment,
    Names,
    Percent,
    Person,
    Size,
    Span,
    Tappable,
    Untrusted,
    Value,
    msg,
    plural,
)
from bot.reply.words import Run, Style, Words

NOW = 1781000000.0  # Tuesday 9 June 2026, 12:13:20 in Berlin


def russian_form(count: int) -> int:
    if count % 10 == 1 and count % 100 != 11:
        return 0
    return 1 if 2 <= count % 10 <= 4 and not 12 <= count % 100 <= 14 else 2


RUSSIAN = Catalogue(
    "ru",
    russian_form,
    {
        "{number} GB": ("{number} ГБ",),
        "{minutes} min": ("{minutes} мин",),
        "{count} day": ("{count} день", "{count} дня", "{count} дней"),
        "{first} and {last}": ("{first} и {last}",),
        "restart {target}": ("перезапуск {target}",),
    },
)
en = Words("en", "Europe/Berlin", ENGLISH, lambda: NOW)
ru = Words("ru", "Europe/Berlin", RUSSIAN, lambda: NOW)
WEB = Untrusted("web")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (12345, "12,345"),
        (-1234, "-1,234"),
        (Size(0), "0 B"),
        (Size(999), "999 B"),
        (Size(1_049), "1 kB"),
        (Size(536_870_912), "537 MB"),
        (Size(999_499), "999 kB"),
        (Size(999_500), "1 MB"),
        (Size(999_950_000), "1 GB"),
        (Size(9_200_000_000), "9.2 GB"),
        (Size(12_340_000_000), "12.3 GB"),
        (Size(5 * 10**18), "5,000 PB"),
        (Span(-3), "0 s"),
        (Span(59.9), "59 s"),
        (Span(104), "1 min 44 s"),
        (Span(240), "4 min"),
        (Span(372), "6 min"),
        (Span(3 * 3600), "3 h"),
        (Span(3 * 3600 + 720), "3 h 12 min"),
        (Span(14 * 3600 + 720), "14 h"),
        (Span(47.9 * 3600), "47 h"),
        (Span(2 * 86400), "2 days"),
        (Span(41.5 * 86400), "41 days"),
        (Span(float("inf")), "0 s"),
        (Moment(NOW), "12:13"),
        (Moment(NOW - 86400), "Mon 8 June 12:13"),
        (Moment(1700000000), "Tue 14 November 2023 23:13"),
        (Moment(1e18), "unknown"),
        (Moment(float("nan")), "unknown"),
        (Percent(12.0), "12 %"),
        (Percent(12.54), "12.5 %"),
        (Percent(99.96), "100 %"),
        (Percent(250.4), "250 %"),
        (Person(Untrusted("Ann\u202e"), 5_000_042), "Ann\\u202e (…0042)"),
        (Names(()), ""),
        (Names((WEB,)), "web"),
        (Names((WEB, Code("--all"))), "web and --all"),
        (Names((Untrusted("api"), Untrusted("worker"), Untrusted("cron"))), "api, worker and cron"),
        (Tappable("/help"), "/help"),
    ],
)
def test_english(value: Value, shown: str) -> None:
    assert en.plain(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12345, "12\xa0345"),
        (Size(9_200_000_000), "9,2 ГБ"),
        (Span(240), "4 мин"),
        (Span(21 * 86400), "21 день"),
        (Span(2 * 86400), "2 дня"),
        (Span(11 * 86400), "11 дней"),
        (Span(41 * 86400), "41 день"),
        (Moment(NOW), "12:13"),
        (Moment(NOW - 86400), "пн 8 июня 12:13"),
        (Moment(1700000000), "вт 14 ноября 2023 23:13"),
        (Percent(12.5), "12,5 %"),
        (Names((1, 2, 3)), "1, 2 и 3"),
        (msg("{what!c} now", what=msg("restart {target}", target=WEB)), "Перезапуск web now"),
    ],
)
def test_russian(value: Value, shown: str) -> None:
    assert ru.plain(value) == shown


def test_a_sentence_has_styles() -> None:
    message = plural(
        "{host}: {count} of {all} needs you, see {help}",
        "{host}: {count} of {all} need you, see {help}",
        2,
        host=Untrusted("nas\x1b"),
        all=30,
        help=Tappable("/help"),
    )
    runs = en.runs(message)
    assert runs[0] == Run("nas\\x1b", Style.CODE)
    assert runs[-1] == Run("/help", Style.TAPPABLE)
    assert "".join(r.text for r in runs) == "nas\\x1b: 2 of 30 need you, see /help"
    assert {r.style for r in runs[1:-1]} == {Style.PLAIN}


def test_one_and_many() -> None:
    def days(count: int) -> str:
        return en.plain(plural("{count} day", "{count} days", count))

    assert [days(n) for n in (0, 1, 2, 11)] == ["0 days", "1 day", "2 days", "11 days"]


def test_a_capital_is_for_our_words_only() -> None:
    act = msg("{what!c}?", what=msg("restart {name}", name=WEB))
    assert en.plain(act) == "Restart web?"
    assert en.plain(msg("{name!c}?", name=WEB)) == "web?"
    assert en.plain(msg("{all!c}.", all=Names((act, WEB)))) == "Restart web? and web."


def test_a_value_is_never_a_template() -> None:
    evil = Untrusted("{0.__class__}{name}{")
    assert en.plain(msg("is {name}", name=evil)) == "is {0.__class__}{name}{"


@pytest.mark.parametrize("text", ["a lone { brace", "}", "{missing} value", "{a.b} {0}"])
def test_what_is_no_template_is_text(text: str) -> None:
    assert en.plain(Message(text)) == text


@given(st.text())
def test_what_came_from_outside_is_code(raw: str) -> None:
    for value in (Untrusted(raw), Code(raw), Names((Untrusted(raw),))):
        assert all(run.style is Style.CODE for run in en.runs(value))


@given(st.integers(0, 10**15))
def test_sizes_are_short(amount: int) -> None:
    for words in (en, ru):
        assert len(words.plain(Size(amount))) <= len("12.3 GB")


@given(st.floats(0, 10**7))
def test_a_span_is_off_by_less_than_its_last_unit(seconds: float) -> None:
    worth = {"s": 1, "min": 60, "h": 3600, "days": 86400}
    words = en.plain(Span(seconds)).split()
    said = sum(int(n) * worth[unit] for n, unit in zip(words[::2], words[1::2], strict=True))
    assert 0 <= seconds - said < worth[words[-1]]

"""Rules as people say them in one line, and the book that knows who may have them where."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.watch import sentence, subject
from bot.watch.condition import METRICS, Bound, Native, Restarts, Threshold, condition, written
from bot.watch.rule import DEFAULTS, Missing, Rule, Severity
from bot.watch.rulebook import Origin, Rests, Rights, Rulebook
from bot.watch.subject import Selector, selector
from storage.rules import Made

OLGA, SASHA, GROUP = 1, 2, -5
HOSTS = {OLGA: {"nas", "db1"}, SASHA: {"nas"}}


def test_a_sentence() -> None:
    line = "cpu > 80% clear cpu < 70% for 5m keep 2m on web* label:tier=web severity critical"
    said = sentence.clauses(f"{line} missing firing repeat 1h name busy".split())
    assert said.pop("name") == "busy"
    assert sentence.rule("busy", said) == Rule(
        "busy",
        condition("cpu > 80%", "cpu < 70%"),
        on=Selector(name="web*", label="tier=web"),
        wait=300.0,
        keep=120.0,
        severity=Severity.CRITICAL,
        missing=Missing.FIRING,
        repeat=3600.0,
    )


def test_a_new_condition_takes_its_end_with_it_and_leaves_the_rest() -> None:
    said = sentence.clauses(["cpu", ">", "80%", "clear", "cpu", "<", "70%", "for", "5m"])
    assert sentence.merged(said, {"when": "mem > 90%"}) == {"when": "mem > 90%", "for": "5m"}
    assert sentence.merged(said, {"for": "1m"}) == {**said, "for": "1m"}


@pytest.mark.parametrize("line", ["", "for 5m", "clear cpu < 1%", "cpu > 80% repeat 5s"])
def test_a_sentence_that_makes_no_rule(line: str) -> None:
    with pytest.raises(UsageError):
        sentence.rule("x", sentence.clauses(line.split()))


_limits = st.integers(0, 10**12) | st.decimals(0, 10**6, places=3).map(float)
_bounds = st.builds(
    Bound, st.sampled_from(sorted(METRICS)), st.sampled_from([">", ">=", "<", "<="]), _limits
)
_conditions = st.one_of(
    st.builds(Threshold, _bounds),
    st.builds(Restarts, st.integers(0, 999), st.integers(1, 9999).map(float)),
    st.sampled_from(Native),
)


@given(_conditions)
def test_a_condition_is_written_as_it_is_read(when: Threshold | Restarts | Native) -> None:
    again = condition(*written(when))
    if isinstance(when, Threshold) and isinstance(again, Threshold):
        again, limit = replace(again, when=replace(again.when, limit=0.0)), again.when.limit
        assert limit == pytest.approx(when.when.limit, rel=1e-5)
        when = replace(when, when=replace(when.when, limit=0.0))
    assert again == when


_patterns = st.from_regex(r"[a-z*?][a-z0-9*?-]{0,8}", fullmatch=True)


@given(st.builds(Selector, host=_patterns, name=_patterns, project=_patterns, label=_patterns))
def test_a_selector_is_written_as_it_is_read(on: Selector) -> None:
    expected = replace(on, project="" if on.project == "*" else on.project)
    expected = replace(expected, label="" if on.label == "*" else on.label)
    assert selector(subject.written(on)) == expected


def book(*made: Made, linked: bool = True) -> Rulebook:
    def may(person: int, host: str) -> bool:
        return host in HOSTS.get(person, ())

    def tells(chat: int, host: str) -> bool:
        return may(chat, host) if chat > 0 else linked

    found = Rulebook(
        {rule.name: rule for rule in DEFAULTS},
        frozenset({"oom"}),
        frozenset({"nas", "db1"}),
        Rights(may, may, tells),
    )
    found.take({one.name: one for one in made})
    return found


def made(name: str, author: int, chat: int, **said: str) -> Made:
    return Made(9, name, author, "A", chat, 0.0, said)


def test_a_rule_counts_where_its_author_may_have_one_and_its_chat_may_be_told() -> None:
    found = book(made("busy", OLGA, OLGA, when="cpu > 80%"), made("many", SASHA, GROUP, when="oom"))
    assert found.rules["busy"].chats == (OLGA,)
    assert all(found.covers("busy", host) for host in ("nas", "db1"))
    assert found.covers("many", "nas")
    assert not found.covers("many", "db1")


@pytest.mark.parametrize(
    ("one", "linked", "rests"),
    [
        (made("busy", 3, OLGA, when="cpu > 80%"), True, Rests.AUTHOR),
        (made("busy", OLGA, GROUP, when="cpu > 80%"), False, Rests.CHAT),
        (made("busy", OLGA, 3, when="cpu > 80%"), True, Rests.CHAT),
        (replace(made("busy", OLGA, OLGA, when="cpu > 80%"), enabled=False), True, Rests.OFF),
    ],
)
def test_a_rule_rests_where_nobody_may_be_told(one: Made, linked: bool, rests: Rests) -> None:
    found = book(one, linked=linked)
    assert "busy" not in found.rules
    entry = found.entry("busy")
    assert entry is not None
    assert entry.rests is rests


def test_one_that_is_built_in_is_changed_by_whoever_may_on_every_host() -> None:
    assert book(made("exited", OLGA, OLGA, **{"for": "5m"})).rules["exited"].wait == 300.0
    by_sasha = book(made("exited", SASHA, SASHA, **{"for": "5m"}))
    assert by_sasha.rules["exited"].wait == 0.0
    off = book(replace(made("exited", OLGA, OLGA), enabled=False))
    assert "exited" not in off.rules


def test_the_config_has_the_last_word() -> None:
    entry = book(made("oom", OLGA, OLGA, when="cpu > 1%")).entry("oom")
    assert entry is not None
    assert (entry.origin, entry.rule.when) == (Origin.CONFIG, Native.OOM)


def test_what_can_t_be_read_any_more_is_no_rule() -> None:
    assert book(made("odd", OLGA, OLGA, when="moon > 3")).entry("odd") is None

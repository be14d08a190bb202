"""Conditions, subjects and windows as people write them; sentences for what can't be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.errors import UsageError
from bot.i18n import catalogue
from bot.reply.words import Words
from bot.watch.calendar import Window
from bot.watch.condition import Bound, Logged, Native, Restarts, Threshold, condition, written
from bot.watch.subject import Selector, Subject, selector, subject_of

WORDS = Words("en", "UTC", catalogue("en"), lambda: 0.0)


def told(error: UsageError) -> str:
    return WORDS.plain(error.message)


LOG = (
    "I can't read {}: write it like log /ERROR|FATAL/ > 5 in 10m,"
    " in quotes if there is a space in the pattern."
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("cpu > 80%", Threshold(Bound("cpu", ">", 80.0))),
        ("cpu>80%", Threshold(Bound("cpu", ">", 80.0))),
        ("mem_bytes >= 1 GB", Threshold(Bound("mem_bytes", ">=", 1e9))),
        ("net > 1.5 mb", Threshold(Bound("net", ">", 1.5e6))),
        ("pids > 500", Threshold(Bound("pids", ">", 500.0))),
        ("cpu < 5%", Threshold(Bound("cpu", "<", 5.0))),
        ("restarts > 3 in 10m", Restarts(3, 600.0)),
        ("disk > 90%", Threshold(Bound("disk", ">", 90.0))),
        ("age > 30d", Threshold(Bound("age", ">", 30 * 86_400.0))),
        ("unhealthy", Native.UNHEALTHY),
        ("log /ERROR|FATAL/ > 5 in 10m", Logged("ERROR|FATAL", 5, 600.0)),
        ("log /(?i)get  /a/b/ > 0 in 30s", Logged("(?i)get  /a/b", 0, 30.0)),
    ],
)
def test_a_condition(text: str, meant: object) -> None:
    assert condition(text) == meant


@pytest.mark.parametrize(
    ("when", "clear", "sentence"),
    [
        ("cpu > 80", None, "cpu is counted in %."),
        ("age > 30%", None, "age is counted in s, m, h and d."),
        (
            "log /.{0,500}a.{0,400}b/ > 0 in 1m",
            None,
            "The pattern takes too much work: let it repeat fewer times.",
        ),
        ("pids > 5%", None, "pids is a plain number: it has no unit."),
        ("mem_bytes > 1 XB", None, "mem_bytes is counted in B, KB, MB, GB and TB."),
        (
            "load > 5",
            None,
            (
                "There is no figure load: there are cpu, mem, mem_bytes, net, io, pids, age,"
                " host_cpu, host_mem and disk."
            ),
        ),
        (
            "cpu high",
            None,
            (
                "I can't read cpu high: write a figure and its limit like cpu > 80%,"
                " mem_bytes > 1 GB"
                " or restarts > 3 in 10m, or one of exited, oom, unhealthy, gone and unreachable."
            ),
        ),
        (
            "cpu > 80%",
            "cpu < 90%",
            "cpu < 90% can't end cpu > 80%: it must be the same figure, on the other side.",
        ),
        (
            "cpu > 80%",
            "mem < 70%",
            "mem < 70% can't end cpu > 80%: it must be the same figure, on the other side.",
        ),
        (
            "log /a  b/ in 10m",
            None,
            LOG.format("log /a  b/ in 10m"),
        ),
        ("log /(/ > 5 in 10m", None, "( is not a pattern: missing ): ("),
        (f"log /{'x' * 501}/ > 5 in 10m", None, "The pattern is too long."),
        ("log /x/ > 5 in 10m", "cpu < 1%", "clear is for a figure with a limit only."),
        ("oom", "cpu < 1%", "clear is for a figure with a limit only."),
    ],
)
def test_a_condition_that_can_t_be_read(when: str, clear: str | None, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        condition(when, clear)
    assert told(caught.value) == sentence


def test_whom_a_rule_is_about() -> None:
    compose = {"com.docker.compose.project": "media", "com.docker.compose.service": "web"}
    service = subject_of("nas", "media-web-1", compose)
    assert service.fingerprint == "nas/media/web"
    assert subject_of("nas", "web", {}).fingerprint == "nas//web"
    assert selector("").fits(service, "media-web-1", {})
    assert selector("web*").fits(service, "media-web-1", {})
    assert selector("media-*").fits(service, "media-web-1", {})
    assert not selector("db*").fits(service, "media-web-1", {})
    assert selector("project:media host:n*").fits(service, "media-web-1", {})
    assert not selector("host:db1").fits(service, "media-web-1", {})
    assert selector("label:tier=web").fits(service, "x", {"tier": "web"})
    assert not selector("label:tier=web").fits(service, "x", {"tier": "db"})
    assert selector("label:tier").fits(service, "x", {"tier": "db"})
    assert Selector().fits(Subject("nas", "web"), "web", {})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "image:nginx",
            (
                "I can't read image:nginx: name it like web*, label:tier=web, project:media"
                " or host:nas."
            ),
        ),
        ("web* db*", "name: is there twice: one must go."),
    ],
)
def test_a_selection_that_can_t_be_read(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        selector(text)
    assert told(caught.value) == sentence


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_a_window_goes_over_midnight_of_its_own_zone() -> None:
    friday = Window(22 * 60, 2 * 60, "Europe/Berlin", frozenset({4}))
    assert not friday.covers(at("2026-06-12T19:59"))  # 21:59 in Berlin
    assert friday.covers(at("2026-06-12T20:00"))
    assert friday.covers(at("2026-06-12T23:59"))  # Saturday, 01:59 in Berlin
    assert not friday.covers(at("2026-06-13T00:00"))
    assert not friday.covers(at("2026-06-13T21:00"))  # Saturday evening


def test_a_window_keeps_the_hands_of_the_clock_when_that_is_set() -> None:
    nightly = Window(3 * 60, 4 * 60, "Europe/Berlin")
    assert nightly.covers(at("2026-03-28T02:30"))  # winter: 03:30
    assert nightly.covers(at("2026-03-29T01:30"))  # summer has begun: 03:30
    assert not nightly.covers(at("2026-03-30T02:30"))  # summer: 04:30


def test_a_window_may_last_a_day() -> None:
    always = Window(600, 600, "UTC")
    assert all(always.covers(at(f"2026-06-12T{hour:02}:00")) for hour in range(24))


@pytest.mark.parametrize(
    "text",
    ["age > 36h", "disk > 90%", "cpu > 80%", "oom", "restarts > 3 in 600s", "log /a|b/ > 5 in 60s"],
)
def test_what_is_written_is_read_as_the_same(text: str) -> None:
    assert written(condition(text)) == (text, None)

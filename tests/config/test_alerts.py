"""Rules of the configuration: new ones, changes of those that are built in, and what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import load
from bot.config.alert import rules
from bot.watch.calendar import Maintenance, Window
from bot.watch.condition import Native, condition
from bot.watch.rule import DEFAULTS, Missing, Rule, Severity, Step
from bot.watch.subject import Selector
from tests.config.conftest import ENOUGH, write
from tests.config.test_problems import in_file


def made(folder: Path, text: str) -> dict[str, Rule]:
    found = rules(load(write(folder, text), ENOUGH).alert)
    return {rule.name: rule for rule in found}


def test_without_any_those_are_there_that_are_built_in(tmp_path: Path) -> None:
    assert tuple(made(tmp_path, "").values()) == DEFAULTS


def test_a_rule(tmp_path: Path) -> None:
    text = (
        '[[alert]]\nname = "cpu"\nwhen = "cpu > 80%"\nclear = "cpu < 70%"\nfor = "5m"\n'
        'keep_firing_for = "2m"\non = "web* label:tier=web"\nseverity = "critical"\n'
        'missing = "firing"\nchats = [-5]\nrepeat = "1h"\n'
        'escalate = [{ to = 7, after = "5m" }, { to = -5, after = "1h" }]\n'
        '[access.chats."-5"]\n[access.people.7]\nrole = "viewer"'
    )
    assert made(tmp_path, text)["cpu"] == Rule(
        "cpu",
        condition("cpu > 80%", "cpu < 70%"),
        on=Selector(name="web*", label="tier=web"),
        wait=300.0,
        keep=120.0,
        severity=Severity.CRITICAL,
        missing=Missing.FIRING,
        chats=(-5,),
        chain=(Step(7, 300.0), Step(-5, 3600.0)),
        repeat=3600.0,
    )


def test_one_that_is_built_in_is_changed_or_taken_away(tmp_path: Path) -> None:
    text = (
        '[[alert]]\nname = "unhealthy"\nfor = "10m"\n[[alert]]\nname = "exited"\nenabled = false\n'
    )
    found = made(tmp_path, text)
    assert "exited" not in found
    changed = found["unhealthy"]
    assert (changed.when, changed.wait, changed.keep) == (Native.UNHEALTHY, 600.0, 60.0)


@pytest.mark.parametrize(
    ("text", "key", "line", "sentence"),
    [
        ('name = "a"', "when", 1, "It is missing: when does the alert fire?"),
        ('name = "a"\nwhen = "cpu > 80"', "when", 3, "cpu is counted in {units}."),
        ('name = "oom"\nclear = "cpu < 1%"', "clear", 3, "It needs a when beside it."),
        ('name = "oom"\nfro = "5m"', "fro", 3, "There is no such key: did you mean for?"),
        (
            'name = "oom"\nchats = [5]',
            "chats",
            3,
            "Each must stand in access: an owner, a person, or a group.",
        ),
        (
            'name = "oom"\nescalate = [{ to = 5, after = "5m" }]',
            "escalate",
            3,
            "Each must stand in access: an owner, a person, or a group.",
        ),
        (
            'name = "oom"\nescalate = [{ to = 5, after = "5m" }, { to = 5, after = "1m" }]',
            "escalate",
            3,
            "Each comes after the one before it.",
        ),
        ('name = "oom"\n[[alert]]\nname = "oom"', "name", 4, "This name is there already."),
    ],
)
def test_what_is_wrong_with_one(
    tmp_path: Path, text: str, key: str, line: int, sentence: str
) -> None:
    ((found, where, said),) = in_file(tmp_path, f"[[alert]]\n{text}")
    number = text.count("[[alert]]")
    assert (found, where) == (f"alert[{number}].{key}", str(line))
    assert said.partition("Names")[0] == sentence.partition("{units}")[0]


def test_quiet_hours(tmp_path: Path) -> None:
    settings = load(write(tmp_path, '[watch]\nquiet = "22:30-07:00"'), ENOUGH)
    assert settings.watch.quiet == (22 * 60 + 30, 7 * 60)


@pytest.mark.parametrize("value", ['"22-7"', '"24:00-07:00"', "7", '"22:00"'])
def test_quiet_hours_that_can_t_be_read(tmp_path: Path, value: str) -> None:
    ((key, _, said),) = in_file(tmp_path, f"[watch]\nquiet = {value}")
    assert (key, said) == ("watch.quiet", 'It must be from when to when: "22:00-07:00".')


def test_a_time_of_maintenance(tmp_path: Path) -> None:
    text = (
        '[[maintenance]]\nhours = "23:30-01:00"\ndays = ["sat", "sun"]\nrule = "oom"\n'
        'timezone = "Europe/Berlin"\non = "backup* project:media"\n[[maintenance]]\n'
        'hours = "03:00-04:00"\n[locale]\ntimezone = "Asia/Tokyo"\n'
    )
    settings = load(write(tmp_path, text), ENOUGH)
    weekend, nightly = (m.held(settings.locale.timezone) for m in settings.maintenance)
    assert weekend == Maintenance(
        Window(23 * 60 + 30, 60, "Europe/Berlin", frozenset({5, 6})),
        Selector(name="backup*", project="media"),
        "oom",
    )
    assert nightly == Maintenance(Window(180, 240, "Asia/Tokyo"), Selector())


@pytest.mark.parametrize(
    ("text", "key", "sentence"),
    [
        ('hours = "3-4"', "hours", 'It must be from when to when: "22:00-07:00".'),
        (
            'hours = "03:00-04:00"\ndays = ["monday"]',
            "days[0]",
            "It must be 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun'.",
        ),
        (
            'hours = "03:00-04:00"\non = "label:a=b"',
            "on",
            "Labels are not known of what is held back: write names or projects.",
        ),
        (
            'hours = "03:00-04:00"\ntimezone = "Europe/Berlim"',
            "timezone",
            "It is no time zone: did you mean Europe/Berlin?",
        ),
    ],
)
def test_a_time_of_maintenance_that_can_t_be_read(
    tmp_path: Path, text: str, key: str, sentence: str
) -> None:
    ((found, _, said),) = in_file(tmp_path, f"[[maintenance]]\n{text}")
    assert (found, said) == (f"maintenance[0].{key}", sentence)


def test_quiet_hours_of_a_group(tmp_path: Path) -> None:
    text = '[access.chats."-5"]\nquiet = "20:00-08:00"'
    settings = load(write(tmp_path, text), ENOUGH)
    assert settings.access.chats[-5].quiet == (20 * 60, 8 * 60)

"""Only the last is remembered, however it was set."""

from __future__ import annotations

from bot.recent import Recent


def test_the_oldest_is_forgotten() -> None:
    recent: Recent[int, str] = Recent(3)
    for key in range(5):
        recent[key] = str(key)
    assert dict(recent) == {2: "2", 3: "3", 4: "4"}


def test_what_is_set_again_is_the_newest() -> None:
    recent: Recent[int, str] = Recent(3)
    for key in (1, 2, 3, 1, 4):
        recent[key] = str(key)
    assert list(recent) == [3, 1, 4]


def test_what_is_looked_at_is_as_old_as_before() -> None:
    recent: Recent[int, str] = Recent(2)
    for key in (1, 2, 1, 1):
        assert recent.setdefault(key, str(key)) == str(key)
    recent.setdefault(3, "3")
    assert list(recent) == [2, 3]

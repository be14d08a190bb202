"""Lines that tell the same have the same shape."""

from __future__ import annotations

import pytest

from bot.watch.shape import shape


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FATAL: worker 7 died after 12.5 s", "FATAL: worker 12 died after 3.1 s"),
        ('ERROR no such table "users"', 'ERROR no such table "orders of 2026"'),
        ("2026-06-09T03:12:07Z ERROR", "2026-06-10T23:00:00Z ERROR"),
        ("job 0xdeadbeef failed", "job 0xC0FFEE failed"),
        ("commit 3f2a9c1d failed", "commit 77aa88bbcc failed"),
        (
            "order 0b5f2a64-5b5e-4d55-9d63-000000000001 lost",
            "order 99999999-aaaa-bbbb-cccc-ddddddddddff lost",
        ),
        ("from 10.0.0.5:5432", "from 192.168.1.17:80"),
    ],
)
def test_what_differs_each_time_is_left_out(one: str, other: str) -> None:
    assert shape(one) == shape(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ERROR: disk", "ERROR: memory"), ("defaced", "deadbeef"), ("it's well", "it's ill")],
)
def test_what_tells_something_else_is_not(one: str, other: str) -> None:
    assert shape(one) != shape(other)


def test_a_line_may_be_as_long_as_it_likes() -> None:
    assert len(shape("x'" * 100_000)) <= 600

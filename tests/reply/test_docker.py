"""Amounts and times as Docker's command line writes them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hosts.types import Port
from bot.reply import docker
from bot.reply.ports import displayed, published

UTC, MOSCOW = ZoneInfo("UTC"), ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("amount", "decimal", "binary"),
    [
        (0, "0B", "0B"),
        (999, "999B", "999B"),
        (1000, "1kB", "1000B"),
        (35_580_000, "35.6MB", "33.93MiB"),
        (1_597_440, "1.6MB", "1.523MiB"),
        (67_108_864, "67.1MB", "64MiB"),
        (10**30, "1e+06YB", "8.272e+05YiB"),
    ],
)
def test_bytes(amount: int, decimal: str, binary: str) -> None:
    assert docker.decimal(amount) == decimal
    assert docker.binary(amount) == binary


@pytest.mark.parametrize(
    ("seconds", "age"),
    [
        (-5, "Less than a second"),
        (0.9, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "About a minute"),
        (119, "About a minute"),
        (120, "2 minutes"),
        (3599, "59 minutes"),
        (3600, "About an hour"),
        (5399, "About an hour"),
        (5400, "2 hours"),
        (47 * 3600, "47 hours"),
        (48 * 3600, "2 days"),
        (13 * 86400, "13 days"),
        (14 * 86400, "2 weeks"),
        (60 * 86400, "2 months"),
        (729 * 86400, "24 months"),
        (731 * 86400, "2 years"),
    ],
)
def test_ages(seconds: float, age: str) -> None:
    assert docker.age(seconds) == age
    assert docker.ago(seconds) == f"{age} ago"


def test_points_in_time() -> None:
    assert docker.stamp(1_780_974_005, UTC) == "2026-06-09 03:00:05 +0000 UTC"
    assert docker.stamp(1_780_974_005, MOSCOW) == "2026-06-09 06:00:05 +0300 MSK"
    assert docker.rfc3339(1_780_974_005, MOSCOW) == "2026-06-09T06:00:05+03:00"
    assert docker.stamp(1e300, UTC) == docker.rfc3339(1e300, UTC) == ""


def test_ids_and_shares() -> None:
    assert docker.short(f"sha256:{'ab' * 32}") == "ab" * 6
    assert docker.short(f"sha256:{'ab' * 32}", whole=True) == f"sha256:{'ab' * 32}"
    assert (docker.percent(None), docker.percent(12.345)) == ("--", "12.35%")


@given(st.floats(allow_nan=True))
def test_any_number_is_written(number: float) -> None:
    assert docker.age(number)
    assert docker.stamp(number, UTC) == "" or docker.rfc3339(number, UTC)


def test_ports_in_ranges_and_by_number() -> None:
    ports = (
        Port(81, "tcp", "::", 8081),
        Port(9001, "tcp"),
        Port(9000, "tcp"),
        Port(53, "udp"),
        Port(80, "tcp", "0.0.0.0", 80),
        Port(81, "tcp", "0.0.0.0", 81),
        Port(90, "tcp", "0.0.0.0", 90),
        Port(81, "tcp", "0.0.0.0", 8081),
        Port(7, "tcp", "odd", 70),
    )
    assert displayed(ports) == (
        "0.0.0.0:80-81->80-81/tcp, 53/udp, 0.0.0.0:90->90/tcp, 9000-9001/tcp,"
        " odd:70->7/tcp, 0.0.0.0:8081->81/tcp, [::]:8081->81/tcp"
    )


@pytest.mark.parametrize(
    ("port", "short"),
    [
        (Port(80, "tcp", "0.0.0.0", 8080), "8080 → 80/tcp"),
        (Port(80, "tcp", "::", 8080), "8080 → 80/tcp"),
        (Port(80, "tcp", "127.0.0.1", 8080), "127.0.0.1:8080 → 80/tcp"),
        (Port(53, "udp", "fe80::1", 53), "[fe80::1]:53 → 53/udp"),
    ],
)
def test_a_port_on_a_phone(port: Port, short: str) -> None:
    assert published(port).raw == short

"""Limits as Docker's command line writes them."""

from __future__ import annotations

from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command.kinds import BadValue
from bot.command.sizes import CPU_LIST, CPUS, MEMORY, RESTART, SWAP, Restart

EVERY = (MEMORY, SWAP, CPUS, CPU_LIST, RESTART)


def read(kind: click.ParamType[Any], text: str) -> Any:  # noqa: ANN401 - whatever the type gives
    return kind.convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("1048576", 2**20),
        ("512m", 512 * 2**20),
        ("512M", 512 * 2**20),
        ("512 MB", 512 * 2**20),
        ("512MiB", 512 * 2**20),
        ("100b", 100),
        ("1.5g", 3 * 2**29),
        ("1.00000001k", 1024),
        ("2t", 2**41),
        ("1p", 2**50),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_memory(text: str, size: int) -> None:
    assert read(MEMORY, text) == read(SWAP, text) == size
    assert read(MEMORY, str(size)) == size


@pytest.mark.parametrize(
    "text",
    ["", "m", "-5", "1,5g", "512x", "1.g", "1..5g", "1  g", "9999999p", "٣m", "1" * 20, "1\n"],
)
def test_what_is_no_memory(text: str) -> None:
    for kind in (MEMORY, SWAP):
        with pytest.raises(BadValue):
            read(kind, text)


def test_swap_may_have_no_limit_and_memory_may_not() -> None:
    assert read(SWAP, "-1") == -1
    with pytest.raises(BadValue):
        read(MEMORY, "-1")


@pytest.mark.parametrize(
    ("text", "nano"),
    [
        ("2", 2 * 10**9),
        ("0.5", 5 * 10**8),
        (".5", 5 * 10**8),
        ("1.", 10**9),
        ("5e-1", 5 * 10**8),
        ("1/4", 25 * 10**7),
        ("0.000000001", 1),
        ("0", 0),
    ],
)
def test_cpus(text: str, nano: int) -> None:
    assert read(CPUS, text) == nano


@pytest.mark.parametrize(
    "text",
    ["", ".", "-1", "1/3", "1/0", "1e-10", "1e99", "1e999", "two", "1_0", "1 ", "nan", "inf"],
)
def test_what_is_no_number_of_cpus(text: str) -> None:
    with pytest.raises(BadValue):
        read(CPUS, text)


@pytest.mark.parametrize("text", ["0", "0-3", "0,1", "0-1,4,6-7"])
def test_which_cpus(text: str) -> None:
    assert read(CPU_LIST, text) == text


@pytest.mark.parametrize("text", ["", "0-", ",", "0, 1", "all", "0,", "0-1-2", ",".join("1" * 65)])
def test_what_is_no_list_of_cpus(text: str) -> None:
    with pytest.raises(BadValue):
        read(CPU_LIST, text)


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("no", Restart("no")),
        ("always", Restart("always")),
        ("always:0", Restart("always")),
        ("unless-stopped", Restart("unless-stopped")),
        ("on-failure", Restart("on-failure")),
        ("on-failure:", Restart("on-failure")),
        ("on-failure:3", Restart("on-failure", 3)),
    ],
)
def test_restart_policies(text: str, policy: Restart) -> None:
    assert read(RESTART, text) == policy
    assert read(RESTART, policy.text) == policy
    assert RESTART.convert(policy, None, None) == policy


@pytest.mark.parametrize(
    "text", ["", ":3", "never", "always:3", "on-failure:-1", "on-failure:x", "no:1", "Always"]
)
def test_what_is_no_restart_policy(text: str) -> None:
    with pytest.raises(BadValue):
        read(RESTART, text)


@given(st.sampled_from(EVERY), st.text(max_size=30) | st.from_regex(r"[0-9.eE/+-]{1,30}[kmgtpb]?"))
def test_any_text_is_a_value_or_told_to_be_none(kind: click.ParamType[Any], text: str) -> None:
    try:
        found = read(kind, text)
    except BadValue as error:
        found = error.hints[0].one
    assert isinstance(found, int | str | Restart)
    assert found != ""

"""Names, pairs and addresses of what is to be made."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_network
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command.addresses import ADDRESSES, IPV4, IPV6, KEPT, SUBNETS
from bot.command.kinds import BadValue
from bot.command.names import NAMES, new_name
from bot.command.pairs import pair
from tests.command.samples import WORDS

KINDS: tuple[click.ParamType[Any], ...] = (
    ADDRESSES,
    IPV4,
    IPV6,
    KEPT,
    NAMES,
    SUBNETS,
    new_name(2),
    pair("label"),
    pair("option", several=True),
)


def convert(kind: click.ParamType[Any], text: str) -> object:
    return kind.convert(text, None, None)


def refusal(kind: click.ParamType[Any], text: str) -> str:
    with pytest.raises(BadValue) as refused:
        convert(kind, text)
    return " ".join(WORDS.plain(m) for m in (refused.value.told, *refused.value.hints))


def test_names() -> None:
    assert convert(new_name(2), "a1") == "a1"
    assert convert(new_name(1), "x") == "x"
    assert convert(new_name(2), "Data_1.x-y") == "Data_1.x-y"
    for bad in ("x", "-x", ".x", "a/b", "a b", "ä1", "a" * 256, "", "a\n"):
        assert refusal(new_name(2), bad).startswith(f"{bad!r}"[1:-1] + " can't be a name.")
    assert convert(NAMES, "www, shop") == ("www", "shop")
    assert refusal(NAMES, "www,").startswith(" can't be a name.")


def test_pairs() -> None:
    assert convert(pair("label"), "a=b=c,d") == ("a", "b=c,d")
    assert convert(pair("label"), "a") == ("a", "")
    assert convert(pair("option", several=True), "a=b,c") == (("a", "b"), ("c", ""))
    assert refusal(pair("label"), "=b") == "=b has no key. Write key=value."
    assert refusal(pair("option", several=True), "a=b,") == " has no key. Write key=value."


def test_addresses() -> None:
    assert convert(ADDRESSES, "10.0.0.1, FD00::0:1") == ("10.0.0.1", "fd00::1")
    assert convert(KEPT, "router=10.0.0.1") == ("router", "10.0.0.1")
    assert convert(IPV4, "10.0.0.1") == "10.0.0.1"
    assert convert(IPV6, "2001:DB8::33") == "2001:db8::33"
    assert refusal(IPV4, "::1") == "::1 is no address for this. Write 172.30.100.104."
    assert refusal(IPV6, "10.0.0.1") == "10.0.0.1 is no address for this. Write 2001:db8::33."
    for bad in ("10.0.0", "010.0.0.1", "web", "10.0.0.1/8", "fe80::1%eth0", "1", ""):
        assert refusal(ADDRESSES, bad).startswith(f"{bad} is no address.")


def test_subnets() -> None:
    assert convert(SUBNETS, "10.1.0.0/16,fd00::/64") == (
        ip_network("10.1.0.0/16"),
        ip_network("fd00::/64"),
    )
    assert refusal(SUBNETS, "10.1.2.3/16").endswith("Did you mean 10.1.0.0/16?")
    assert refusal(SUBNETS, "10.1.2.3").endswith("Did you mean 10.1.2.3/32?")
    for bad in ("10.1.0.0/33", "10.1.0.0/x", "/8", "web/8", ""):
        assert refusal(SUBNETS, bad).startswith(f"{bad} is no range of addresses.")


@given(st.sampled_from(KINDS), st.text(max_size=40) | st.from_regex(r"[0-9a-f.:/%,=]{0,30}"))
def test_any_text_is_a_value_or_refused(kind: click.ParamType[Any], text: str) -> None:
    with suppress(BadValue):
        assert convert(kind, text)

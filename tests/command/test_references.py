"""Names that an image can be given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command.kinds import BadValue
from bot.command.references import REFERENCE, SOURCE
from bot.hosts.reference import full, split


@pytest.mark.parametrize(
    ("name", "repository", "tag"),
    [
        ("app", "app", "latest"),
        ("app:1.2", "app", "1.2"),
        ("team/app", "team/app", "latest"),
        ("localhost/app", "localhost/app", "latest"),
        ("registry.example:5000/team/app", "registry.example:5000/team/app", "latest"),
        ("registry.example:5000/team/app:V_1-2.3", "registry.example:5000/team/app", "V_1-2.3"),
        ("[::1]:5000/app", "[::1]:5000/app", "latest"),
        ("a.b__c--d_e", "a.b__c--d_e", "latest"),
        ("Registry/app", "Registry/app", "latest"),
        ("a" * 255, "a" * 255, "latest"),
        ("app:" + "t" * 128, "app", "t" * 128),
    ],
)
def test_what_is_a_name(name: str, repository: str, tag: str) -> None:
    assert REFERENCE.convert(name, None, None) == name
    assert split(name) == (repository, tag)
    assert full(f"{repository}:{tag}") == full(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "App",
        "app:",
        ":1",
        "app:-1",
        "app:" + "t" * 129,
        "app@sha256:" + "0" * 64,
        "a" * 256,
        "0" * 64,
        "-app",
        "app-",
        "a..b",
        "a___b",
        "a//b",
        "/app",
        "app/",
        "app one",
        "app\n",
        "аpp",
        "https://registry.example/app",
    ],
)
def test_what_is_none(name: str) -> None:
    with pytest.raises(BadValue):
        REFERENCE.convert(name, None, None)


@given(st.text(st.sampled_from("aA0.-_:/@[]"), max_size=400))
def test_it_is_told_in_no_time_whatever_it_is(text: str) -> None:
    try:
        assert REFERENCE.convert(text, None, None) == text
    except BadValue:
        return
    assert ":".join(split(text)).startswith(text)


@pytest.mark.parametrize(
    "text",
    [
        "shop@2",
        "shop:",
        "shop:2@",
        "shop@sha256:12",
        "shop@sha256:" + "a" * 63,
        "Shop",
        "shop@sha256:" + "A" * 64,
    ],
)
def test_what_no_registry_has(text: str) -> None:
    with pytest.raises(BadValue):
        SOURCE.convert(text, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "shop",
        "shop:2",
        "r.example:5000/a/b",
        "shop@sha256:" + "a" * 64,
        "shop:2@sha256:" + "0" * 64,
    ],
)
def test_what_one_may_have(text: str) -> None:
    assert SOURCE.convert(text, None, None) == text

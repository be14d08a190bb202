from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hosts import answer, listing
from bot.hosts.answer import Unexpected

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = (
    *("Id", "Names", "Image", "ImageID", "Command", "State", "Status", "Ports", "Labels"),
    *("NetworkSettings", "Mounts", "Created", "SizeRw", "RepoTags", "Size", "Containers"),
    *("Name", "Driver", "CreatedAt", "UsageData", "Health"),
)
ROWS = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON)).map(
    lambda row: {"Id": "a" * 64} | row
)


@pytest.mark.parametrize(
    "parse", [listing.container, listing.image, listing.volume, listing.network]
)
@given(row=ROWS | JSON)
def test_a_hostile_row_is_parsed_or_unexpected(parse: object, row: object) -> None:
    assert callable(parse)
    with suppress(Unexpected):
        parse(row)


@pytest.mark.parametrize("bad", [None, "", "../../images/x", "a" * 65, "g" * 64, 12, "ab"])
def test_an_id_is_an_id(bad: object) -> None:
    with pytest.raises(Unexpected):
        answer.identity({"Id": bad})


def test_half_characters_are_replaced() -> None:
    assert answer.string({"a": "x\ud800y"}, "a") == "x\ufffdy"
    assert answer.string({"a": "\U0001f600"}, "a") == "\U0001f600"


@pytest.mark.parametrize(
    ("value", "epoch"),
    [
        (1700000000, 1700000000.0),
        ("2023-11-14T22:13:20Z", 1700000000.0),
        ("2023-11-14T22:13:20.123456789Z", 1700000000.123456),
        ("2023-11-14T23:13:20+01:00", 1700000000.0),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
        (None, None),
    ],
)
def test_moments(value: object, epoch: float | None) -> None:
    assert answer.moment({"at": value}, "at") == epoch


@pytest.mark.parametrize("value", ["yesterday", 10**400, 1.5, True, []])
def test_what_is_no_moment(value: object) -> None:
    with pytest.raises(Unexpected):
        answer.moment({"at": value}, "at")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"message": "No such container"}', "No such container"),
        (b"Forbidden\n", "Forbidden"),
        (b'{"message": 5}', '{"message": 5}'),
        (b"\xff", "\ufffd"),
        (b"[" * 100_000, "[" * 500),
        (b"x" * 9999, "x" * 500),
    ],
)
def test_a_refusal_has_words(body: bytes, why: str) -> None:
    found = answer.refusal(403, body)
    assert (found.why, found.foreign) == (why, b"No such" not in body)

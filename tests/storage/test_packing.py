from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.packing import pack, unpack

_numbers = st.floats(0, 2.0**64, width=32) | st.just(math.nan)


@given(st.lists(st.tuples(_numbers, _numbers), max_size=50))
def test_three_digits_of_each_survive(rows: list[tuple[float, float]]) -> None:
    columns = list(zip(*rows, strict=True)) or [(), ()]
    found = unpack(pack(columns), 2)
    for before, after in zip(columns, found, strict=True):
        assert list(after) == pytest.approx(list(before), rel=1e-3, nan_ok=True)


def test_what_is_idle_takes_no_room() -> None:
    assert len(pack([[0.0] * 288] * 22)) < 100


def test_whole_numbers_of_slots_are_exact() -> None:
    (slots,) = unpack(pack([[float(n) for n in range(289)]]), 1)
    assert list(slots) == list(range(289))


@pytest.mark.parametrize(
    "data",
    [b"", b"no", pack([[1.0]])[:-3], pack([[1.0], [2.0], [3.0]]), pack([[0.0] * 300_000])],
)
def test_what_was_not_packed_so_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="block"):
        unpack(data, 2)


def test_noise_takes_two_and_a_half_bytes_a_number() -> None:
    noise = [random.Random(1).lognormvariate(3, 1) for _ in range(5000)]  # noqa: S311 - noise
    assert len(pack([noise])) < 2.5 * len(noise)

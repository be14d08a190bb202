from __future__ import annotations

from bench.sample import Sample, in_turns
from bench.table import Bound, Row, at_least, at_most, show, times


async def test_two_things_are_measured_in_turns() -> None:
    order: list[str] = []

    async def first() -> float:
        order.append("a")
        return len(order)

    async def second() -> float:
        order.append("b")
        return len(order)

    samples = await in_turns(2, first, second, warm=1)
    assert "".join(order) == "ababab"
    assert samples == [Sample((3, 5)), Sample((4, 6))]


def test_a_sample_has_a_median_and_ends() -> None:
    sample = Sample.of(5, 1, 2)
    assert (sample.median, sample.least, sample.most) == (2, 1, 5)


def test_a_bound_is_judged_by_the_medians() -> None:
    def met(ours: float, bound: Bound, theirs: float | None = None) -> bool | None:
        beside = None if theirs is None else Sample.of(theirs)
        return Row("", "", Sample.of(0, ours, 1000), "", beside, bound).met

    assert met(3, at_most(3, "ms"))
    assert met(4, at_most(3, "ms")) is False
    assert met(3, at_least(3, "ms"))
    assert met(2, at_least(3, "ms")) is False
    assert met(35, times(2, plus=15, unit="ms"), 10)
    assert met(36, times(2, plus=15, unit="ms"), 10) is False


def test_the_table_says_the_ratio_the_bound_and_whether_it_was_met() -> None:
    table = show(
        [
            Row("slow", "ms", Sample.of(10, 40, 1234), "bare", Sample.of(16), times(2)),
            Row("plain", "MiB", Sample.of(0.125)),
        ]
    )
    assert [" ".join(line.split()) for line in table.splitlines()] == [
        "ratio bound met Pierhead beside it",
        "slow 2.50 x <= 2 x NO 40 ms (10 to 1,234) bare: 16 ms",
        "plain 0.12 MiB",
    ]

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from storage import calls, upgrades
from storage.calls import Call
from storage.upgrades import ENDED, Member, Step, Upgrade

WEB = Member("a" * 64, "web", "web-old", "web-new", runs=True, grace=10)
SIDE = Member("b" * 64, "side", "side-old", "side-new", runs=False, grace=3)
ONE = Upgrade("1-1", "1", (WEB, SIDE), "shop/web:1", "sha256:old", "sha256:new")

CALL = Call("1", 7, "i1", "container upgrade", ("upgrade", "web"), 42, 42, created_at=1.0)


def test_each_step_is_kept(connection: Connection) -> None:
    upgrades.save(connection, ONE, 1.0)
    made = ONE.having(replace(WEB, made="c" * 64))
    later = replace(made, step=Step.SWITCHING)
    upgrades.save(connection, later, 2.0)
    upgrades.save(connection, replace(ONE, id="1-2"), 2.0)
    upgrades.save(connection, replace(ONE, id="2-1", call="2"), 2.0)
    assert upgrades.of_call(connection, "1") == [later, replace(ONE, id="1-2")]


def test_a_forged_row_is_none(connection: Connection) -> None:
    for column in ("step", "body", "call"):
        upgrades.save(connection, ONE, 1.0)
        forged = {"step": "healthy", "body": '{"members": []}', "call": "1 "}[column]
        connection.execute(upgrades.upgrade.update().values({column: forged}))
        assert upgrades.of_call(connection, forged if column == "call" else "1") == []


def test_what_has_ended_goes_in_time(connection: Connection) -> None:
    calls.request(connection, CALL)
    for number, step in enumerate(Step):
        upgrades.save(connection, replace(ONE, id=f"1-{number}", step=step), 1.0)
    open_, remembered = set(Step) - set(ENDED), {Step.UNWELL}
    assert upgrades.prune(connection, 1.0) == 0
    assert upgrades.prune(connection, 2.0) == len(ENDED) - len(remembered)
    assert {one.step for one in upgrades.of_call(connection, "1")} == open_ | remembered
    assert upgrades.prune(connection, 2.0 + 90 * 86400) == len(remembered)
    assert {one.step for one in upgrades.of_call(connection, "1")} == open_


def test_what_nobody_can_end_any_more_goes_as_well(connection: Connection) -> None:
    upgrades.save(connection, replace(ONE, step=Step.RETURNING), 1.0)
    assert upgrades.prune(connection, 1.0) == 0
    assert upgrades.prune(connection, 2.0) == 1


def test_which_operations_have_one_that_came_to_no_end(connection: Connection) -> None:
    for call, step in (("1", Step.RETURNING), ("2", Step.DONE), ("3", Step.STUCK)):
        upgrades.save(connection, replace(ONE, id=call, call=call, step=step, tries=2), 1.0)
    assert [row.call for row in connection.execute(upgrades.unfinished())] == ["1"]
    (one,) = upgrades.of_call(connection, "1")
    assert one.tries == 2


def test_what_was_not_well_is_remembered(connection: Connection) -> None:
    upgrades.save(connection, replace(ONE, step=Step.BACK), 1.0)
    assert not upgrades.unwell(connection, WEB.old, ONE.after)
    upgrades.save(connection, replace(ONE, step=Step.UNWELL), 2.0)
    assert upgrades.unwell(connection, WEB.old, ONE.after)
    assert not upgrades.unwell(connection, WEB.old, "sha256:newer")
    assert not upgrades.unwell(connection, SIDE.old, ONE.after)

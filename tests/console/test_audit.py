"""`pierhead audit`: the proof, a head that was noted down, and letting the beginning go."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import audit
from storage.database import Connection, Database
from storage.sealed import key_file
from tests.console.conftest import Run, everything

KEY = Path("pierhead.key")
DAYS = ("2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02")


def at(day: str) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


async def opened() -> Database:
    return await Database.open("sqlite:///pierhead.db", key=key_file(KEY), ballast=0)


@pytest.fixture
def file(place: Path) -> Path:
    """An audit log of four days, a row each at noon."""

    def fill(connection: Connection) -> None:
        for day in DAYS:
            audit.append(connection, {"at": at(day) + 43200.0, "command": "ps"})

    async def make() -> None:
        db = await opened()
        await db.write(fill)
        await db.close()

    asyncio.run(make())
    return place / "pierhead.db"


def tamper(file: Path, trigger: str, statement: str) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(statement)
    connection.close()


def head_of(said: str) -> str:
    return said.partition("Its head: ")[2].splitlines()[0]


def commands(file: Path) -> list[str]:
    with sqlite3.connect(file) as connection:
        rows = connection.execute("SELECT command FROM audit ORDER BY seq").fetchall()
    connection.close()
    return [row[0] for row in rows]


def test_what_is_whole_is_proved_and_nothing_is_touched(file: Path, run: Run) -> None:
    before = everything(file.parent)
    said = run("audit", "verify")
    assert said.code == 0
    assert said.out.startswith("Whole: 4 rows.\nIts head: 4:")
    assert everything(file.parent) == before


def test_a_row_that_was_changed_is_named(file: Path, run: Run) -> None:
    tamper(file, "audit_no_update", "UPDATE audit SET body = '{}' WHERE seq = 2")
    said = run("audit", "verify")
    assert (said.code, said.out) == (1, "NOT WHOLE at row 2: it was changed.\n")


def test_an_end_that_was_cut_off_is_named(file: Path, run: Run) -> None:
    head = head_of(run("audit", "verify").out)
    assert run("audit", "verify", "--head", head).code == 0
    tamper(file, "audit_no_delete", "DELETE FROM audit WHERE seq > 2")
    for more in ((), ("--head", head)):
        said = run("audit", "verify", *more)
        assert said.code == 1
        assert said.out == "NOT WHOLE at row 3: it and what followed it were cut off.\n"


def test_an_older_copy_shows_against_a_head(file: Path, run: Run) -> None:
    before = file.read_bytes()

    async def go_on() -> None:
        db = await opened()
        await db.write(lambda c: audit.append(c, {"at": at("2026-02-03")}))
        await db.close()

    asyncio.run(go_on())
    head = head_of(run("audit", "verify").out)
    file.write_bytes(before)
    assert run("audit", "verify").code == 0
    said = run("audit", "verify", "--head", head)
    assert (said.code, said.out[:24]) == (1, "NOT WHOLE at row 5: it a")


def test_another_key_is_named_and_a_lost_one_too(file: Path, run: Run) -> None:
    KEY.write_bytes(b"q" * 32)
    said = run("audit", "verify")
    assert said.code == 1
    assert said.out == "NOT WHOLE at row 4: its seal is lost, false or of another key.\n"
    assert run("audit", "prune", "--before", "2026-02-01").code == 1
    KEY.unlink()
    said = run("audit", "verify")
    assert (said.code, said.out) == (1, "")
    assert "pierhead.key cannot be read" in said.err
    assert not KEY.exists()


@pytest.mark.parametrize("head", ["", "4", "4:ab", "x:" + "0" * 64, "4:" + "g" * 64])
def test_what_is_no_head_is_a_usage_error(
    run: Run, capsys: pytest.CaptureFixture[str], head: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        run("audit", "verify", "--head", head)
    assert ended.value.code == 2
    assert "a head is a number" in capsys.readouterr().err


def test_where_there_is_no_database_none_is_made(place: Path, run: Run) -> None:
    for arguments in (("verify",), ("prune", "--before", "2026-01-01")):
        said = run("audit", *arguments)
        assert (said.code, said.out) == (1, "")
        assert said.err == "The database can't be used: pierhead.db is not there\n"
    assert everything(place) == {}


def test_what_is_older_goes_and_the_rest_is_proved(file: Path, run: Run) -> None:
    old = head_of(run("audit", "verify").out)
    said = run("audit", "prune", "--before", "2026-02-01")
    assert said.code == 0
    assert said.out.startswith(
        "2 rows from before 2026-02-01 were removed.\nWhole: 3 rows.\nIts head: 5:"
    )
    assert commands(file) == ["ps", "ps", "audit prune"]
    assert run("audit", "verify", "--head", head_of(said.out)).code == 0
    assert run("audit", "verify", "--head", old).code == 0
    assert sorted(path.name for path in file.parent.iterdir()) == [
        "pierhead.db",
        "pierhead.key",
    ]


def test_a_head_that_was_pruned_proves_nothing(file: Path, run: Run) -> None:
    old = head_of(run("audit", "verify").out)
    assert run("audit", "prune", "--before", "2026-03-01").code == 0
    assert run("audit", "verify", "--head", old).code == 0  # it is the checkpoint itself
    assert run("audit", "prune", "--before", today()).code == 0
    said = run("audit", "verify", "--head", f"3:{'0' * 64}")
    assert said.code == 1
    assert said.out.startswith("NOT PROVED: row 3 was pruned")


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def test_nothing_older_changes_nothing(file: Path, run: Run) -> None:
    said = run("audit", "prune", "--before", "2026-01-30")
    assert said.code == 0
    assert said.out.startswith("Nothing is from before 2026-01-30. Nothing was removed.\n")
    assert commands(file) == ["ps"] * 4


def test_a_day_begins_in_the_time_zone_of_the_config(
    file: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIERHEAD_LOCALE__TIMEZONE", "Pacific/Kiritimati")  # 14 hours ahead
    assert run("audit", "prune", "--before", "2026-02-01").code == 0
    assert commands(file) == ["ps", "ps", "ps", "audit prune"]


@pytest.mark.parametrize("day", ["9999-12-31", "2999-01-01"])
def test_a_day_that_has_not_come_yet_is_refused(file: Path, run: Run, day: str) -> None:
    said = run("audit", "prune", "--before", day)
    assert (said.code, said.out) == (1, "")
    assert said.err == f"{day} has not come yet. Nothing was removed.\n"
    assert len(commands(file)) == 4


def test_what_is_not_whole_is_not_pruned(file: Path, run: Run) -> None:
    tamper(file, "audit_no_update", "UPDATE audit SET body = '{}' WHERE seq = 2")
    said = run("audit", "prune", "--before", "2026-02-01")
    assert said.code == 1
    assert said.out == "NOT WHOLE at row 2: it was changed.\n"
    assert said.err == "Nothing was removed.\n"
    assert len(commands(file)) == 4


async def test_it_can_be_pruned_while_a_bot_runs(file: Path, run: Run) -> None:
    db = await opened()
    await db.write(lambda c: audit.append(c, {"at": at("2026-02-03")}))
    said = await asyncio.to_thread(run, "audit", "prune", "--before", "2026-02-02")
    assert said.code == 0, said.err
    assert await db.write(lambda c: audit.append(c, {})) == 7
    assert (await db.read(audit.verify)).rows == 4
    await db.close()

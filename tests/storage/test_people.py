from __future__ import annotations

import pytest
from sqlalchemy import Connection

from storage import people
from storage.people import Owners
from tests.storage.conftest import fresh


def test_an_owner_by_claim(connection: Connection) -> None:
    assert people.owners(connection) == Owners({}, ())
    people.add_owner(connection, 42, "Änn", 10.0)
    assert people.owners(connection) == Owners({42: "Änn"}, ())
    people.add_owner(connection, 42, "Ann B.", 20.0)
    assert people.owners(connection) == Owners({42: "Ann B."}, ())


@pytest.mark.parametrize("change", ["id = 7", "name = 'Eve'", "claimed_at = 1", "seal = x'00'"])
def test_who_can_write_the_database_becomes_no_owner(connection: Connection, change: str) -> None:
    people.add_owner(connection, 42, "Ann", 10.0)
    connection.exec_driver_sql(f"UPDATE owner_claim SET {change}")  # noqa: S608 - the table above
    found = people.owners(connection)
    assert found.names == {}
    assert found.forged == (7 if "id" in change else 42,)


def test_a_seal_is_good_for_its_own_row_only(connection: Connection) -> None:
    people.add_owner(connection, 42, "Ann", 10.0)
    connection.exec_driver_sql(
        "INSERT INTO owner_claim SELECT 7, name, claimed_at, seal FROM owner_claim"
    )
    assert people.owners(connection) == Owners({42: "Ann"}, (7,))


def test_another_key_knows_nobody(connection: Connection) -> None:
    people.add_owner(connection, 42, "Ann", 10.0)
    seal = connection.exec_driver_sql("SELECT seal FROM owner_claim").scalar_one()
    with fresh(key=b"other") as stranger:
        people.add_owner(stranger, 42, "Ann", 10.0)
        stranger.exec_driver_sql("UPDATE owner_claim SET seal = ?", (seal,))
        assert people.owners(stranger) == Owners({}, (42,))

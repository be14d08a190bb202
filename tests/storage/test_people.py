from __future__ import annotations

import pytest
from sqlalchemy import Connection

from storage import people
from storage.errors import Forged
from storage.people import Owners, Person
from tests.storage.conftest import fresh

ANN = Person(42, "Änn", "invitation", 10.0)


def test_who_was_enrolled_is_known(connection: Connection) -> None:
    people.enrol(connection, ANN)
    assert people.get(connection, 42) == ANN
    assert people.get(connection, 43) is None
    later = Person(42, "Ann B.", "invitation", 20.0)
    people.enrol(connection, later)
    assert people.get(connection, 42) == later


def test_an_owner_by_claim(connection: Connection) -> None:
    assert people.owners(connection) == Owners({}, ())
    people.add_owner(connection, 42, "Ann", 10.0)
    assert people.owners(connection) == Owners({42: "Ann"}, ())
    assert people.get(connection, 42) == Person(42, "Ann", "claim", 10.0)


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


def test_a_person_that_was_changed_in_the_database_is_nobody(connection: Connection) -> None:
    people.enrol(connection, ANN)
    connection.exec_driver_sql("UPDATE person SET enrolled_at = 0")
    with pytest.raises(Forged):
        people.get(connection, 42)

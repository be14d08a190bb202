"""Start-up time and memory: what must not be loaded unless it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

ALL = "import storage.database, storage.tables, storage.sealed"


@pytest.mark.parametrize(
    ("statements", "unwanted"),
    [
        ("import storage", "sqlalchemy"),
        (ALL, "sqlalchemy.orm"),
        (ALL, "sqlalchemy.dialects.postgresql"),
        (ALL, "alembic"),
    ],
)
def test_what_is_not_imported(statements: str, unwanted: str) -> None:
    asked = f"import sys\n{statements}\nprint({unwanted!r} in sys.modules)"
    out = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert out.stdout == "False\n"

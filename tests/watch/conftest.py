"""A database on the disk, as the threads of a real one use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = await Database.open(f"sqlite:///{tmp_path}/bot.db", ballast=0)
    yield made
    await made.close()

"""`pierhead run`, as a process: how it begins, and how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.console.conftest import TOKEN, everything

CODE = Path(__file__).parents[2]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIERHEAD_")}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(CODE), **kept, **more}


async def ended(place: Path, **more: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"), cwd=place, env=environment(**more), stderr=PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, said.decode()


async def test_it_makes_the_folder_of_its_database_and_ends_when_told(
    place: Path, tmp_path: Path
) -> None:
    async with Sandbox(TOKEN, {42: "Olga"}) as telegram:
        more = {
            "PIERHEAD_TELEGRAM__BASE_URL": telegram.base_url,
            "PIERHEAD_STORAGE__URL": "sqlite:///deep/down/pierhead.db",
            "LANG": "ru_RU.UTF-8",
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"), cwd=place, env=environment(**more), stderr=PIPE
        )
        said: list[str] = []
        assert process.stderr is not None
        while not said or "отвечает" not in said[-1]:
            said.append((await asyncio.wait_for(process.stderr.readline(), 60)).decode())
            assert said[-1], said
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    assert said[-1] == "Pierhead отвечает как @pierhead_bot.\n"
    assert said[0] == "У бота ещё нет владельца.\n"
    assert said[2].startswith("    /start _")
    assert stat.S_IMODE((place / "deep").stat().st_mode) == 0o700
    assert (place / "deep/down/pierhead.key").is_file()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "PIERHEAD_LIMITS__RATE",
            "many",
            "PIERHEAD_LIMITS__RATE: limits.rate: It must be a whole number.\n",
        ),
        (
            "PIERHEAD_STORAGE__URL",
            "sqlite:////dev/null/p.db",
            "The database can't be used: /dev/null cannot be made: File exists\n",
        ),
    ],
)
async def test_what_keeps_it_from_starting_is_one_sentence(
    place: Path, name: str, value: str, sentence: str
) -> None:
    assert await ended(place, **{name: value}) == (1, sentence)
    assert everything(place) == {}

"""The process: it ends in order, leaves nothing unseen, and shows its token to nobody."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from sandbox import Fault, Sandbox
from tests.e2e.conftest import OWNER, TOKEN, environment_of
from tests.e2e.luck import eventually
from tests.private_engine import Engine

SECRET = TOKEN.partition(":")[2]
STRICT = ("-X", "dev", "-W", "error")


async def bot(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *STRICT,
        *arguments,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process) -> str:
    """End it, and what it has said."""
    process.send_signal(signal.SIGTERM)
    out, err = await asyncio.wait_for(process.communicate(), 20)
    return out.decode() + err.decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_in_order_and_warns_of_nothing(
    telegram: Sandbox, engine: Engine, tmp_path: Path, number: signal.Signals
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sh", "-c", "echo one; sleep 1000")
    process = await bot(environment_of(telegram, engine.url, tmp_path), "-m", "bot", "run")
    phone = telegram.private(OWNER)
    assert "web" in (await phone.ask("/ps", within=30)).text
    await phone.ask("/logs -f web")
    process.send_signal(number)
    _, said = await asyncio.wait_for(process.communicate(), 20)
    text = said.decode()
    assert process.returncode == 0, text
    for word in ("Traceback", "Warning", "never retrieved", "was destroyed", SECRET):
        assert word not in text, text


async def test_it_ends_while_telegram_hangs(
    telegram: Sandbox, engine: Engine, tmp_path: Path
) -> None:
    telegram.fail("*", Fault.hang(), 100)
    process = await bot(environment_of(telegram, engine.url, tmp_path), "-m", "bot", "run")
    await eventually(lambda: telegram.requests != [])
    text = await ended(process)
    assert process.returncode == 0, text
    assert "Traceback" not in text


async def test_a_bug_that_ends_it_does_not_show_the_token(
    telegram: Sandbox, engine: Engine, tmp_path: Path
) -> None:
    code = (
        "import bot.assembly, bot.run\n"
        "async def broken(self, ready):\n"
        "    raise RuntimeError(f'a bug at {self.bot.token}')\n"
        "bot.assembly.Connection.run = broken\n"
        "raise SystemExit(bot.run.run(None))\n"
    )
    process = await bot(environment_of(telegram, engine.url, tmp_path), "-c", code)
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1
    assert b"a bug at" in err, err.decode()
    assert SECRET.encode() not in out + err

"""`python -m sandbox`: what it prints, and what it says where it cannot serve."""

import asyncio
import re
import socket
import sys

import httpx
import pytest
from click.testing import CliRunner

from sandbox.__main__ import main


async def test_it_serves_until_it_is_told_to_stop() -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "--token", "1:A", "--person", "42:owner:ru"),
        *("--group", "-1001:Ops"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    root = (await program.stdout.readline()).decode().split()[-1]
    link = (await program.stdout.readline()).decode().split()[-1]
    assert re.fullmatch(re.escape(root) + r"/chat\?key=[0-9a-f]{32}", link)
    async with httpx.AsyncClient(trust_env=False) as client:
        chat = (await client.get(f"{root}/bot1:A/getChat?chat_id=-1001")).json()
    assert chat["result"]["title"] == "Ops"
    program.terminate()
    assert await program.wait() == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--host", "0.0.0.0"], "loopback address only"),
        (["--person", "owner"], "is not ID:NAME or ID:NAME:LANGUAGE"),
        (["--group", "5:Ops"], "is not -ID:TITLE"),
        (["--token", "secret"], "a token is a number, a colon and a secret"),
    ],
)
def test_wrong_options_are_explained(arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code != 0
    assert says in result.output


def test_a_taken_port_is_explained() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(main, ["--port", port])
    assert result.exit_code == 1
    assert "in use" in result.output

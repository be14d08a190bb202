"""The disk of the host is full: whatever finds that out, the reader is led to what makes room."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, Clock
from tests.e2e.talk import Played, later, played
from tests.e2e.test_files import tar
from tests.e2e.test_golden_images import HERE, archive, images
from tests.hosts.scripted import Script, answer, row, streamed

WHY = "write /var/lib/docker/tmp/x: no space left on device"
TOLD = "The disk of local is full: /df shows what fills it, /prune makes room."
FULL = answer({"message": WHY}, 500)
STREAMED = streamed(json.dumps({"error": WHY, "errorDetail": {"message": WHY}}).encode())


@pytest.fixture
async def world(telegram: Sandbox, tmp_path: Path, clock: Clock) -> AsyncIterator[Played]:
    async with played(telegram, tmp_path, clock, starts=False) as world:
        world.pierhead.file = tmp_path / "config.toml"
        world.pierhead.file.write_text(f'[registries."{HERE}"]\n')
        scripts = world.engine.scripts
        scripts["GET /containers/json"] = answer([row()])
        scripts["GET /images/json"] = answer(images())
        async with world.pierhead.running():
            yield world


async def said(phone: Phone) -> str:
    """What is said last, with a word of the disk in it."""
    while True:
        later(phone, 1.1)
        text = (await phone.wait(within=20)).text
        if "no space left" in text:
            return text


@pytest.mark.parametrize(
    ("asked", "script", "line"),
    [
        (f"POST /images/{HERE}/shop/web/push", STREAMED, f"/push {HERE}/shop/web:3"),
        ("POST /images/create", STREAMED, f"/pull {HERE}/shop/web:4"),
        ("POST /commit", FULL, "/commit web"),
        ("POST /containers/create", FULL, "/create shop/box:1"),
    ],
)
async def test_on_the_way_of_a_line(
    world: Played, telegram: Sandbox, asked: str, script: Script, line: str
) -> None:
    phone = telegram.private(OWNER)
    world.engine.scripts[asked] = script
    await phone.send(line)
    assert TOLD in (await said(phone)).splitlines()


@pytest.mark.parametrize(
    ("asked", "script", "line", "content"),
    [
        ("POST /images/load", STREAMED, "/load", archive("new:1")),
        ("POST /images/load", FULL, "/load", archive("new:1")),
        ("POST /images/create", STREAMED, "/image import - new:1", tar(("a", b"x"))),
        ("POST /images/create", FULL, "/image import - new:1", tar(("a", b"x"))),
        ("POST /build", STREAMED, "/build -t new:1 -", b"FROM scratch\nCOPY Dockerfile /\n"),
    ],
)
async def test_on_the_way_of_a_document(
    world: Played, telegram: Sandbox, asked: str, script: Script, line: str, content: bytes
) -> None:
    phone = telegram.private(OWNER)
    world.engine.scripts[asked] = script
    await phone.send_document("a", content, line)
    lines = (await said(phone)).splitlines()
    assert TOLD in lines
    assert {"Nothing of it came to local.", "No image was made."} & {
        sentence + "." for one in lines for sentence in one.rstrip(".").split(". ")
    }

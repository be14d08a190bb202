"""What is said while images come and go, to the letter, on an Engine and at an hour made up."""

from __future__ import annotations

import asyncio
import io
import json
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, RUSSIAN, Clock
from tests.e2e.golden import Goldens
from tests.e2e.talk import Morning, Played, later, played, shows
from tests.hosts.scripted import Request, Script, answer, begin, chunk

HERE = "hub.home:5000"
IMAGES = (("shop/box:1", 41_000_000), ("shop/db:7", 230_000_000), (f"{HERE}/shop/web:3", 88_000))
LAYERS = {"a/layer.tar": 30_000, "b/layer.tar": 10_000}


@pytest.fixture
def clock() -> Clock:
    return Morning()


@pytest.fixture(params=["en", "ru"])
def goldens(request: pytest.FixtureRequest) -> Goldens:
    return Goldens(request.param)


@pytest.fixture
async def world(telegram: Sandbox, tmp_path: Path, clock: Clock) -> AsyncIterator[Played]:
    async with played(telegram, tmp_path, clock, starts=False) as world:
        file = tmp_path / "config.toml"
        file.write_text(f'[registries."{HERE}"]\n')
        world.pierhead.file = file
        world.engine.scripts["GET /containers/json"] = answer([])
        world.engine.scripts["GET /images/json"] = answer(images())
        async with world.pierhead.running():
            yield world


@pytest.fixture
def phone(world: Played, goldens: Goldens) -> Phone:
    return world.telegram.private(OWNER if goldens.language == "en" else RUSSIAN)


def images() -> list[dict[str, object]]:
    return [
        {"Id": f"sha256:{n:064}", "RepoTags": [name], "Size": size, "Created": 1_700_000_000}
        for n, (name, size) in enumerate(IMAGES)
    ]


def archive(*tags: str) -> bytes:
    """What `/save` makes of images, as far as a load looks at it."""
    manifest = json.dumps([{"RepoTags": tags, "Layers": list(LAYERS)}]).encode()
    files = {"manifest.json": manifest} | {name: bytes(size) for name, size in LAYERS.items()}
    room = io.BytesIO()
    with tarfile.open(fileobj=room, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return room.getvalue()


def progress(layer: str, status: str, current: int, total: int) -> bytes:
    detail = {"current": current, "total": total}
    return json.dumps({"id": layer, "status": status, "progressDetail": detail}).encode() + b"\n"


def telling(*pieces: bytes, then: asyncio.Event, last: bytes = b"") -> Script:
    """Say the pieces, and the last one `then`."""

    async def script(_request: Request, writer: asyncio.StreamWriter) -> None:
        await begin(writer)
        for piece in pieces:
            await chunk(writer, piece)
        await then.wait()
        await chunk(writer, last)
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    return script


@pytest.mark.parametrize("count", [1, 2])
async def test_load(world: Played, goldens: Goldens, phone: Phone, count: int) -> None:
    tags, go_on = [name for name, _ in IMAGES[:count]], asyncio.Event()
    world.engine.scripts["POST /images/load"] = telling(
        progress("0123456789ab", "Loading layer", 30_000, 30_000),
        progress("ba9876543210", "Loading layer", 2_000, 10_000),
        then=go_on,
        last=b"".join(b'{"stream":"Loaded image: %b\\n"}\n' % tag.encode() for tag in tags),
    )
    await phone.send_document("box.tar", archive(*tags), "/load")
    later(phone, 1.1)
    seen = await shows(await phone.wait(), "█")
    if count == 1:
        goldens.check("load", seen)
    world.clock.advance(3670)
    go_on.set()
    goldens.check("load-ended" if count == 1 else "load-several", await seen.changed())


async def test_push(world: Played, goldens: Goldens, phone: Phone) -> None:
    go_on = asyncio.Event()
    world.engine.scripts[f"POST /images/{HERE}/shop/web/push"] = telling(
        progress("0123456789ab", "Layer already exists", 0, 0),
        progress("ba9876543210", "Pushing", 2_000_000, 10_000_000),
        then=go_on,
    )
    await phone.send(f"/push {HERE}/shop/web:3")
    later(phone, 1.1)
    seen = await shows(await phone.wait(), "█")
    goldens.check("push", seen)
    world.clock.advance(3670)
    go_on.set()
    goldens.check("push-ended", await seen.changed())

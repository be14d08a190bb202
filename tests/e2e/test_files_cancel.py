"""Cancel while bytes flow: it ends on the Engine too, and what of it is there is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.spool import Spool
from handlers.receiving import sent
from sandbox import Phone, Sandbox, Seen
from sandbox.engine.images import import_image
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.luck import outcomes
from tests.e2e.talk import later, played, shows, tap
from tests.e2e.test_files import running
from tests.e2e.test_files_luck import at_work, spooled, stuck
from tests.e2e.test_golden_images import archive, images, telling
from tests.hosts.scripted import answer
from tests.private_engine import Engine


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


async def until(so: Callable[[], bool]) -> None:
    """Wait for what the Engine does a moment later."""
    async with asyncio.timeout(30):
        while not so():  # noqa: ASYNC110 - the Engine rings no bell of ours
            await asyncio.sleep(0.02)


async def button(phone: Phone, label: str) -> Seen:
    """The message that has it, once it comes."""
    while True:
        later(phone, 1.1)
        seen = await phone.wait(within=20)
        if [label] in seen.buttons:
            return seen


@pytest.mark.parametrize("line", ["/load", "/image import - fs:1"])
async def test_what_goes_to_the_engine(
    pierhead: Pierhead,
    phone: Phone,
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
) -> None:
    began = asyncio.Event()

    async def held(*args: object) -> AsyncIterator[bytes]:
        async for piece in sent(*args):  # type: ignore[arg-type]  # as they come
            yield piece
            began.set()
            await asyncio.Event().wait()

    monkeypatch.setattr("handlers.image.coming.sent", held)
    running(engine)
    sdk = engine.sdk.api
    content = b"".join(sdk.get_image("busybox:latest") if line == "/load" else sdk.export("web"))
    engine.docker("rm", "-f", "web")
    engine.docker("rmi", "busybox")
    verb = "load" if line == "/load" else "import"
    async with pierhead.running():
        await phone.send_document("a.tar", content, line)
        seen = await button(phone, f"Cancel the {verb}")
        await began.wait()
        await until(lambda: at_work(engine) != [])
        assert await tap(seen, f"Cancel the {verb}") == "Stopping."
        seen = await shows(seen, "Cancelled")
        await until(lambda: at_work(engine) == [])
        assert spooled(tmp_path) == []
    assert seen.text.splitlines()[0].startswith(f"Cancelled: {verb} ")
    assert seen.text.splitlines()[1:] == ["Nothing of it came to local."]
    assert engine.docker("images", "-qa") == ""
    assert outcomes(tmp_path, f"image {verb}") == ["requested", "started", "cancelled"]


async def test_a_load_that_the_engine_has_all_of_is_told_as_far_as_it_came(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        loaded = b'{"stream":"Loaded image: shop/box:1\\n"}\n'
        scripts = world.engine.scripts
        scripts["GET /containers/json"] = scripts["GET /images/json"] = answer([])
        scripts["POST /images/load"] = telling(loaded, then=asyncio.Event())
        await phone.send_document("a.tar", archive("shop/box:1", "other:2"), "/load")
        seen = await button(phone, "Cancel the load")
        scripts["GET /images/json"] = answer(images())
        await tap(seen, "Cancel the load")
        seen = await shows(seen, "Cancelled")
        assert seen.text.splitlines() == [
            "Cancelled: load images on local",
            "On local since: shop/box:1.",
            "Docker had been sent all of it, and may still go on.",
        ]


async def test_a_push(pierhead: Pierhead, phone: Phone, engine: Engine, tmp_path: Path) -> None:
    async with stuck() as (registry, asked, left):
        pierhead.file = tmp_path / "config.toml"
        pierhead.file.write_text(f'[registries."{registry}"]\n')
        engine.docker("tag", "busybox", f"{registry}/box:1")
        async with pierhead.running():
            await phone.send(f"/push {registry}/box:1")
            seen = await button(phone, "Cancel the push")
            await asyncio.wait_for(asked.wait(), 20)
            await tap(seen, "Cancel the push")
            seen = await shows(seen, "Cancelled")
            await asyncio.wait_for(left.wait(), 20)
    assert seen.text.splitlines() == [
        f"Cancelled: push {registry}/box:1@local",
        f"Layers that came through may stay in {registry}.",
    ]


@pytest.mark.parametrize("line", ["/save big:1", "/export web", "/cp web:/ -"])
async def test_what_comes_from_the_engine(
    pierhead: Pierhead,
    phone: Phone,
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
) -> None:
    async def held(_spool: Spool, _write: object, pieces: AsyncIterator[bytes]) -> None:
        await anext(pieces)
        await asyncio.Event().wait()

    monkeypatch.setattr(Spool, "feed", held)
    import_image(engine.sdk, "big:1", mebibytes=16)  # more than what lies on the way
    engine.docker("run", "-d", "--name", "web", "big:1", "sleep", "1000")
    async with pierhead.running():
        await phone.send(line)
        seen = await button(phone, "Stop")
        await until(lambda: at_work(engine) != [])
        assert await tap(seen, "Stop") == "Stopping."
        seen = await shows(seen, "Stopped")
        await until(lambda: at_work(engine) == [])
        assert spooled(tmp_path) == []
    assert not any(one.document for one in phone.history)

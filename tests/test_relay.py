"""What hands messages to other channels: as plain text, and running no code but its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aiohttp import web

from bot import relay
from bot.watch.second import handed


async def test_what_was_said_becomes_no_html() -> None:
    letters: list[str] = []

    async def take(request: web.Request) -> web.Response:
        letters.append(json.loads(await request.text())["message"])
        return web.Response()

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"json://127.0.0.1:{runner.addresses[0][1]}/?format=html"
    letter = {"title": "CRITICAL web", "body": "<a href='//evil.example'>all is well</a>"}
    assert await handed([url], letter) == [True]
    assert "<a" not in letters[0]
    await runner.cleanup()


async def test_what_lies_beside_the_database_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot runs in the folder of its database: who can write there must not run anything."""
    for name in ("json", "apprise"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.setenv("PYTHONPATH", str(Path(relay.__file__).parents[1]))
    monkeypatch.chdir(tmp_path)
    assert await handed(["json://127.0.0.1:9/"], {"title": "a", "body": "b"}) == [False]
    assert not (tmp_path / "ran").exists()

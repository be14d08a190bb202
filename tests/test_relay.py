"""What goes to other channels is plain text there too."""

from __future__ import annotations

import json

from aiohttp import web

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

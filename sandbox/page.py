"""The browser chat's own endpoints: the page, its state and events, and what its people do.

All of them need the key of the link (see `guard.py`). The static files are a handful and named
here, so that no path from outside ever meets the file system.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.resources import files

from starlette.requests import ClientDisconnect, Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from sandbox.attach import attach
from sandbox.control import Control
from sandbox.deeds import DEEDS
from sandbox.guard import has_key
from sandbox.line import Line
from sandbox.reading import read_object
from sandbox.state.world import World
from sandbox.view import event_view, state_view

Endpoint = Callable[[Request], Awaitable[Response]]

STATIC = {
    "index.html": "text/html",
    "chat.css": "text/css",
    "chat.js": "text/javascript",
    "attach.js": "text/javascript",
    "bubble.js": "text/javascript",
    "text.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
HEARTBEAT = 15.0  # seconds between signs of life on a quiet stream


class Page:
    """The endpoints under `/chat` and `/control`."""

    def __init__(self, world: World, line: Line, key: str) -> None:
        self._world = world
        self._key = key
        self._closed = False
        self._control = Control(world, line)

    def routes(self) -> list[Route]:
        """All routes, each behind the key."""
        return [
            Route("/chat", self._index, methods=["GET"]),
            Route("/chat/static/{name}", self._kept(self._static), methods=["GET"]),
            Route("/chat/state", self._kept(self._state), methods=["GET"]),
            Route("/chat/events", self._kept(self._events), methods=["GET"]),
            Route("/chat/file/{id}", self._kept(self._file), methods=["GET"]),
            Route("/chat/do/{deed}", self._kept(self._do), methods=["POST"]),
            Route("/chat/attach", self._kept(self._attach), methods=["POST"]),
            Route("/control/{order}", self._kept(self._control.obey), methods=["POST"]),
        ]

    def close(self) -> None:
        """End all streams of events."""
        self._closed = True
        self._world.journal.bell.ring()

    def _cookie(self, request: Request) -> str:
        # Cookies ignore ports: two sandboxes on one machine must not take each other's.
        return f"sandbox_{request.scope['server'][1]}"

    def _kept(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint behind the key."""

        async def guarded(request: Request) -> Response:
            if not has_key(request, self._key, self._cookie(request)):
                return _refused()
            return await endpoint(request)

        return guarded

    async def _index(self, request: Request) -> Response:
        given = request.query_params.get("key", "")
        known = given.encode() == self._key.encode()
        if not known and not has_key(request, self._key, self._cookie(request)):
            return _refused()
        page = _static_file("index.html")
        if known:
            page.set_cookie(
                self._cookie(request), self._key, path="/", httponly=True, samesite="strict"
            )
        return page

    async def _static(self, request: Request) -> Response:
        name = request.path_params["name"]
        return _static_file(name) if name in STATIC else PlainTextResponse("no such file", 404)

    async def _state(self, _request: Request) -> Response:
        return JSONResponse(state_view(self._world))

    async def _events(self, request: Request) -> Response:
        after = request.headers.get("last-event-id") or request.query_params.get("after", "")
        start = int(after) if after.isdecimal() else self._world.journal.last
        return StreamingResponse(self._stream(start), media_type="text/event-stream")

    async def _stream(self, number: int) -> AsyncIterator[str]:
        journal = self._world.journal
        if not journal.holds(number):
            yield _event(journal.last, {"what": "reload"})
            number = journal.last
        while not self._closed:
            for event in journal.after(number):
                number = event.number
                yield _event(number, event_view(self._world, event))
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await journal.bell.wait()
            except TimeoutError:
                yield ": still here\n\n"

    async def _file(self, request: Request) -> Response:
        file = self._world.files.get(request.path_params["id"])
        if file is None:
            return PlainTextResponse("no such file", 404)
        if "show" in request.query_params and file.photo:
            return FileResponse(file.place, media_type=file.mime)
        headers = {"Content-Disposition": "attachment"}
        return FileResponse(file.place, media_type="application/octet-stream", headers=headers)

    async def _do(self, request: Request) -> Response:
        deed = DEEDS.get(request.path_params["deed"])
        if deed is None:
            return PlainTextResponse("no such deed", 404)
        try:
            return JSONResponse(deed(self._world, await read_object(request)))
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)

    async def _attach(self, request: Request) -> Response:
        try:
            return JSONResponse(await attach(self._world, request))
        except (ValueError, KeyError, OSError) as error:
            return JSONResponse({"error": str(error)}, 400)
        except ClientDisconnect:  # the person thought better of it
            return Response()


def _event(number: int, view: object) -> str:
    return f"id: {number}\ndata: {json.dumps(view)}\n\n"


def _static_file(name: str) -> Response:
    content = files("sandbox").joinpath("chat", name).read_bytes()
    return Response(content, media_type=STATIC[name])


def _refused() -> Response:
    return PlainTextResponse("Open the link that the sandbox printed: its key is missing.", 403)

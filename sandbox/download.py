"""`/file/bot<token>/<path>`: how a bot downloads what `getFile` named.

A server with `--local` has no such thing: its bots read the file from the disk.
"""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.answers import broken, error_answer
from sandbox.api.endpoint import check_token
from sandbox.calls import Calls
from sandbox.errors import ApiError
from sandbox.faults import DOWNLOAD
from sandbox.line import Line
from sandbox.state.world import World


class Download:
    """The ASGI application behind the path."""

    def __init__(self, world: World, line: Line, calls: Calls) -> None:
        self._world = world
        self._line = line
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        params = Request(scope).path_params
        try:
            check_token(self._world, params["token"])
        except ApiError as error:
            await error_answer(error)(scope, receive, send)
            return
        self._calls.add(DOWNLOAD, {"path": params["path"]})
        fault = self._world.faults.take(DOWNLOAD)
        answer = self._file(params["path"])
        app = answer if fault is None else broken(fault, self._line, answer)
        await app(scope, receive, send)

    def _file(self, path: str) -> Response:
        files = self._world.files
        file = None if files.local else files.at(path)
        if file is None:
            return error_answer(ApiError(404, "Not Found"))
        return FileResponse(file.place, media_type="application/octet-stream")

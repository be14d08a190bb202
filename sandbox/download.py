"""`/file/bot<token>/<path>`: how a bot downloads what `getFile` named."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.api.endpoint import check_token, error_answer
from sandbox.errors import ApiError
from sandbox.state.world import World


class Download:
    """The ASGI application behind the path."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        try:
            check_token(self._world, request.path_params["token"])
        except ApiError as error:
            return error_answer(error)
        file = self._world.files.at(request.path_params["path"])
        if file is None:
            return error_answer(ApiError(404, "Not Found"))
        return FileResponse(file.place, media_type="application/octet-stream")

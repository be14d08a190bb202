"""The door of the Bot API: token, method, parameters, fault, answer.

It records every call, so that a test can ask what the bot did, and turns refusals into the
service's JSON. `getUpdates` is run here, because it must notice that its caller has hung up.
"""

import asyncio
import contextlib
from collections import deque
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.api import BY_NAME
from sandbox.api.body import read_params
from sandbox.api.params import Params
from sandbox.api.webhook import read_kinds
from sandbox.errors import ApiError, flood, refusal
from sandbox.faults import Fault
from sandbox.line import Cut, Hang, Line, until_gone
from sandbox.state.journal import Bell
from sandbox.state.updates import LATEST_POLL
from sandbox.state.world import World

MOST_CALLS = 10_000
LONGEST_TOKEN = 80
HIGHEST_ID = 1 << 54
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook "
    "first"
)
PROXY_PAGE = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
PROXY_TITLES = {502: "502 Bad Gateway", 503: "503 Service Unavailable", 504: "504 Gateway Time-out"}


class Call(NamedTuple):
    """One call of the bot: the method in the bot's spelling and its parameters as strings."""

    method: str
    params: dict[str, str]


class BotApi:
    """The ASGI application behind `/bot<token>/<method>`."""

    def __init__(self, world: World, line: Line) -> None:
        self._world = world
        self._line = line
        self.calls: deque[Call] = deque(maxlen=MOST_CALLS)
        self.bell = Bell()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        answer = await self._answer(request, **scope["path_params"])
        await answer(scope, receive, send)

    async def _answer(self, request: Request, token: str, method: str) -> ASGIApp:
        try:
            check_token(self._world, token)
            if method.lower() not in BY_NAME and method.lower() != "getupdates":
                raise refusal(404, "method not found")
            params = await read_params(request, self._world.files)
        except ApiError as error:
            return error_answer(error)
        self.calls.append(Call(method, dict(params.values)))
        self.bell.ring()
        fault = self._world.faults.take(method)
        if fault is not None and not fault.handled:
            return self._broken(fault)
        answer = await self._handle(request, method.lower(), params)
        return answer if fault is None else self._broken(fault)

    async def _handle(self, request: Request, method: str, params: Params) -> Response:
        try:
            if method == "getupdates":
                result = await self._poll(request, params)
            else:
                result = BY_NAME[method](self._world, params)
        except ApiError as error:
            return error_answer(error)
        return JSONResponse({"ok": True, "result": result})

    async def _poll(self, request: Request, params: Params) -> object:
        world = self._world
        if world.hook.url:
            raise refusal(409, WEBHOOK_ACTIVE)
        world.updates.ask(read_kinds(params))
        gone = asyncio.ensure_future(until_gone(request.receive))
        try:
            updates = await world.updates.poll(
                params.integer("offset"),
                params.integer("limit", 100, 1, 100),
                params.integer("timeout", 0, 0, LATEST_POLL),
                gone,
            )
        finally:
            gone.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await gone
        return [update.as_json() for update in updates]

    def _broken(self, fault: Fault) -> ASGIApp:
        match fault.kind:
            case "retry":
                return error_answer(flood(fault.retry_after))
            case "status":
                return _status_answer(fault.code)
            case "hang":
                return Hang(self._line)
            case _:
                return Cut(self._line)


def check_token(world: World, token: str) -> None:
    """Raise where the token is not one, or not this bot's."""
    number = token.partition(":")[0]
    well_formed = number.isdecimal() and number.isascii() and 0 < int(number) < HIGHEST_ID
    if token.startswith("0") or len(token) > LONGEST_TOKEN or not well_formed:
        raise refusal(401, "invalid token specified")
    if token != world.bot.token:
        raise ApiError(401, "Unauthorized")


def error_answer(error: ApiError) -> Response:
    """A refusal as the service sends it; a 429 also says so in a header."""
    body: dict[str, object] = {
        "ok": False,
        "error_code": error.code,
        "description": error.description,
    }
    if error.parameters:
        body["parameters"] = error.parameters
    wait = error.parameters.get("retry_after")
    headers = None if wait is None else {"Retry-After": str(wait)}
    return JSONResponse(body, error.code, headers)


def _status_answer(code: int) -> Response:
    if code in PROXY_TITLES:
        return HTMLResponse(PROXY_PAGE.format(PROXY_TITLES[code]), code)
    return error_answer(ApiError(code, "Internal Server Error"))

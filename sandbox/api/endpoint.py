"""The door of the Bot API: token, method, parameters, fault, answer.

It records every call, so that a test can ask what the bot did, and turns refusals into the
service's JSON. `getUpdates` is run here, because it must notice that its caller has hung up.
"""

import asyncio
import contextlib

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.answers import broken, error_answer
from sandbox.api import BY_NAME
from sandbox.api.body import Incoming, LineCut, read_params
from sandbox.api.params import Params
from sandbox.api.webhook import read_kinds
from sandbox.calls import Calls
from sandbox.errors import ApiError, refusal
from sandbox.faults import Fault
from sandbox.line import Cut, Line, until_gone
from sandbox.state.updates import LATEST_POLL
from sandbox.state.world import World

LONGEST_TOKEN = 80
HIGHEST_ID = 1 << 54
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook "
    "first"
)


class BotApi:
    """The ASGI application behind `/bot<token>/<method>`."""

    def __init__(self, world: World, line: Line, calls: Calls) -> None:
        self._world = world
        self._line = line
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = Incoming(receive)
        with contextlib.suppress(ClientDisconnect):
            answer = await self._answer(Request(scope, body), body, **scope["path_params"])
            await answer(scope, receive, send)

    async def _answer(self, request: Request, body: Incoming, token: str, method: str) -> ASGIApp:
        try:
            check_token(self._world, token)
            if method.lower() not in BY_NAME and method.lower() != "getupdates":
                raise refusal(404, "method not found")
            fault = self._world.faults.take(method)
            body.cut_at = None if fault is None else fault.received
            async with read_params(request, self._world.files) as params:
                self._calls.add(method, params.values)
                return await self._lucky(request, method.lower(), params, fault)
        except LineCut:
            return Cut(self._line)
        except ApiError as error:
            refused = error
        except OSError:  # the disk is full
            refused = ApiError(500, "Internal Server Error")
        await body.drain()
        return error_answer(refused)

    async def _lucky(
        self, request: Request, method: str, params: Params, fault: Fault | None
    ) -> ASGIApp:
        """The answer, or what a fault makes of it."""
        if fault is None:
            return await self._handle(request, method, params)
        answer = await self._handle(request, method, params) if fault.late else Response()
        return broken(fault, self._line, answer)

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


def check_token(world: World, token: str) -> None:
    """Raise where the token is not one, or not this bot's."""
    number = token.partition(":")[0]
    well_formed = number.isdecimal() and number.isascii() and 0 < int(number) < HIGHEST_ID
    if token.startswith("0") or len(token) > LONGEST_TOKEN or not well_formed:
        raise refusal(401, "invalid token specified")
    if token != world.bot.token:
        raise ApiError(401, "Unauthorized")

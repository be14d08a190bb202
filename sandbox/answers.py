"""Answers that are no result: refusals in the service's words, and what bad luck makes of one."""

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.errors import ApiError, flood, too_large
from sandbox.faults import Fault
from sandbox.line import Cut, Hang, Line

PROXY_PAGE = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
PROXY_TITLES = {502: "502 Bad Gateway", 503: "503 Service Unavailable", 504: "504 Gateway Time-out"}


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


def broken(fault: Fault, line: Line, answer: ASGIApp) -> ASGIApp:
    """What a fault makes of an answer."""
    match fault.kind:
        case "retry":
            return error_answer(flood(fault.retry_after))
        case "status":
            return _status_answer(fault.code)
        case "hang" if fault.sent is None:
            return Hang(line)
        case "cut" if fault.sent is None:
            return Cut(line)
        case _:
            return Partly(line, answer, fault)


def _status_answer(code: int) -> Response:
    if code in PROXY_TITLES:
        return HTMLResponse(PROXY_PAGE.format(PROXY_TITLES[code]), code)
    refused = too_large()
    return error_answer(
        refused if code == refused.code else ApiError(code, "Internal Server Error")
    )


class _Enough(Exception):
    """So much was sent as should be."""


class Partly:
    """The beginning of an answer; then the line is closed, or nothing more comes."""

    def __init__(self, line: Line, answer: ASGIApp, fault: Fault) -> None:
        self._line = line
        self._answer = answer
        self._left = fault.sent or 0
        self._hangs = fault.kind == "hang"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as far as it goes; an answer that is shorter arrives whole."""

        async def some(message: Message) -> None:
            body = message.get("body", b"")
            if message["type"] != "http.response.body" or len(body) < self._left:
                self._left -= len(body)
                await send(message)
                return
            await send({**message, "body": body[: self._left], "more_body": True})
            raise _Enough

        try:
            await self._answer(scope, receive, some)
        except _Enough:
            if self._hangs:
                await Hang(self._line)(scope, receive, send)
            else:
                await self._line.close(scope, receive)

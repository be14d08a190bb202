"""Who may talk to the server: this machine, under its own name, and for the chat with the key.

A page on the web can make a browser send requests to 127.0.0.1, or point a name of its own at it
(DNS rebinding). So the Host header must be a loopback name with the right port, the chat needs the
key of the link, and what changes something must come from the chat's own page.
"""

import hmac
from email.utils import formatdate
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.state.world import World

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
KEY_HEADER = "X-Sandbox-Key"


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine and nothing else."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Guard:
    """Wraps the whole application: checks the Host header and dates every answer."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # The played time, not the machine's: bots measure their clock's error by it.
                headers["Date"] = formatdate(self._world.clock(), usegmt=True)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if is_own_name(Headers(scope=scope).get("host", ""), scope["server"][1]):
            await self._app(scope, receive, dated)
        else:
            refused = PlainTextResponse("this server answers only to its loopback name", 421)
            await refused(scope, receive, dated)


def is_own_name(host: str, port: int) -> bool:
    """Whether a Host header names this server."""
    name, separator, given = host.rpartition(":")
    if not separator or "]" in given:
        return False
    return is_loopback(name) and given == str(port)


def has_key(request: Request, key: str, cookie: str) -> bool:
    """Whether a request carries the key: in a header, or in the cookie of a page of ours."""
    if hmac.compare_digest(request.headers.get(KEY_HEADER, "").encode(), key.encode()):
        return True
    if not hmac.compare_digest(request.cookies.get(cookie, "").encode(), key.encode()):
        return False
    # Cookies ignore ports, so a page of another local server would send it along.
    origin = request.headers.get("origin")
    own = f"http://{request.headers.get('host', '')}"
    return origin in {None, own} and request.headers.get("sec-fetch-site") in SAME


SAME = {None, "same-origin", "none"}

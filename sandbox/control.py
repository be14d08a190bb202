"""Faults from another process: a test that runs the sandbox as a program asks for them here.

`POST /control/fail` with `{"method": "sendMessage", "fault": "status", "value": 502, "times": 2,
"after": false}` and the key in `X-Sandbox-Key`. With `"sent": 1000`, `cut` and `hang` strike after
so many bytes of the answer, with `"received": 1000`, `cut` after so many of the call; the method
`download` is that of a file. `POST /control/heal` forgets them and ends what hangs, `POST
/control/limits` with `{"on": false}` switches the limits on sending.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from sandbox.faults import Fault
from sandbox.line import Line
from sandbox.reading import read_object
from sandbox.state.world import World


class Control:
    """The orders that a test can give."""

    def __init__(self, world: World, line: Line) -> None:
        self._world = world
        self._line = line

    async def obey(self, request: Request) -> Response:
        """Carry out one order."""
        try:
            given = await read_object(request)
            match request.path_params["order"]:
                case "fail":
                    self._fail(given)
                case "heal":
                    self._world.faults.clear()
                    self._line.release()
                case "limits":
                    self._world.limits.on = bool(given["on"])
                case _:
                    return PlainTextResponse("no such order", 404)
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({})

    def _fail(self, given: dict[str, object]) -> None:
        fault = _fault(given)
        if given.get("after"):
            fault = fault.after()
        self._world.faults.add(str(given["method"]), fault, int(str(given.get("times", 1))))


def _fault(given: dict[str, object]) -> Fault:
    value = int(str(given.get("value", 0)))
    sent, received = (
        int(str(given[name])) if given.get(name) is not None else None
        for name in ("sent", "received")
    )
    match str(given["fault"]):
        case "retry":
            return Fault.retry(value)
        case "status":
            return Fault.status(value)
        case "hang":
            return Fault.hang(sent)
        case "cut":
            return Fault.cut(sent=sent, received=received)
        case kind:
            raise ValueError(f"no such fault: {kind}")

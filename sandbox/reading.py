"""Reading a JSON object from a request of the chat page or of a test, up to a bound."""

import json

from starlette.requests import Request

BODY_BYTES = 1 << 20


async def read_object(request: Request) -> dict[str, object]:
    """The JSON object in the body.

    Raises:
        ValueError: it is none, or too big.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise ValueError("the body is too big")
    given = json.loads(body)
    if not isinstance(given, dict):
        raise ValueError("a JSON object is expected")  # noqa: TRY004 - one kind for the caller
    return given

"""Reading the parameters of a request, in any of the encodings that the service takes."""

import json
from collections.abc import Mapping

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive

from sandbox.api.params import Params, Upload
from sandbox.errors import bad_request, too_large
from sandbox.state.files import UPLOAD_BYTES

BODY_BYTES = UPLOAD_BYTES + (1 << 20)  # a file of 50 MB and the fields around it
PLAIN_BYTES = 4 << 20


async def read_params(request: Request) -> Params:
    """The parameters of the query string and the body together; the body wins.

    Raises:
        ApiError: 413 where the body is too big, 400 where it is malformed.
    """
    values = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    length = request.headers.get("content-length", "0")
    most = BODY_BYTES if kind == "multipart/form-data" else PLAIN_BYTES
    if length.isdecimal() and int(length) > most:
        raise too_large()
    bounded = Request(request.scope, _bounded(request.receive, most))
    if kind in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        return await _from_form(bounded, values)
    body = await bounded.body()
    return Params(values | _from_json(body) if kind == "application/json" else values)


def _bounded(receive: Receive, most: int) -> Receive:
    """The same stream, which refuses to go on beyond so many bytes, announced or not."""
    seen = 0

    async def read() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise too_large()
        return message

    return read


def _from_json(body: bytes) -> dict[str, str]:
    try:
        fields = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise bad_request("can't parse JSON object") from None
    if not isinstance(fields, Mapping):
        raise bad_request("expected a JSON object")
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in fields.items()
        if value is not None
    }


async def _from_form(request: Request, values: dict[str, str]) -> Params:
    files: dict[str, Upload] = {}
    try:
        async with request.form(max_part_size=PLAIN_BYTES) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files[name] = Upload(value.filename or name, await value.read(BODY_BYTES))
                else:
                    values[name] = value
    except HTTPException as error:
        raise bad_request(str(error.detail)) from None
    return Params(values, files)

"""Reading the parameters of a request, in any of the encodings that the service takes."""

import asyncio
import json
import shutil
from collections.abc import Mapping

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive

from sandbox.api.params import Params, Upload
from sandbox.errors import bad_request, too_large
from sandbox.state.files import MIB, Files

AROUND = MIB  # the fields around a file
PLAIN_BYTES = 4 << 20


async def read_params(request: Request, store: Files) -> Params:
    """The parameters of the query string and the body together; the body wins.

    Raises:
        ApiError: 413 where the body is too big, 400 where it is malformed.
    """
    values = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    length = request.headers.get("content-length", "0")
    most = store.upload_bytes + AROUND if kind == "multipart/form-data" else PLAIN_BYTES
    if length.isdecimal() and int(length) > most:
        raise too_large()
    bounded = Request(request.scope, _bounded(request.receive, most))
    if kind in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        return await _from_form(bounded, values, store)
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


async def _from_form(request: Request, values: dict[str, str], store: Files) -> Params:
    files: dict[str, Upload] = {}
    try:
        async with request.form(max_part_size=PLAIN_BYTES) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files[name] = await asyncio.to_thread(_stored, value, name, store)
                else:
                    values[name] = value
    except HTTPException as error:
        raise bad_request(str(error.detail)) from None
    return Params(values, files)


def _stored(part: UploadFile, name: str, store: Files) -> Upload:
    place = store.fresh(part.filename or name)
    with place.open("wb") as file:
        shutil.copyfileobj(part.file, file)
    return Upload(part.filename or name, place, place.stat().st_size)

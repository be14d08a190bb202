"""The same call in every encoding that the service takes."""

import pytest

from sandbox import Sandbox
from tests.sandbox.conftest import Api

FIELDS = {"chat_id": 42, "text": "hello"}


@pytest.mark.parametrize("method", ["sendMessage", "sendmessage", "SENDMESSAGE"])
@pytest.mark.parametrize(
    "request_",
    [
        {"method": "GET", "params": FIELDS},
        {"method": "POST", "params": FIELDS},
        {"method": "POST", "data": FIELDS},
        {"method": "POST", "json": FIELDS},
        {"method": "POST", "data": FIELDS, "files": {"unused": ("a", b"a")}},
    ],
    ids=["get", "query", "form", "json", "multipart"],
)
async def test_parameters_come_any_way(
    api: Api, telegram: Sandbox, method: str, request_: dict[str, object]
) -> None:
    answer = await api.client.request(url=api.url(method), **request_)  # type: ignore[arg-type]
    assert answer.json()["ok"]
    assert (await telegram.private(42).wait()).text == "hello"


@pytest.mark.parametrize("body", [b"{", b"[]", b"[" * 100_000])
async def test_a_body_that_is_no_object_is_refused(api: Api, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await api.client.post(api.url("getMe"), content=body, headers=headers)
    assert answer.status_code == 400


async def test_a_nested_value_may_be_json_in_json(api: Api, telegram: Sandbox) -> None:
    keys = {"inline_keyboard": [[{"text": "Go", "callback_data": "g"}]]}
    await api.client.post(api.url("sendMessage"), json={**FIELDS, "reply_markup": keys})
    assert (await telegram.private(42).wait()).buttons == [["Go"]]

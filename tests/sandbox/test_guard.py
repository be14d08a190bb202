"""Who is let in: loopback names with the right port, and for the chat the key."""

import re

import httpx
import pytest

from sandbox import Sandbox
from tests.sandbox.conftest import Api

PAGES = ["chat", "chat/static/chat.js", "chat/state", "chat/events", "chat/file/x"]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.com", "localhost.evil"])
def test_it_serves_on_loopback_only(host: str) -> None:
    with pytest.raises(ValueError, match="loopback address only"):
        Sandbox(host=host)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:{}", "127.0.0.1:1", ""])
async def test_a_foreign_host_name_is_refused(api: Api, host: str) -> None:
    name = host.format(api.telegram.port)
    answer = await api.client.get(api.url("getMe"), headers={"Host": name})
    assert answer.status_code in {400, 421}


async def test_its_own_names_are_taken(api: Api) -> None:
    for name in ("127.0.0.1", "localhost", "[::1]"):
        headers = {"Host": f"{name}:{api.telegram.port}"}
        assert (await api.client.get(api.url("getMe"), headers=headers)).status_code == 200


@pytest.mark.parametrize("path", PAGES)
async def test_the_chat_needs_its_key(api: Api, path: str) -> None:
    answer = await api.client.get(f"{api.telegram.base_url}/{path}?key=wrong")
    assert answer.status_code == 403


async def test_the_link_opens_the_chat(api: Api) -> None:
    page = await api.client.get(api.telegram.link)
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert re.search("httponly; .*samesite=strict", page.headers["Set-Cookie"].lower())
    state = await api.client.get(f"{api.telegram.base_url}/chat/state")
    assert [person["name"] for person in state.json()["people"]] == ["owner", "viewer"]


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://127.0.0.1:9"}, {"Sec-Fetch-Site": "same-site"}]
)
async def test_another_local_page_cannot_use_the_cookie(api: Api, headers: dict[str, str]) -> None:
    await api.client.get(api.telegram.link)
    url = f"{api.telegram.base_url}/chat/do/send"
    given = {"person": 42, "chat": 42, "text": "/prune"}
    assert (await api.client.post(url, json=given, headers=headers)).status_code == 403
    assert (await api.client.post(url, json=given)).status_code == 200


@pytest.mark.parametrize(
    ("deed", "given"),
    [
        ("send", {"person": 42, "chat": 7, "text": "x"}),
        ("send", {"person": 42, "chat": 42, "text": ""}),
        ("send", {"person": 42}),
        ("tap", {"person": 42, "chat": 42, "message": "x", "data": "d"}),
        ("edit", {"person": 42, "chat": 42, "message": 9, "text": "x"}),
        ("block", {"person": 42, "chat": -1001, "blocked": True}),
        ("speak", {"person": 42, "language": "xx"}),
        ("send", []),
    ],
)
async def test_a_deed_that_cannot_be_is_refused(api: Api, deed: str, given: object) -> None:
    headers = {"X-Sandbox-Key": api.telegram.key}
    url = f"{api.telegram.base_url}/chat/do/{deed}"
    assert (await api.client.post(url, json=given, headers=headers)).status_code == 400


async def test_dates_are_of_the_played_time(api: Api) -> None:
    answer = await api.client.get(api.url("getMe"))
    assert answer.headers["Date"] == "Thu, 28 May 2026 20:26:40 GMT"


FORM = {"person": "42", "chat": "42", "caption": "look"}
FILE = [("file", ("a.txt", b"a"))]


async def attach(
    api: Api, form: dict[str, str], files: list[tuple[str, tuple[str, bytes]]], **headers: str
) -> httpx.Response:
    """Attach files as the chat's page does."""
    url = f"{api.telegram.base_url}/chat/attach"
    return await api.client.post(url, data=form, files=files, headers=headers)


async def test_files_are_attached_with_the_key_only(api: Api) -> None:
    assert (await attach(api, FORM, FILE)).status_code == 403
    await api.client.get(api.telegram.link)
    assert (await attach(api, FORM, FILE, Origin="http://127.0.0.1:9")).status_code == 403
    assert (await attach(api, FORM, FILE)).json() == {"ids": [1]}


@pytest.mark.parametrize(
    ("form", "files"),
    [
        (FORM, []),
        (FORM, FILE * 11),
        (FORM, [("file", ("a.txt", b""))]),
        ({**FORM, "photos": "1"}, FILE),
        ({**FORM, "caption": "x" * 1025}, FILE),
        ({**FORM, "caption": "x" * (5 << 20)}, FILE),
        ({**FORM, "chat": "7"}, FILE),
        ({**FORM, "chat": "43"}, FILE),
        ({**FORM, "reply_to": "x"}, FILE),
        ({"chat": "42"}, FILE),
    ],
)
async def test_files_that_cannot_be_attached_are_refused(
    api: Api, form: dict[str, str], files: list[tuple[str, tuple[str, bytes]]]
) -> None:
    headers = {"X-Sandbox-Key": api.telegram.key}
    answer = await attach(api, form, files, **headers)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert api.telegram.private(42).history == []

"""A sandbox on a clock that stands still until moved, and a bare client to call it with."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import httpx
import pytest

from sandbox import Sandbox

TOKEN = "123456:ABC-def"
Answer = dict[str, object]


@dataclass
class Clock:
    """A time that passes only when a test says so."""

    now: float = 1_780_000_000.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


class Api:
    """Calls methods as a bot would, with no library in between."""

    def __init__(self, telegram: Sandbox, client: httpx.AsyncClient) -> None:
        self.telegram = telegram
        self.client = client

    def url(self, method: str, token: str = TOKEN) -> str:
        return f"{self.telegram.base_url}/bot{token}/{method}"

    async def post(
        self,
        method: str,
        params: Mapping[str, object] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> httpx.Response:
        data = {name: str(value) for name, value in (params or {}).items()}
        return await self.client.post(self.url(method), data=data, files=files)

    async def refused(self, method: str, **params: object) -> tuple[int, str]:
        """The code and description of a refusal; fails where the call is accepted."""
        answer = await self.post(method, params)
        body = answer.json()
        assert not body["ok"], body
        assert body["error_code"] == answer.status_code
        return answer.status_code, body["description"]

    async def result(self, method: str, **params: object) -> object:
        """What the call returns; fails where it is refused."""
        body = (await self.post(method, params)).json()
        assert body["ok"], body
        return body["result"]

    async def send(self, chat_id: int, text: str, **params: object) -> int:
        """Send a text and return the number of the message."""
        message = await self.result("sendMessage", chat_id=chat_id, text=text, **params)
        assert isinstance(message, dict)
        return int(message["message_id"])

    async def updates(self, **params: object) -> list[dict[str, object]]:
        """The pending updates."""
        result = await self.result("getUpdates", **params)
        assert isinstance(result, list)
        return result


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[Sandbox]:
    people = {42: "owner", 7: "viewer"}
    groups = {-1001: ("Ops", (42, 7)), -55: ("Old", (42, 7))}
    async with Sandbox(TOKEN, people, groups, clock=clock, limits=False) as sandbox:
        yield sandbox


@pytest.fixture
async def api(telegram: Sandbox) -> AsyncIterator[Api]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        yield Api(telegram, client)

"""Bad luck on demand, in the same process and from another one."""

import asyncio

import httpx
import pytest

from sandbox import Fault, Sandbox
from tests.sandbox.conftest import Api

MESSAGE: dict[str, object] = {"chat_id": 42, "text": "x"}


async def test_a_fault_strikes_so_often_and_no_more(api: Api, telegram: Sandbox) -> None:
    telegram.fail("sendmessage", Fault.status(502), times=2)
    codes = [(await api.post("sendMessage", MESSAGE)).status_code for _ in range(3)]
    assert codes == [502, 502, 200]


async def test_a_proxy_answers_with_a_page(api: Api, telegram: Sandbox) -> None:
    telegram.fail("*", Fault.status(502))
    assert "nginx" in (await api.post("sendMessage", MESSAGE)).text
    telegram.fail("*", Fault.status(500))
    assert (await api.post("getMe")).json()["description"] == "Internal Server Error"


@pytest.mark.parametrize(("fault", "handled"), [(Fault.cut(), 0), (Fault.cut().after(), 1)])
async def test_a_cut_connection(api: Api, telegram: Sandbox, fault: Fault, handled: int) -> None:
    telegram.fail("sendMessage", fault)
    with pytest.raises(httpx.TransportError):
        await api.post("sendMessage", MESSAGE)
    assert len(telegram.private(42).history) == handled


async def test_a_hanging_call_ends_when_it_is_released(api: Api, telegram: Sandbox) -> None:
    telegram.fail("sendMessage", Fault.hang())
    call = asyncio.create_task(api.post("sendMessage", MESSAGE))
    await telegram.called("sendMessage")
    telegram.release()
    with pytest.raises(httpx.TransportError):
        await call
    assert telegram.private(42).history == []


async def test_the_end_waits_for_nobody() -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        async with Sandbox("123456:ABC-def", {42: "owner"}) as telegram:
            api = Api(telegram, client)
            telegram.fail("sendMessage", Fault.hang())
            poll = asyncio.create_task(api.updates(timeout=50))
            hanging = asyncio.create_task(api.post("sendMessage", MESSAGE))
            headers = {"X-Sandbox-Key": telegram.key}
            stream = client.stream("GET", f"{telegram.base_url}/chat/events", headers=headers)
            async with asyncio.timeout(5), stream as events:
                await telegram.called("getUpdates")
                await telegram.called("sendMessage")
                await telegram.stop()
                assert [line async for line in events.aiter_lines()] == []
        assert await poll == []
        with pytest.raises(httpx.TransportError):
            await hanging


async def test_another_process_can_ask_for_faults(api: Api, telegram: Sandbox) -> None:
    url = f"{telegram.base_url}/control/fail"
    order = {"method": "sendMessage", "fault": "retry", "value": 3, "times": 1}
    assert (await api.client.post(url, json=order)).status_code == 403
    headers = {"X-Sandbox-Key": telegram.key}
    assert (await api.client.post(url, json=order, headers=headers)).status_code == 200
    assert (await api.post("sendMessage", MESSAGE)).headers["Retry-After"] == "3"
    await api.client.post(url, json=order, headers=headers)
    await api.client.post(f"{telegram.base_url}/control/heal", json={}, headers=headers)
    assert (await api.post("sendMessage", MESSAGE)).status_code == 200
    wrong = await api.client.post(url, json={"method": "x", "fault": "rain"}, headers=headers)
    assert wrong.json() == {"error": "no such fault: rain"}

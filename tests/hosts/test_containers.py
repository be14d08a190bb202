import pytest

from bot.errors import DockerFault, NotFound
from bot.hosts import Host
from bot.hosts.types import Processes
from bot.message import Untrusted
from tests.hosts.scripted import CID, Scripted, answer

DONE = answer(b"", 204)
ALREADY = answer(b"", 304)


@pytest.mark.parametrize("verb", ["start", "stop", "restart"])
async def test_whether_anything_changed(fake: Scripted, host: Host, verb: str) -> None:
    act = getattr(host.containers, verb)
    fake.scripts[f"POST /containers/{CID}/{verb}"] = DONE
    assert await act(CID) is True
    fake.scripts[f"POST /containers/{CID}/{verb}"] = ALREADY
    assert await act(CID) is False
    assert fake.seen[-1].query == {}


async def test_how_long_and_with_what(fake: Scripted, host: Host) -> None:
    fake.scripts[f"POST /containers/{CID}/stop"] = DONE
    await host.containers.stop(CID, timeout=0)
    assert fake.seen[-1].query == {"t": "0"}
    seen = len(fake.seen)
    with pytest.raises(DockerFault) as caught:
        await host.containers.stop(CID, timeout=3, signal="INT")
    assert caught.value.message.one == "Docker on {host} is too old for {what}."
    assert len(fake.seen) == seen


async def test_a_signal_where_the_engine_knows_it(fake: Scripted, host: Host) -> None:
    fake.scripts["GET /version"] = answer({"ApiVersion": "1.45"})
    fake.scripts[f"POST /containers/{CID}/stop"] = DONE
    await host.containers.stop(CID, signal="INT")
    assert fake.seen[-1].query == {"signal": "INT"}


async def test_the_other_changes(fake: Scripted, host: Host) -> None:
    for verb in ("kill", "pause", "unpause", "rename"):
        fake.scripts[f"POST /containers/{CID}/{verb}"] = DONE
    fake.scripts[f"DELETE /containers/{CID}"] = DONE
    await host.containers.kill(CID, "HUP")
    assert fake.seen[-1].query == {"signal": "HUP"}
    await host.containers.pause(CID)
    await host.containers.unpause(CID)
    await host.containers.rename(CID, "new & old/..")
    assert fake.seen[-1].query == {"name": "new & old/.."}
    await host.containers.remove(CID, force=True, volumes=True)
    assert fake.seen[-1].query == {"force": "True", "v": "True", "link": "False"}


async def test_inspect(fake: Scripted, host: Host) -> None:
    fake.scripts[f"GET /containers/{CID}/json"] = answer({"Id": CID})
    assert (await host.containers.inspect(CID)).id == CID
    fake.scripts[f"GET /containers/{CID}/json"] = answer({"Id": CID, "Mounts": {}})
    with pytest.raises(DockerFault):
        await host.containers.inspect(CID)


async def test_top(fake: Scripted, host: Host) -> None:
    fake.scripts[f"GET /containers/{CID}/top"] = answer(
        {"Titles": ["PID", "CMD"], "Processes": [["1", "sh"]]}
    )
    assert await host.containers.top(CID, "-o pid,cmd") == Processes(
        (Untrusted("PID"), Untrusted("CMD")), ((Untrusted("1"), Untrusted("sh")),)
    )
    assert fake.seen[-1].query == {"ps_args": "-o pid,cmd"}
    fake.scripts[f"GET /containers/{CID}/top"] = answer({"Processes": [[1]]})
    with pytest.raises(DockerFault):
        await host.containers.top(CID)


async def test_what_ps_printed_is_bounded(fake: Scripted, host: Host) -> None:
    wide = ["x" * 300] * 33
    fake.scripts[f"GET /containers/{CID}/top"] = answer({"Titles": wide, "Processes": [wide] * 501})
    found = await host.containers.top(CID)
    assert (len(found.rows), found.more) == (500, 1)
    assert {len(row) for row in (found.titles, *found.rows)} == {32}
    assert {cell.raw for cell in found.rows[-1]} == {"x" * 256 + "…"}


@pytest.mark.parametrize(
    "name", ["", "../images/x", "a/b", "a?b", "a b", "a\n", "/a", "é", "a" * 256]
)
async def test_what_cannot_be_a_name_is_not_asked_for(
    fake: Scripted, host: Host, name: str
) -> None:
    for act in (host.containers.inspect, host.containers.start, host.containers.remove):
        with pytest.raises(NotFound):
            await act(name)
    with pytest.raises(NotFound):
        await host.logs.tail(name, tail=5)
    assert await host.stats.once([name]) == (None,)
    with pytest.raises(NotFound):
        await host.volumes.remove(name)
    assert fake.asked == []

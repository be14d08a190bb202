"""What an Engine tells of an image, its steps, and of changed files; and what a hostile one may."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DockerFault, NotFound
from bot.hosts import Host
from bot.hosts.answer import Unexpected
from bot.hosts.changes import Deed, changes
from bot.hosts.image_details import history, image_details
from tests.hosts.scripted import CID, Scripted, answer
from tests.hosts.test_answer import JSON

ID = f"sha256:{CID}"
IMAGE = {
    "Id": ID,
    "RepoTags": ["app:1", "app:latest"],
    "RepoDigests": [f"app@{ID}"],
    "Created": "2026-06-09T03:00:05.123456789Z",
    "Size": 187_000_000,
    "Os": "linux",
    "Architecture": "arm64",
    "Variant": "v8",
    "RootFS": {"Layers": ["a", "b"]},
    "Config": {
        "Entrypoint": ["/entry"],
        "Cmd": ["run", "it"],
        "User": "app",
        "ExposedPorts": {"80/tcp": {}},
        "Volumes": {"/data": {}},
    },
}
STEP = {"Id": "<missing>", "Created": 1_780_974_005, "CreatedBy": "CMD x", "Size": 3, "Comment": ""}
CHANGE = {"Kind": 2, "Path": "/etc/x"}


def test_an_image() -> None:
    found = image_details(IMAGE)
    assert (found.id, found.size, found.created) == (ID, 187_000_000, 1780974005.123456)
    assert [tag.raw for tag in found.tags] == ["app:1", "app:latest"]
    assert (found.platform.raw, found.layers) == ("linux/arm64/v8", 2)
    assert found.command == ("/entry", "run", "it")
    assert [p.raw for p in (*found.ports, *found.volumes)] == ["80/tcp", "/data"]
    assert json.loads(found.whole) == IMAGE


def test_an_image_of_nothing() -> None:
    found = image_details({"Id": ID, "Config": None, "RepoTags": None, "Created": ""})
    assert (found.tags, found.command, found.created, found.platform.raw) == ((), (), None, "")


def test_its_steps() -> None:
    (step,) = history([STEP])
    assert (step.id.raw, step.created, step.size) == ("<missing>", 1780974005.0, 3)
    assert history(None) == ()


def test_changed_files() -> None:
    found = changes([{"Path": "/a"}, {"Kind": 1, "Path": "/b"}, CHANGE])
    assert [change.deed for change in found] == [Deed.CHANGED, Deed.ADDED, Deed.DELETED]
    assert changes(None) == ()
    with pytest.raises(Unexpected):
        changes([{"Kind": 3, "Path": "/a"}])


@pytest.mark.parametrize(
    ("parse", "body"),
    [
        (image_details, IMAGE),
        (lambda value: history([value]), STEP),
        (lambda value: changes([value]), CHANGE),
    ],
)
@given(data=st.data())
def test_a_hostile_answer_is_parsed_or_unexpected(
    parse: Callable[[object], object], body: dict[str, object], data: st.DataObject
) -> None:
    key, value = data.draw(st.sampled_from(sorted(body))), data.draw(JSON)
    for hostile in (body | {key: value}, value):
        with suppress(Unexpected):
            parse(hostile)


async def test_what_is_asked(host: Host, fake: Scripted) -> None:
    fake.scripts["GET /images/app:1/json"] = answer(IMAGE)
    fake.scripts["GET /images/app:1/history"] = answer([STEP])
    fake.scripts["GET /containers/web/changes"] = answer(None)
    fake.scripts["GET /containers/web/json"] = answer(
        {"Id": CID, "State": {"Status": "running"}, "SizeRw": 5, "SizeRootFs": 7}
    )
    assert (await host.images.inspect("app:1")).layers == 2
    assert len(await host.images.history("app:1")) == 1
    assert await host.containers.diff("web") == ()
    sized = await host.containers.inspect("web", size=True)
    assert (sized.size_rw, sized.size_root) == (5, 7)
    assert fake.seen[-1].query == {"size": "1"}
    for name in ("../x", "a/../b", "a b"):
        with pytest.raises(NotFound):
            await host.images.history(name)
    fake.scripts["GET /containers/web/changes"] = answer({"message": "no"}, 500)
    with pytest.raises(DockerFault):
        await host.containers.diff("web")

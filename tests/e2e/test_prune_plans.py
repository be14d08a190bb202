"""Every /prune: the plan with names and bytes first, then just that and nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox, Seen
from sandbox.engine.images import import_image
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.talk import Played, ask, folded, later, played, screen, shows, tap
from tests.hosts.scripted import Scripted, answer, cut, row, silence
from tests.private_engine import Engine


@dataclass(frozen=True)
class Scene:
    """An Engine with something of each kind that a prune takes, and of each that it spares."""

    phone: Phone
    engine: Engine
    clock: Clock

    def left(self) -> dict[str, set[str]]:
        """What there is, by kind."""

        def names(*command: str) -> set[str]:
            return set(self.engine.docker(*command).split())

        return {
            "containers": names("ps", "-a", "--format", "{{.Names}}"),
            "networks": names("network", "ls", "-f", "type=custom", "--format", "{{.Name}}"),
            "volumes": names("volume", "ls", "-q"),
            "images": names("images", "--format", "{{.Repository}}:{{.Tag}}"),
        }

    async def agreed(self, asked: Seen) -> Seen:
        """The answer after the last button, which is the one that does it."""
        await tap(asked, asked.buttons[-1][0])
        return await asked.changed()


@pytest.fixture
def scene(telegram: Sandbox, engine: Engine, clock: Clock) -> Scene:
    engine.docker("network", "create", "used-net")
    engine.docker("network", "create", "old-net")
    engine.docker(
        *("run", "-d", "--name", "web", "--network", "used-net", "-v", "kept:/data"),
        *("busybox", "sleep", "1000"),
    )
    engine.docker(
        *("run", "--name", "done", "--label", "tier=test", "-v", "/scratch", "busybox"),
        *("dd", "if=/dev/zero", "of=/file", "bs=1M", "count=2"),
    )
    engine.docker("volume", "create", "named")
    import_image(engine.sdk, "old:1", mebibytes=1)
    engine.docker("tag", "old:1", "elsewhere/old:2")
    import_image(engine.sdk, "", mebibytes=2)
    return Scene(telegram.private(OWNER), engine, clock)


EVERYTHING = {
    "containers": {"web", "done"},
    "networks": {"used-net", "old-net"},
    "images": {"busybox:latest", "old:1", "elsewhere/old:2", "<none>:<none>"},
}


async def test_system_prune_spares_volumes_and_tags(pierhead: Pierhead, scene: Scene) -> None:
    volumes = scene.left()["volumes"]
    async with pierhead.running():
        asked = await ask(scene.phone, "/prune")
        lines = screen(asked)
        assert lines[0] == "Remove 3 things on local, at most 6.2 MB?"
        assert [line.split("  ")[0] for line in lines[1:4]] == [
            "1 stopped container",
            "1 unused network",
            "1 unused image",
        ]
        assert "Volumes: none, ever, unless asked." in lines
        assert "Cannot be undone. Only these 3." in lines
        assert {"done", "old-net"} <= set(folded(asked).replace("2.1 MB", "").split())
        assert asked.buttons == [["Not now"], ["Remove 3 on local"]]
        assert scene.left() == EVERYTHING | {"volumes": volumes}
        done = await scene.agreed(asked)
    assert done.text == "local: removed 3 things, up to 6.2 MB"
    assert scene.left() == {
        "containers": {"web"},
        "networks": {"used-net"},
        "volumes": volumes,
        "images": {"busybox:latest", "old:1", "elsewhere/old:2"},
    }


async def test_all_images_and_volumes_when_asked(pierhead: Pierhead, scene: Scene) -> None:
    async with pierhead.running():
        asked = await ask(scene.phone, "/system prune -af --volumes")
        assert asked.text.startswith("Remove 5 things on local")
        assert "1 unused volume" in asked.text
        assert "Volumes: none" not in asked.text
        done = await scene.agreed(asked)
        assert done.text.startswith("local: removed 5 things, up to ")
        assert scene.left() == {
            "containers": {"web"},
            "networks": {"used-net"},
            "volumes": {"kept", "named"},
            "images": {"busybox:latest"},
        }
        assert (await ask(scene.phone, "/prune")).text.splitlines() == [
            "local: nothing to remove",
            "Images with a tag stay; -a takes those too.",
        ]
        both = await ask(scene.phone, "/prune --volumes --filter until=1h")
        assert both.text.startswith("--volumes and until don't go together.")


async def test_one_kind_at_a_time(pierhead: Pierhead, scene: Scene) -> None:
    async with pierhead.running():
        phone = scene.phone

        async def prune(line: str, first: str) -> None:
            asked = await ask(phone, line)
            assert re.sub(r"\.\d MB", " MB", screen(asked)[0]) == first
            assert "Volumes: none" not in asked.text
            assert (await scene.agreed(asked)).text.startswith("local: removed 1 thing")

        hint = await ask(phone, "/volume prune")
        assert hint.text.splitlines() == [
            "local: nothing to remove",
            "Volumes with a name stay; -a takes those too.",
        ]
        for line in (
            "/container prune --filter label=tier=live",
            "/container_prune --filter label!=tier=test",
            "/container prune --filter until=24h",
            "/network prune --filter until=24h",
            "/image prune --filter label=nobody",
            "/container prune -f --filter until=2026-01-01",
            "/container prune --force --filter until=2026-01-01T12:00",
        ):
            assert (await ask(phone, line)).text.startswith("local: nothing to remove")
        await prune("/container prune", "Remove 1 thing on local, at most 2 MB?")
        assert scene.left()["containers"] == {"web"}
        await prune("/network prune", "Remove 1 thing on local?")
        assert scene.left()["networks"] == {"used-net"}
        await prune("/image prune", "Remove 1 thing on local, at most 4 MB?")
        assert "old:1" in scene.left()["images"]
        await prune("/image prune -a", "Remove 1 thing on local, at most 3 MB?")
        assert scene.left()["images"] == {"busybox:latest"}
        await prune("/volume prune", "Remove 1 thing on local?")
        assert scene.left()["volumes"] == {"kept", "named"}
        spared = await ask(phone, "/volume prune --filter all=false")
        assert spared.text.startswith("local: nothing to remove")
        await prune("/volume prune --filter all=1", "Remove 1 thing on local?")
        assert scene.left()["volumes"] == {"kept"}


async def test_what_has_changed_since_the_plan(pierhead: Pierhead, scene: Scene) -> None:
    engine = scene.engine
    async with pierhead.running():
        asked = await ask(scene.phone, "/container prune")
        engine.docker("run", "--name", "late", "busybox", "true")
        done = await scene.agreed(asked)
        assert done.text.startswith("local: removed 1 thing")
        assert scene.left()["containers"] == {"web", "late"}
        asked = await ask(scene.phone, "/container prune")
        engine.docker("run", "--name", "later", "busybox", "true")
        engine.docker("rm", "late")
        again = await scene.agreed(asked)
        assert again.text.splitlines()[:2] == [
            "Remove 1 thing on local?",
            "It has changed since: look again. Nothing was done.",
        ]
        assert "later" in folded(again)
        assert scene.left()["containers"] == {"web", "later"}
        await tap(again, "Remove 1 on local")
        assert (await shows(again, "removed")).text == "local: removed 1 thing"
        assert scene.left()["containers"] == {"web"}


async def test_a_volume_that_was_made_again_stays(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        volume = {"Name": "data", "Driver": "local", "CreatedAt": "2026-11-26T11:00:00+01:00"}
        world.engine.scripts["GET /containers/json"] = answer([])
        world.engine.scripts["GET /volumes"] = answer({"Volumes": [volume]})
        asked = await ask(telegram.private(OWNER), "/volume prune -a")
        later_one = volume | {"CreatedAt": "2026-11-26T11:00:01+01:00"}
        world.engine.scripts["GET /volumes"] = answer({"Volumes": [later_one]})
        await tap(asked, "Remove 1 on local")
        again = await asked.changed()
        assert "It has changed since: look again. Nothing was done." in again.text
        assert not [line for line in world.engine.asked if line.startswith("DELETE")]


async def test_another_engine_by_the_time_of_the_tap_is_left_alone(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        scripts = world.engine.scripts
        scripts["GET /containers/json"] = answer([])
        scripts["GET /volumes"] = answer({"Volumes": [{"Name": "data", "Driver": "local"}]})
        scripts["DELETE /volumes/data"] = answer(b"", 204)
        scripts["GET /info"] = answer({"ID": "A:A"})
        phone = telegram.private(OWNER)
        asked = await ask(phone, "/volume prune -a")
        scripts["GET /images/json"] = cut
        await ask(phone, "/images")
        scripts["GET /info"] = answer({"ID": "B:B"})
        await tap(asked, "Remove 1 on local")
        again = await asked.changed()
        assert "It has changed since: look again. Nothing was done." in again.text
        await tap(again, "Remove 1 on local")
        assert (await shows(again, "removed")).text.startswith("local: removed 1 thing")
        assert world.engine.asked.count("GET /info") == 2


async def test_a_restart_that_does_not_ask_asks_for_no_engine(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts["GET /containers/json"] = answer([row()])
        await ask(telegram.private(OWNER), "/restart web")
        assert "GET /info" not in world.engine.asked


async def test_switched_off_it_does_not_exist(pierhead: Pierhead, scene: Scene) -> None:
    pierhead.environment["PIERHEAD_FEATURES__PRUNE"] = "false"
    async with pierhead.running():
        seen = await ask(scene.phone, "/prune")
        assert seen.text.startswith("There is no command /prune.")
        disk = await ask(scene.phone, "/df")
        assert not any("Prune" in label for row in disk.buttons for label in row)
        assert (await ask(scene.phone, "/images")).buttons[-1] == ["Refresh"]


def only_a_cache(engine: Scripted, *records: dict[str, object]) -> None:
    """Script an Engine on which nothing but the build cache may go."""
    for path in ("containers/json", "images/json", "networks"):
        engine.scripts[f"GET /{path}"] = answer([])
    engine.scripts["GET /system/df"] = answer({"BuildCache": records})
    engine.scripts["POST /build/prune"] = answer({"SpaceReclaimed": 5_000_000})


def pruned(world: Played) -> list[tuple[str, float]]:
    """Each prune of the build cache: of all of it or not, unused for how many seconds."""
    found = []
    for request in world.engine.seen:
        if request.path == "/build/prune":
            (until,) = json.loads(request.query["filters"])["until"]
            found.append((request.query["all"], float(until.removesuffix("s"))))
    return found


RECORD = {"Size": 5_000_000, "Type": "regular"}


async def test_the_build_cache_is_one_thing_of_the_plan(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        only_a_cache(world.engine, RECORD, {"Size": 3_000_000, "Type": "frontend"})
        job = row(State="exited", Status="Exited (0) 3 days ago", Names=["/job"], SizeRw=1_000_000)
        world.engine.scripts["GET /containers/json"] = answer([job])
        world.engine.scripts[f"DELETE /containers/{job['Id']}"] = answer(b"", 204)
        phone = telegram.private(OWNER)
        asked = await ask(phone, "/prune")
        lines = [" ".join(line.split()) for line in screen(asked)]
        assert lines[0] == "Remove 2 things on local, at most 6 MB?"
        assert lines[1:3] == ["1 stopped container 1 MB", "build cache 5 MB"]
        assert "build cache" not in folded(asked)
        later(phone, 50)
        await tap(asked, "Remove 2 on local")
        assert (await asked.changed()).text == "local: removed 2 things, up to 6 MB"
        ((every, unused_for),) = pruned(world)
        assert every == "False"
        assert unused_for >= 50
        assert world.engine.asked[-1] == "POST /build/prune"
        asked = await ask(phone, "/prune -a --filter until=24h")
        await tap(asked, asked.buttons[-1][0])
        await asked.changed()
        every, unused_for = pruned(world)[-1]
        assert every == "True"
        assert unused_for >= 24 * 3600


async def test_a_build_cache_that_no_filter_fits_or_nothing_can_go_of(
    telegram: Sandbox, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.hosts.system._RECENT", -1.0)
    async with played(telegram, tmp_path, clock) as world:
        only_a_cache(world.engine, RECORD)
        phone = telegram.private(OWNER)
        assert (await ask(phone, "/prune --filter label=x")).text.startswith("local: nothing")
        assert "GET /system/df" not in world.engine.asked
        assert (await ask(phone, "/prune --filter label!=x")).text.startswith("Remove 1 thing")
        for kind in ("container", "image", "network"):
            assert (await ask(phone, f"/{kind} prune")).text.startswith("local: nothing")
        only_a_cache(world.engine, RECORD | {"InUse": True}, RECORD | {"Shared": True})
        assert (await ask(phone, "/prune")).text.startswith("local: nothing to remove")


async def test_a_build_cache_that_is_not_counted_in_time(
    telegram: Sandbox, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.hosts.system._RECENT", -1.0)
    async with played(telegram, tmp_path, clock) as world:
        only_a_cache(world.engine, RECORD)
        phone = telegram.private(OWNER)
        asked = await ask(phone, "/prune")
        world.engine.scripts["GET /system/df"] = silence
        monkeypatch.setattr("handlers.pruning._COUNTING", 0.0)
        await tap(asked, "Remove 1 on local")
        assert (await asked.changed()).text == "local: removed 1 thing, up to 5 MB"
        assert len(pruned(world)) == 1
        assert (await ask(phone, "/prune")).text.splitlines()[:2] == [
            "local: nothing to remove",
            "Build cache: not counted in time, it stays.",
        ]

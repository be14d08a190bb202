"""/images, /df, /info, /version, /hosts: the Engine as a whole."""

from __future__ import annotations

import re

from sandbox import Sandbox
from sandbox.engine.images import import_image
from tests.e2e.conftest import OWNER, VIEWER, Pierhead
from tests.e2e.talk import ask, tap, verdict
from tests.private_engine import Engine


async def test_images_and_disk(pierhead: Pierhead, telegram: Sandbox, engine: Engine) -> None:
    import_image(engine.sdk, "big:1", mebibytes=3)
    import_image(engine.sdk, "", mebibytes=1)
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    async with pierhead.running():
        phone, viewer = telegram.private(OWNER), telegram.private(VIEWER)
        seen = await ask(phone, "/images")
        lines = seen.text.splitlines()
        assert lines[0] == "local: 3 images"
        assert re.fullmatch(r"big:1 +5\.1 MB", lines[1])
        assert re.fullmatch(r"[0-9a-f]{12} +3(\.1)? MB", lines[2])
        assert seen.buttons == [["Prune images on local…"]]
        assert (await ask(viewer, "/images")).buttons == []
        assert await verdict(phone, "/images -f dangling=true") == "local: 1 image"
        by_name = await ask(phone, "/images --sort name")
        assert [line.split(":")[0] for line in by_name.text.splitlines()[1:3]] == ["big", "busybox"]
        assert re.fullmatch(r"[0-9a-f]{12}", (await ask(phone, "/image ls -q")).text.split()[-1])
        disk = await ask(phone, "/df")
        assert re.match(r"local: Docker takes [\d.]+ MB\nimages +3 +[\d.]+ MB\n", disk.text)
        assert re.search(r"/prune frees at most 3(\.1)? MB\.\n/prune -a frees at most 8", disk.text)
        assert disk.buttons == [["Refresh"], ["Prune local…"], ["Prune local, all images…"]]
        assert (await ask(viewer, "/df")).buttons == [["Refresh"]]
        await tap(disk, "Prune local…")
        asked = await phone.wait()
        assert asked.text.startswith("Remove 1 thing on local, at most 3")


async def test_the_engine(pierhead: Pierhead, telegram: Sandbox, engine: Engine) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    engine.docker("create", "--name", "never", "busybox")
    installed = engine.docker("version", "-f", "{{.Server.Version}}")
    async with pierhead.running():
        phone = telegram.private(OWNER)
        info = await ask(phone, "/info")
        assert info.text.splitlines()[0] == "local: 1 running, 1 stopped"
        assert re.search(rf"^Docker +{re.escape(installed)}$", info.text, re.MULTILINE)
        version = await ask(phone, "/version")
        assert version.text.splitlines()[0] == f"local: Docker {installed}"
        hosts = await ask(phone, "/hosts")
        assert hosts.text.splitlines() == ["1 host, it answers", f"local  Docker {installed}"]


async def test_a_host_in_trouble_is_told(pierhead: Pierhead, telegram: Sandbox) -> None:
    pierhead.environment["PIERHEAD_HOSTS__NAS__URL"] = "unix:///nowhere/docker.sock"
    async with pierhead.running():
        phone = telegram.private(OWNER)
        hosts = await ask(phone, "/hosts")
        verdict, nas, local = hosts.text.splitlines()
        assert verdict == "1 of 2 hosts: trouble"
        assert nas == "x nas: Docker on nas can't be reached."
        assert local.startswith("local  Docker ")
        down = await ask(phone, "/ps @nas")
        assert down.text.splitlines() == [
            "Docker on nas can't be reached.",
            "Nothing listens there. Is Docker running?",
        ]
        stop = await ask(phone, "/stop @nas web")
        assert stop.text.startswith("Docker on nas can't be reached.\n")
        await phone.send("/ps @all")
        both = {(await phone.wait()).text.splitlines()[0] for _ in range(2)}
        assert both == {"local: no containers", "Docker on nas can't be reached."}

"""/images, /df, /info, /version, /hosts: the Engine as a whole."""

from __future__ import annotations

import re

from sandbox import Sandbox
from sandbox.engine.images import import_image
from tests.e2e.conftest import OWNER, VIEWER, Pierhead
from tests.e2e.talk import ask, folded, screen, shows, tap, verdict
from tests.private_engine import Engine

FILL = "head -c 2097152 /dev/zero | tee /x/file > /file"


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
        assert seen.buttons == [
            ["With a tag 2", "Without a tag 1"],
            ["Newest first", "By name"],
            ["Refresh"],
            ["Prune images on local…"],
        ]
        assert (await ask(viewer, "/images")).buttons[-1] == ["Refresh"]
        assert await verdict(phone, "/images -f dangling=true") == "local: 1 image"
        by_name = await ask(phone, "/images --sort name")
        assert [line.split(":")[0] for line in by_name.text.splitlines()[1:3]] == ["big", "busybox"]
        assert re.fullmatch(r"[0-9a-f]{12}", (await ask(phone, "/image ls -q")).text.split()[-1])
        disk = await ask(phone, "/df")
        assert re.match(r"local: Docker takes [\d.]+ MB\nimages +3 +[\d.]+ MB\n", disk.text)
        assert re.search(r"/prune frees at most 3(\.1)? MB\.\n/prune -a frees at most 8", disk.text)
        looks = ["Refresh", "Each by itself"]
        assert disk.buttons == [looks, ["Prune local…"], ["Prune local, all images…"]]
        assert (await ask(viewer, "/df")).buttons == [looks]
        await tap(disk, "Prune local…")
        asked = await phone.wait()
        assert asked.text.startswith("Remove 1 thing on local, at most 3")


async def test_each_by_itself(pierhead: Pierhead, telegram: Sandbox, engine: Engine) -> None:
    import_image(engine.sdk, "big:1", mebibytes=3)
    engine.docker("volume", "create", "spare")
    engine.docker("run", "-v", "data:/x", "--name", "job", "busybox", "sh", "-c", FILL)
    async with pierhead.running():
        phone = telegram.private(OWNER)
        disk = await ask(phone, "/df")
        await tap(disk, "Each by itself")
        seen = await shows(disk, "The largest")
        lines = [re.split(r"  +", line) for line in screen(seen)]
        largest = lines[lines.index(["The largest of all:"]) + 1 :]
        assert [row[0] for row in largest] == ["big:1", "job", "data", "busybox:latest", "spare"]
        assert [row[1] for row in largest[1:3]] == ["2.1 MB", "2.1 MB"]
        parts = [re.split(r"  +", line) for line in folded(seen).splitlines()]
        heads = [row for row in parts if len(row) == 1]
        assert [row for row in heads if "build cache" not in row[0]] == [  # an earlier build's
            ["2 images"],
            ["1 container"],
            ["2 volumes"],
        ]
        assert ["busybox:latest", "1 user"] in [row[:2] for row in parts]
        assert ["job", "exited", "2.1 MB"] in parts
        assert ["data", "1 user", "2.1 MB"] in parts
        assert ["spare", "unused", "0 B"] in parts
        assert seen.buttons[0] == ["Refresh"]


async def test_the_engine(pierhead: Pierhead, telegram: Sandbox, engine: Engine) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    engine.docker("create", "--name", "never", "busybox")
    installed = engine.docker("version", "-f", "{{.Server.Version}}")
    async with pierhead.running():
        phone = telegram.private(OWNER)
        info = await ask(phone, "/info")
        assert info.text.splitlines()[0] == "local: 1 running, 1 stopped"
        assert re.search(rf"^Docker +{re.escape(installed)}$", info.text, re.MULTILINE)
        assert "Drivers of volumes: local." in folded(info)
        assert re.search(r"^logs +json-file$", folded(info), re.MULTILINE)
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

"""/images, /history, /image inspect, and /inspect of whatever has a name."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from sandbox.engine.images import import_image
from tests.e2e.conftest import OWNER, VIEWER, Clock, Pierhead
from tests.e2e.talk import ask, monospace_of, played, screen, tap, verdict
from tests.hosts.scripted import CID, answer, row
from tests.private_engine import Engine

IMAGES = "GET /images/json"


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


@pytest.fixture
def built(engine: Engine, tmp_path: Path) -> Engine:
    """An image of a few steps, one of which has a secret in its command."""
    lines = ("FROM busybox", "ARG API_TOKEN", "RUN echo hi > /hi", "ENV DB_PASSWORD=hunter2")
    more = ("USER nobody", "EXPOSE 80", "VOLUME /data", 'ENTRYPOINT ["sleep"]', 'CMD ["5"]')
    (tmp_path / "Dockerfile").write_text("\n".join((*lines, *more)))
    engine.docker("build", "-q", "--build-arg", "API_TOKEN=s3cr3t-x", "-t", "app:1", str(tmp_path))
    engine.docker("tag", "app:1", "registry.example/team/app:latest")
    return engine


async def test_the_list(pierhead: Pierhead, phone: Phone, built: Engine) -> None:
    import_image(built.sdk, "", mebibytes=1)
    async with pierhead.running():
        for line in ("", "app", "app:1", "b*", "registry.example/team/app", "nothing", "-a"):
            docker = set(built.docker("images", "-q", *line.split()).split())
            shown = set((await ask(phone, f"/images -q {line}")).text.splitlines()[1:])
            assert shown == docker, line
        seen = await ask(phone, "/images --show untagged")
        assert seen.text.startswith("local: 1 image\n")
        assert seen.buttons[0] == ["All 3", "With a tag 2"]
        await tap(seen, "All 3")
        every = await seen.changed()
        assert every.text.startswith("local: 3 images\n")
        full = await ask(phone, "/image list -q --no-trunc app:1")
        assert full.text.splitlines()[1:] == [built.docker("images", "-q", "--no-trunc", "app:1")]
        tree = await ask(phone, "/images --tree")
        assert tree.text.splitlines()[:2] == [
            "--tree is not for a chat.",
            "It needs a newer API of Docker's than I speak. Without it, all images are listed.",
        ]
        assert await verdict(phone, "/images app redis") == "redis is one word too many."


async def test_many_images_have_pages(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    rows = [
        {"Id": f"sha256:{n:064x}", "RepoTags": [f"app:{n:02}"], "Size": n, "Created": 100 - n}
        for n in range(40)
    ]
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts[IMAGES] = answer(rows)
        seen = await ask(phone, "/images -f label=x")
        assert screen(seen)[:3] == ["local: 40 images", "Page 1 of 3", "app:39  39 B"]
        assert len(screen(seen)) == 17
        assert seen.buttons == [["Page 2"], ["Newest first", "By name"], ["Refresh"]]
        await tap(seen, "Page 2")
        second = await seen.changed()
        assert second.buttons[0] == ["Page 1", "Page 3"]
        await tap(second, "By name")
        named = await second.changed()
        assert screen(named)[1:3] == ["Page 1 of 3", "app:00   0 B"]
        filters = {r.query["filters"] for r in world.engine.seen if str(r) == IMAGES}
        assert [json.loads(found) for found in filters] == [{"label": ["x"]}]


async def test_how_it_was_made(pierhead: Pierhead, phone: Phone, built: Engine) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/history app:1")
        docker = built.docker("history", "-q", "app:1").splitlines()
        assert re.match(rf"app:1@local: {len(docker)} steps, [\d.]+ MB\n", seen.text)
        steps = monospace_of(seen)
        assert [line.split("  ")[0] for line in steps[:2]] == ['CMD ["5"]', 'ENTRYPOINT ["sleep"]']
        assert any(line.startswith("RUN echo hi > /hi") for line in steps)
        assert (await ask(phone, "/history -q app:1")).text.splitlines()[1:] == docker
        bare = await ask(phone, "/history --human=false app:1")
        size = built.docker("history", "-H=false", "--format", "{{.Size}}", "app:1").split()
        assert [line.split()[-1].replace(",", "") for line in monospace_of(bare)] == size
        await ask(phone, "/history --no-trunc app:1")
        file = await phone.wait()
        assert file.document is not None
        assert b"API_TOKEN" in file.document[1]
        for said in (seen.text, file.document[1].decode()):
            assert "s3cr3t" not in said
            assert "hunter2" not in said
        platform = await ask(phone, "/history --platform linux/arm64 app:1")
        assert platform.text.startswith("--platform is not for a chat.\n")


async def test_one_image(pierhead: Pierhead, phone: Phone, built: Engine) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/image inspect app:1")
        assert re.match(r"app:1@local: [\d.]+ MB, made \d\d:\d\d\n", seen.text)
        shown = dict(re.split("  +", line, maxsplit=1) for line in monospace_of(seen))
        assert shown["runs"] == "sleep 5"
        assert shown["user"] == "nobody"
        assert (shown["port"], shown["volume"]) == ("80/tcp", "/data")
        assert shown["also"].startswith("registry.example/team/")
        file = await phone.wait()
        assert file.document is not None
        content = json.loads(file.document[1])
        assert content["Id"] == built.docker("inspect", "-f", "{{.Id}}", "app:1")
        assert b"hunter2" not in file.document[1]
        digits = content["Id"].removeprefix("sha256:")[:12]
        by_id = await ask(phone, f"/image inspect -f '{{{{.Config.User}}}}' {digits}")
        assert monospace_of(by_id) == ["nobody"]


async def test_whatever_has_the_name(pierhead: Pierhead, phone: Phone, built: Engine) -> None:
    built.docker("create", "--name", "app", "app:1")
    built.docker("tag", "busybox", "app:latest")
    async with pierhead.running():
        kind = "/inspect -f '{{.Config.Image}}' "
        assert monospace_of(await ask(phone, f"{kind}app")) == ["app:1"]
        image = await ask(phone, "/inspect -f '{{.RepoTags}}' --type image app")
        assert monospace_of(image) == ["[app:latest busybox:latest]"]
        assert await verdict(phone, f"{kind}--type container busybox") == (
            "There is no busybox on local."
        )
        alone = await ask(phone, "/inspect busybox")
        assert await phone.wait()
        assert (await ask(phone, "/image inspect busybox")).text == alone.text
        assert await phone.wait()
        both = await ask(phone, "/inspect app busybox nobody")
        lines = both.text.splitlines()
        assert lines[0] == "app@local: created"
        assert any(line.startswith("busybox:latest@local: ") for line in lines)
        assert lines[-1] == "x not there: nobody@local"
        files = [await phone.wait(), await phone.wait()]
        names = [file.document[0] for file in files if file.document]
        assert names == ["app.json", "busybox_latest.json"]
        assert await verdict(phone, "/inspect --type service x") == "I can't show the type service."
        assert (await verdict(phone, "/inspect --type x y")).startswith("x is none of these: cont")
        picker = await ask(phone, "/inspect")
        assert picker.text == "/inspect: which container on local?"
        assert picker.buttons == [["app"]]


async def test_who_may_not_see_images_is_told_so(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    allow = {"PIERHEAD_ACCESS__ROLES__VIEWER__ALLOW": "container.inspect,container.ls,self.*"}
    async with played(telegram, tmp_path, clock, starts=True, **allow) as world:
        world.engine.scripts["GET /containers/json"] = answer([row()])
        world.engine.scripts[IMAGES] = answer([{"Id": f"sha256:{CID}", "RepoTags": ["redis:7"]}])
        viewer = telegram.private(VIEWER)
        denied = await ask(viewer, "/inspect redis:7")
        assert denied.text.startswith("Not done: inspect redis:7@local\n")
        assert "image.inspect" in denied.text
        assert f"GET /images/sha256:{CID}/json" not in world.engine.asked

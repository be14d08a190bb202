"""`/outdated`: what a registry has is compared with what runs, and nothing is pulled."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OPERATOR, OWNER, VIEWER, Clock, Pierhead
from tests.e2e.pushing import build, published
from tests.e2e.talk import ask, folded, played
from tests.hosts.scripted import answer, row, silence
from tests.private_engine import Engine

SOURCE = "org.opencontainers.image.source"


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


@pytest.fixture
def listed(pierhead: Pierhead, registry: str, tmp_path: Path) -> Pierhead:
    """A bot whose config lists the registry."""
    file = tmp_path / "config.toml"
    file.write_text(f'[registries."{registry}"]\n[registries."127.0.0.1:9"]\n')
    pierhead.file = file
    return pierhead


def lines(seen: Seen) -> list[str]:
    return [" ".join(line.split()) for line in seen.text.splitlines()]


def all_images(engine: Engine) -> set[str]:
    return set(engine.docker("images", "-aq", "--no-trunc").split())


async def test_what_is_newer_is_told_and_not_pulled(
    listed: Pierhead, phone: Phone, engine: Engine, registry: str
) -> None:
    name = f"{registry}/shop/one:1"
    published(engine, name, "1", label=f"{SOURCE}=https://github.com/shop/one.git")
    for container in ("web", "web-2"):
        engine.docker("run", "-d", "--name", container, name)
    async with listed.running():
        seen = await ask(phone, "/outdated")
        assert seen.text.splitlines()[0] == "local: all up to date"
        published(engine, name, "2", elsewhere=True)
        images = all_images(engine)
        seen = await ask(phone, "/outdated")
        assert lines(seen)[0] == "local: 2 of 2 have a newer image"
        assert "https://github.com/shop/one/releases" in seen.text
        assert not [e for e in seen.entities if e.type in {"url", "text_link"}]
        assert all_images(engine) == images
        seen = await ask(phone, "/outdated web")
        assert lines(seen)[0] == "local: 1 of 1 has a newer image"


async def test_why_nothing_is_known_is_told_of_each(
    listed: Pierhead, phone: Phone, engine: Engine, registry: str
) -> None:
    name = f"{registry}/shop/two:1"
    digest = published(engine, name, "1")
    image = engine.docker("inspect", "-f", "{{.Id}}", "busybox")
    engine.docker("pull", "-q", digest)
    for container, words in {
        "pinned": ("--label", "pierhead.upgrade=pinned", name),
        "left": ("--label", "pierhead.upgrade=off", name),
        "exact": (digest,),
        "local": ("busybox", "sleep", "9"),
        "bare": (image, "sleep", "9"),
    }.items():
        engine.docker("create", "--name", container, *words)
    build(engine, "moving", "1")
    engine.docker("create", "--name", "moved", "moving")
    build(engine, "moving", "2")
    engine.docker("create", "--name", "gone", name)
    async with listed.running():
        seen = await ask(phone, "/outdated")
        assert lines(seen)[0] == "local: 1 of 6 has a newer image"
        assert "The newer one is on the host already: moved" in seen.text
        told = folded(seen)
        assert "Up to date: gone" in told
        assert "Kept by the label pierhead.upgrade: pinned" in told
        assert "Made of a digest, which stays what it is: exact" in told
        assert "Built or loaded here, not from a registry: local" in told
        assert "Made of an image without a name: bare" in told
        assert "left" not in told
        seen = await ask(phone, "/outdated left exact")
        assert lines(seen)[0] == "local: nothing newer found, 0 of 2 looked at"
        assert "Left out by the label pierhead.upgrade: left" in seen.text


async def test_a_label_that_the_image_carries_is_not_heard(
    listed: Pierhead, phone: Phone, engine: Engine, registry: str
) -> None:
    name = f"{registry}/shop/three:1"
    published(engine, name, "1", label="pierhead.upgrade=off")
    engine.docker("create", "--name", "web", "--label", "pierhead.upgrade=off", name)
    async with listed.running():
        assert "all up to date" in (await ask(phone, "/outdated")).text


async def test_a_registry_that_is_not_listed_is_not_asked(
    pierhead: Pierhead, phone: Phone, engine: Engine, registry: str
) -> None:
    name = f"{registry}/shop/four:1"
    published(engine, name, "1")
    engine.docker("create", "--name", "web", name)
    async with pierhead.running():
        seen = await ask(phone, "/outdated")
    assert lines(seen)[0] == "local: nothing newer found, 0 of 1 looked at"
    assert "From a registry that the config does not list: web" in seen.text


IMAGES = [
    {
        "Id": f"sha256:{'a' * 64}",
        "RepoTags": ["shop/a:1"],
        "RepoDigests": [f"shop/a@sha256:{'b' * 64}"],
        "Size": 1,
        "Created": 1,
        "Labels": {SOURCE: "https://evil.example/\u202ex", "x": "y"},
    }
]


@pytest.mark.parametrize(
    ("status", "why", "said"),
    [
        (401, "unauthorized: authentication required", "docker.io does not let the host do that."),
        (404, "manifest unknown", "docker.io has no such image"),
        (500, "dial tcp: lookup x: no such host", "docker.io can't be reached from the host."),
    ],
)
async def test_what_a_registry_refuses_is_told(
    telegram: Sandbox, tmp_path: Path, clock: Clock, status: int, why: str, said: str
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts["GET /containers/json"] = answer(
            [row(Image="shop/a:1", ImageID=f"sha256:{'a' * 64}")]
        )
        world.engine.scripts["GET /images/json"] = answer(IMAGES)
        world.engine.scripts["GET /distribution/docker.io/shop/a:1/json"] = answer(
            {"message": why}, status
        )
        seen = await ask(telegram.private(OWNER), "/outdated")
    assert lines(seen)[0] == "local: nothing newer found, 0 of 1 looked at"
    assert f"x web: {said}" in seen.text
    assert "evil" not in seen.text


async def test_a_silent_registry_ends_with_a_time_out(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts["GET /containers/json"] = answer(
            [row(Image="shop/a:1", ImageID=f"sha256:{'a' * 64}")]
        )
        world.engine.scripts["GET /images/json"] = answer(IMAGES)
        world.engine.scripts["GET /distribution/docker.io/shop/a:1/json"] = silence
        phone = telegram.private(OWNER)
        await phone.send("/outdated")
        while not any("distribution" in asked for asked in world.engine.asked):
            await clock.sleep(0.05)
        clock.advance(21)
        seen = await phone.wait()
    assert "x web: No answer from Docker on local in 20 s." in seen.text


async def test_a_silent_registry_is_waited_for_once(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    image = f"sha256:{'a' * 64}"
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts["GET /containers/json"] = answer(
            [
                row(Id=f"{n:064}", Names=[f"/web-{n}"], Image=f"shop/a:{n}", ImageID=image)
                for n in range(9)
            ]
        )
        world.engine.scripts["GET /images/json"] = answer(IMAGES)
        for n in range(9):
            path = f"GET /distribution/docker.io/shop/a:{n}/json"
            world.engine.scripts[path] = silence
        phone = telegram.private(OWNER)
        await phone.send("/outdated")
        asked = 0
        while asked < 3:
            await clock.sleep(0.05)
            asked = sum("distribution" in one for one in world.engine.asked)
        clock.advance(21)
        seen = await phone.wait()
    assert lines(seen)[0] == "local: nothing newer found, 0 of 9 looked at"
    assert sum("distribution" in one for one in world.engine.asked) == 3


async def test_who_may_ask(pierhead: Pierhead, telegram: Sandbox, engine: Engine) -> None:
    async with pierhead.running():
        assert "container.outdated" in (await ask(telegram.private(VIEWER), "/outdated")).text
        seen = await ask(telegram.private(OPERATOR), "/outdated")
        assert seen.text.startswith("local: ")

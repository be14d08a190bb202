"""`/upgrade`: onto the newest image, with all that it had, and back if that is not well."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.hosts.snapshots import Snapshot
from bot.hosts.types import Container
from handlers.container.upgrade.acts import Acts
from sandbox import Phone, Sandbox, Seen
from storage.upgrades import Member
from tests.e2e.conftest import OPERATOR, OWNER, VIEWER, Clock, Pierhead
from tests.e2e.making import inspected, names, with_admin
from tests.e2e.pushing import build, for_arm, published
from tests.e2e.talk import ask, later, tap
from tests.private_engine import Engine

CHECK = "HEALTHCHECK --interval=500ms --timeout=2s --retries=2 CMD"
WELL, UNWELL = f"{CHECK} true", f"{CHECK} echo no such codec; false"


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


@pytest.fixture
def listed(pierhead: Pierhead, registry: str, tmp_path: Path) -> Pierhead:
    """A bot whose config lists the registry."""
    file = tmp_path / "config.toml"
    file.write_text(f'[registries."{registry}"]\n')
    pierhead.file = file
    return pierhead


async def end(phone: Phone, seen: Seen, *words: str) -> Seen:
    """The message once it says one of the words, whatever shows how far it is before."""
    while not any(word in seen.text for word in words):
        later(phone, 1.1)
        seen = await phone.wait(within=60)
    return seen


async def agreed(phone: Phone, line: str) -> Seen:
    """What a line comes to, with a yes to the question."""
    question = await ask(phone, line)
    assert question.buttons[0] == ["Not now"], question.text
    await tap(question, question.buttons[1][0])
    return await end(phone, question, *ENDS)


ENDS = (
    "is left as it is",
    "Upgraded ",
    "undone",
    "Not upgraded",
    "is up to date",
    " done",
    "Cancelled",
    "? upgrade",
)


def image_of(engine: Engine, name: str = "web") -> str:
    return str(inspected(engine, name)["Image"])


def running(engine: Engine) -> set[str]:
    return set(engine.docker("ps", "--format", "{{.Names}}").split())


async def test_it_is_made_again_of_the_newest(
    listed: Pierhead, phone: Phone, engine: Engine, registry: str
) -> None:
    name = f"{registry}/shop/up:1"
    published(engine, name, "1", WELL, "VOLUME /data")
    engine.docker("network", "create", "back")
    engine.docker("run", "-d", "--name", "web", "-e", "MINE=1", "-m", "64m", name)
    engine.docker("network", "connect", "--alias", "shop", "back", "web")
    engine.docker("exec", "web", "sh", "-c", "echo kept > /data/file")
    old = image_of(engine)
    published(engine, name, "2", WELL, "VOLUME /data", elsewhere=True)
    async with listed.running():
        question = await ask(phone, "/upgrade web")
        assert question.text.splitlines()[0] == "Upgrade web@local?"
        assert f"web: {old[7:19]} → newest {name}" in question.text
        await tap(question, "Upgrade web@local")
        seen = await end(phone, question, *ENDS)
        assert seen.text.startswith(f"Upgraded web@local: {name}")
        assert image_of(engine) != old
        assert names(engine) == {"web"}
        found = inspected(engine, "web")
        assert {"MINE=1", "VERSION=2"} <= set(found["Config"]["Env"])
        assert found["HostConfig"]["Memory"] == 64 << 20
        assert set(found["NetworkSettings"]["Networks"]) == {"bridge", "back"}
        assert engine.docker("exec", "web", "cat", "/data/file") == "kept"
        seen = await agreed(phone, "/upgrade web")
        assert seen.text.startswith(f"web@local is up to date: {name}")


async def test_one_that_is_not_well_comes_back(
    listed: Pierhead, phone: Phone, engine: Engine, registry: str
) -> None:
    name = f"{registry}/shop/bad:1"
    published(engine, name, "1", WELL, "VOLUME /data")
    engine.docker("network", "create", "--subnet", "10.99.0.0/24", "back")
    given = ("--network", "back", "--ip", "10.99.0.7", "--network-alias", "shop")
    engine.docker("run", "-d", "--name", "web", *given, name)
    engine.docker("exec", "web", "sh", "-c", "echo kept > /data/file")
    before = inspected(engine, "web")
    unwell = f"{CHECK} sleep 1; echo no such codec; false"
    published(engine, name, "2", unwell, "VOLUME /data", "VOLUME /more", elsewhere=True)
    async with listed.running():
        question = await ask(phone, "/upgrade web")
        await tap(question, "Upgrade web@local")
        seen = await end(phone, question, "has to be well")
        (parked,) = names(engine) - {"web"}
        assert running(engine) == {"web"}  # the new one, while the old one waits
        assert inspected(engine, parked)["Id"] == before["Id"]
        assert attached(engine) == attached_of(before)
        seen = await end(phone, seen, *ENDS)
    told = seen.text.splitlines()
    assert told[:3] == ["web@local: upgrade undone", "The new one is unhealthy.", "no such codec"]
    assert told[3].startswith("The old one is back, after ")
    after = inspected(engine, "web")
    assert (after["Id"], after["State"]["Running"]) == (before["Id"], True)
    assert names(engine) == {"web"}
    assert attached(engine) == attached_of(before)
    assert engine.docker("exec", "web", "cat", "/data/file") == "kept"
    ask_by_alias = ("run", "--rm", "--network", "back", "busybox", "ping", "-c1", "-W2", "shop")
    assert "10.99.0.7" in engine.docker(*ask_by_alias)
    assert engine.docker("inspect", "-f", "{{.Id}}", name) == before["Image"]
    assert len(engine.docker("volume", "ls", "-q").split()) == 1


def attached(engine: Engine) -> dict[str, object]:
    """How `web` is in its network `back` now."""
    return attached_of(inspected(engine, "web"))


def attached_of(container: Mapping[str, Any]) -> dict[str, object]:
    back = container["NetworkSettings"]["Networks"]["back"]
    aliases = set(back["Aliases"]) - {container["Id"][:12]}
    return {"ip": back["IPAddress"], "aliases": aliases}


async def test_a_schedule_does_not_try_again_what_was_not_well(
    listed: Pierhead,
    phone: Phone,
    engine: Engine,
    registry: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = importlib.import_module("handlers.container.upgrade.one")
    monkeypatch.setattr(module, "scheduled", lambda _: True)
    name = f"{registry}/shop/nightly:1"
    published(engine, name, "1", WELL)
    engine.docker("run", "-d", "--name", "web", name)
    before = inspected(engine, "web")
    published(engine, name, "2", UNWELL, elsewhere=True)
    async with listed.running():
        seen = await agreed(phone, "/upgrade web")
        assert "Schedules skip this image until a newer one comes." in seen.text
        seen = await agreed(phone, "/upgrade web")
        assert seen.text.startswith(f"web@local is left as it is: {name}")
        assert inspected(engine, "web")["Id"] == before["Id"]
        assert engine.docker("inspect", "-f", "{{.Id}}", name) == before["Image"]
        published(engine, name, "3", WELL, elsewhere=True)
        seen = await agreed(phone, "/upgrade web")
        assert seen.text.startswith("Upgraded web@local")


@pytest.mark.parametrize("restart", ["always", "on-failure:3"])
async def test_an_engine_that_starts_meanwhile_starts_the_new_one_alone(
    pierhead: Pierhead, phone: Phone, engine: Engine, restart: str
) -> None:
    build(engine, "app", "1")
    engine.docker("run", "-d", "--name", "web", "--restart", restart, "app")
    wanted = inspected(engine, "web")["HostConfig"]["RestartPolicy"]
    build(engine, "app", "2", f"{CHECK} sleep 2; false")
    policy = ("inspect", "-f", "{{.HostConfig.RestartPolicy.Name}}")
    async with pierhead.running():
        question = await ask(phone, "/upgrade --no-pull web")
        await tap(question, "Upgrade web@local")
        seen = await end(phone, question, "has to be well")
        (parked,) = names(engine) - {"web"}
        assert engine.docker(*policy, parked) == "unless-stopped"
        assert inspected(engine, "web")["HostConfig"]["RestartPolicy"] == wanted
        await end(phone, seen, "undone")
    assert inspected(engine, "web")["HostConfig"]["RestartPolicy"] == wanted
    assert "VERSION=1" in inspected(engine, "web")["Config"]["Env"]


async def test_one_that_ends_comes_back(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    build(engine, "app", "1")
    engine.docker("run", "-d", "--name", "web", "app")
    old = image_of(engine)
    build(engine, "app", "2", 'ENTRYPOINT ["sh", "-c", "echo bye; exit 3"]')
    async with pierhead.running():
        seen = await agreed(phone, "/upgrade --no-pull web")
    assert "The new one ended: exit 3" in seen.text
    assert "bye" in seen.text
    assert image_of(engine) == old
    assert running(engine) == {"web"}


async def test_what_lives_in_it_is_made_again_as_well(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    build(engine, "app", "1")
    build(engine, "side", "1")
    engine.docker("run", "-d", "--name", "web", "app")
    engine.docker("run", "-d", "--name", "side", "--network", "container:web", "side")
    engine.docker("create", "--name", "idle", "--network", "container:web", "side")
    old = inspected(engine, "side")
    for version, lines, done in (("2", ['ENTRYPOINT ["false"]'], False), ("3", [], True)):
        build(engine, "app", version, *lines)
        async with pierhead.running():
            question = await ask(phone, "/upgrade --no-pull web")
            assert "Made again with it: idle and side" in question.text
            await tap(question, "Upgrade web@local")
            seen = await end(phone, question, *ENDS)
        assert seen.text.startswith("Upgraded" if done else "web@local: upgrade undone")
        side = inspected(engine, "side")
        assert (side["Id"] != old["Id"]) is done
        assert side["Image"] == old["Image"]
        web = inspected(engine, "web")["Id"]
        assert side["HostConfig"]["NetworkMode"] == f"container:{web}"
        assert running(engine) == {"web", "side"}
        assert names(engine) == {"web", "side", "idle"}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ("--label pierhead.upgrade=pinned app", "Its label pierhead.upgrade=pinned keeps it"),
        ("--label pierhead.upgrade=off app", "Its label pierhead.upgrade=off keeps it"),
        ("--rm app", "It is removed when it ends (--rm)"),
        ("{id}", "It was made of an image without a name"),
    ],
)
async def test_what_can_not_be_upgraded_is_refused_by_name(
    pierhead: Pierhead, phone: Phone, engine: Engine, options: str, why: str
) -> None:
    build(engine, "app", "1")
    image = engine.docker("inspect", "-f", "{{.Id}}", "app")
    engine.docker("run", "-d", "--name", "web", *options.format(id=image).split())
    before = inspected(engine, "web")["Id"]
    async with pierhead.running():
        seen = await ask(phone, "/upgrade web")
    assert seen.text.startswith("Not done: upgrade web@local")
    assert why in seen.text
    assert "Nothing was changed." in seen.text
    assert inspected(engine, "web")["Id"] == before


async def test_an_old_link_is_a_reason(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    build(engine, "app", "1")
    engine.docker("run", "-d", "--name", "web", "app")
    engine.docker("run", "-d", "--name", "user", "--link", "web:db", "app")
    async with pierhead.running():
        seen = await ask(phone, "/upgrade web")
    assert "user has an old link to it (--link)." in seen.text


async def test_several_go_in_the_order_of_their_stack(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    label = "com.docker.compose."
    build(engine, "app", "1")
    for service, needs in (("api", "db:service_started:false"), ("db", "")):
        labels = {"project": "shop", "service": service, "depends_on": needs}
        words = [w for k, v in labels.items() for w in ("--label", f"{label}{k}={v}")]
        engine.docker("run", "-d", "--name", f"shop-{service}-1", *words, "app")
    engine.docker("run", "-d", "--name", "web", "--label", "pierhead.upgrade=pinned", "app")
    build(engine, "app", "2")
    async with pierhead.running():
        question = await ask(phone, "/upgrade --no-pull shop-api-1 shop-db-1 web")
        assert question.text.splitlines()[0] == "Upgrade 2 containers on local?"
        assert "shop-api-1 uses it." in question.text
        assert "x web: Its label pierhead.upgrade=pinned keeps it as it is." in question.text
        await tap(question, "Upgrade 2 on local")
        seen = await end(phone, question, *ENDS)
    assert seen.text.splitlines()[0] == "local: 2 of 2 done"
    started = [inspected(engine, f"shop-{s}-1")["State"]["StartedAt"] for s in ("db", "api")]
    assert started == sorted(started)
    assert image_of(engine, "shop-db-1") == image_of(engine, "shop-api-1")
    assert image_of(engine, "web") != image_of(engine, "shop-db-1")


@pytest.mark.parametrize("ran", [False, True])
async def test_what_does_not_run_is_made_again_and_not_started(
    pierhead: Pierhead, phone: Phone, engine: Engine, *, ran: bool
) -> None:
    """Nothing shows that the new one is well, so the old one is not removed."""
    build(engine, "app", "1")
    policy = ("--restart", "always") if ran else ()
    engine.docker("create", "--name", "web", *policy, "app")
    if ran:
        engine.docker("start", "web")
        engine.docker("stop", "-t", "0", "web")
    old = inspected(engine, "web")["Id"]
    build(engine, "app", "2")
    async with pierhead.running():
        question = await ask(phone, "/upgrade --no-pull web")
        assert "web does not run, and the new one won't either." in question.text
        assert "the old one is kept beside it." in question.text
        await tap(question, "Upgrade web@local")
        seen = await end(phone, question, *ENDS)
    (kept,) = names(engine) - {"web"}
    assert seen.text.splitlines() == [
        "Upgraded web@local: app",
        "It was not started, so nothing shows that it is well.",
        f"The old one is kept until you remove it: {kept}",
    ]
    assert inspected(engine, "web")["State"]["Status"] == "created"
    assert "VERSION=2" in inspected(engine, "web")["Config"]["Env"]
    assert inspected(engine, kept)["Id"] == old
    assert inspected(engine, kept)["HostConfig"]["RestartPolicy"]["Name"] == "no"
    assert not running(engine)


async def test_an_owner_s_label_is_heard_although_the_image_has_one(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    build(engine, "app", "1", label="pierhead.upgrade=off")
    engine.docker("run", "-d", "--name", "mine", "--label", "pierhead.upgrade=pinned", "app")
    engine.docker("run", "-d", "--name", "theirs", "app")
    build(engine, "app", "2")
    async with pierhead.running():
        seen = await ask(phone, "/upgrade --no-pull mine")
        assert "Its label pierhead.upgrade=pinned keeps it as it is." in seen.text
        seen = await agreed(phone, "/upgrade --no-pull theirs")
        assert seen.text.startswith("Upgraded theirs@local")


async def test_an_image_s_name_may_look_like_an_id(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    build(engine, "deadbeefcafe", "1")
    engine.docker("run", "-d", "--name", "web", "deadbeefcafe")
    build(engine, "deadbeefcafe", "2")
    async with pierhead.running():
        seen = await agreed(phone, "/upgrade --no-pull web")
    assert seen.text.startswith("Upgraded web@local: deadbeefcafe")
    assert "VERSION=2" in inspected(engine, "web")["Config"]["Env"]


async def test_go_back_while_it_is_waited_for(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    build(engine, "app", "1")
    engine.docker("run", "-d", "--name", "web", "app")
    old = inspected(engine, "web")["Id"]
    build(engine, "app", "2", f"{CHECK} sleep 1; test -e /never || sleep 100")
    async with pierhead.running():
        question = await ask(phone, "/upgrade --no-pull web")
        await tap(question, "Upgrade web@local")
        seen = await end(phone, question, "has to be well")
        assert await tap(seen, "Go back") == "Stopping."
        seen = await end(phone, seen, *ENDS)
    assert seen.text.splitlines()[0] == "web@local: upgrade undone"
    assert inspected(engine, "web")["Id"] == old
    assert running(engine) == names(engine) == {"web"}


@pytest.mark.parametrize("gone", ["new", "old"])
async def test_one_is_removed_in_the_middle(
    pierhead: Pierhead, phone: Phone, engine: Engine, gone: str
) -> None:
    build(engine, "app", "1")
    engine.docker("run", "-d", "--name", "web", "app")
    build(engine, "app", "2", f"{CHECK} sleep 3; false")
    async with pierhead.running():
        question = await ask(phone, "/upgrade --no-pull web")
        await tap(question, "Upgrade web@local")
        seen = await end(phone, question, "has to be well")
        (parked,) = names(engine) - {"web"}
        engine.docker("rm", "-f", "web" if gone == "new" else parked)
        seen = await end(phone, seen, *ENDS)
    if gone == "new":
        assert "The new one was removed meanwhile." in seen.text
    else:
        assert "The old one was removed meanwhile: it could not go back." in seen.text
    version = "VERSION=1" if gone == "new" else "VERSION=2"
    assert version in inspected(engine, "web")["Config"]["Env"]
    assert names(engine) == running(engine) == {"web"}


async def test_where_it_can_not_go_back_what_is_left_is_told(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    build(engine, "app", "1")
    engine.docker("run", "-d", "--name", "web", "app")
    build(engine, "app", "2", f"{CHECK} sleep 3; false")
    async with pierhead.running():
        question = await ask(phone, "/upgrade --no-pull web")
        await tap(question, "Upgrade web@local")
        seen = await end(phone, question, "has to be well")
        (parked,) = names(engine) - {"web"}
        engine.docker("rename", "web", "moved")
        engine.docker("create", "--name", "web", "busybox")  # somebody else's
        seen = await end(phone, seen, *ENDS)
    assert seen.text.splitlines()[:2] == [
        "? upgrade web@local",
        "It could not go back to the old one.",
    ]
    assert f"It is called {parked}, and does not run." in seen.text
    assert names(engine) == {"web", parked}


async def test_where_its_port_was_taken_meanwhile_what_is_there_is_told(
    pierhead: Pierhead, phone: Phone, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(engine, "app", "1")
    engine.docker("run", "-d", "--name", "web", "-p", "127.0.0.1:8099:80", "app")
    old = inspected(engine, "web")
    build(engine, "app", "2", 'ENTRYPOINT ["false"]')
    remove = Acts.remove_new

    async def thief(acts: Acts, member: Member, there: Mapping[str, Container]) -> None:
        await remove(acts, member, there)
        words = ("--name", "thief", "-p", "127.0.0.1:8099:80", "busybox", "sleep", "99")
        engine.docker("run", "-d", *words)

    monkeypatch.setattr(Acts, "remove_new", thief)
    async with pierhead.running():
        seen = await agreed(phone, "/upgrade --no-pull web")
    told = seen.text.splitlines()
    assert told[:2] == ["? upgrade web@local", "It could not go back to the old one."]
    assert "port is already allocated" in seen.text
    assert told[-2] == "It is called web, and does not run."
    assert told[-1].startswith("Put that right, and I try again when I start next")
    assert inspected(engine, "web")["Id"] == old["Id"]


async def test_an_old_one_that_does_not_run_is_not_called_back(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    once = 'ENTRYPOINT ["sh", "-c", "rm /once && sleep 1000"]'
    build(engine, "app", "1", once, "RUN touch /once")
    engine.docker("run", "-d", "--name", "web", "app")
    build(engine, "app", "2", 'ENTRYPOINT ["false"]')
    async with pierhead.running():
        seen = await agreed(phone, "/upgrade --no-pull web")
    assert seen.text.splitlines()[0] == "web@local: upgrade undone"
    assert "It was put back and started, and does not run: web" in seen.text
    assert "is back" not in seen.text


async def test_what_comes_meanwhile_waits(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    build(engine, "app", "1")
    engine.docker("run", "-d", "--name", "web", "app")
    build(engine, "app", "2", f"{CHECK} sleep 2; false")
    async with pierhead.running():
        question = await ask(phone, "/upgrade --no-pull web")
        await tap(question, "Upgrade web@local")
        seen = await end(phone, question, "has to be well")
        await phone.send("/kill web")
        seen = await end(phone, seen, "undone")
        assert "The new one is unhealthy." in seen.text
    assert image_of(engine) != engine.docker("inspect", "-f", "{{.Id}}", "app")


async def test_a_pull_is_cancelled(
    pierhead: Pierhead,
    phone: Phone,
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Snapshot, "local", False)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # a registry that never answers
        registry = f"127.0.0.1:{silent.getsockname()[1]}"
        pierhead.file = tmp_path / "config.toml"
        pierhead.file.write_text(f'[registries."{registry}"]\n')
        build(engine, f"{registry}/shop/web:1", "1")
        engine.docker("run", "-d", "--name", "web", f"{registry}/shop/web:1")
        before = inspected(engine, "web")
        async with pierhead.running():
            question = await ask(phone, "/upgrade web")
            await tap(question, "Upgrade web@local")
            seen = await end(phone, question, "Pulling ")
            assert await tap(seen, "Cancel the pull") == "Stopping."
            seen = await end(phone, seen, *ENDS)
    assert seen.text.splitlines()[0] == "Not upgraded: web@local"
    assert seen.text.splitlines()[-1] == "Nothing was changed."
    after = inspected(engine, "web")
    assert (after["Id"], after["State"]) == (before["Id"], before["State"])


@pytest.mark.parametrize("known", [True, False])
async def test_what_can_not_be_pulled_changes_nothing(
    pierhead: Pierhead, phone: Phone, engine: Engine, registry: str, tmp_path: Path, known: bool
) -> None:
    name = f"{registry}/shop/nowhere:1"
    published(engine, f"{registry}/shop/nowhere:2", "1")
    engine.docker("tag", f"{registry}/shop/nowhere:2", name)
    engine.docker("run", "-d", "--name", "web", name)
    before = inspected(engine, "web")
    if known:
        pierhead.file = tmp_path / "config.toml"
        pierhead.file.write_text(f'[registries."{registry}"]\n')
    async with pierhead.running():
        seen = await agreed(phone, "/upgrade web")
    assert seen.text.splitlines()[0] == "Not upgraded: web@local"
    assert ("has no such image" in seen.text) is known
    assert ("does not list" in seen.text) is not known
    after = inspected(engine, "web")
    assert (after["Id"], after["State"]) == (before["Id"], before["State"])


async def test_what_was_built_here_is_not_pulled(
    listed: Pierhead, phone: Phone, engine: Engine, registry: str
) -> None:
    """Somebody else may have put something under its name there."""
    name = f"{registry}/shop/mine:1"
    published(engine, name, "evil")
    engine.restore_image()
    build(engine, name, "1")
    engine.docker("run", "-d", "--name", "web", name)
    async with listed.running():
        seen = await ask(phone, "/upgrade web")
        assert "Its image was built or loaded here" in seen.text
        assert "With --no-pull it gets what the host has" in seen.text
        build(engine, name, "2")
        assert (await agreed(phone, "/upgrade --no-pull web")).text.startswith("Upgraded web")
    assert "VERSION=2" in inspected(engine, "web")["Config"]["Env"]


async def test_what_lives_in_it_and_is_of_its_image_goes_along(
    listed: Pierhead, phone: Phone, engine: Engine, registry: str
) -> None:
    name = f"{registry}/shop/both:1"
    published(engine, name, "1")
    engine.docker("run", "-d", "--name", "web", name)
    engine.docker("run", "-d", "--name", "side", "--network", "container:web", name)
    published(engine, name, "2", elsewhere=True)
    async with listed.running():
        question = await ask(phone, "/upgrade web")
        assert "Of the same image, and newer as well: side" in question.text
        await tap(question, "Upgrade web@local")
        seen = await end(phone, question, *ENDS)
    assert seen.text.startswith("Upgraded web@local"), seen.text
    for one in ("web", "side"):
        assert "VERSION=2" in inspected(engine, one)["Config"]["Env"]
        assert "VERSION=1" not in inspected(engine, one)["Config"]["Env"]


async def test_what_came_to_live_in_it_during_the_pull_is_not_left_behind(
    listed: Pierhead,
    phone: Phone,
    engine: Engine,
    registry: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = f"{registry}/shop/busy:1"
    published(engine, name, "1")
    engine.docker("run", "-d", "--name", "web", name)
    before = inspected(engine, "web")
    published(engine, name, "2", elsewhere=True)
    module = importlib.import_module("handlers.container.upgrade.one")
    pull = module.fetch

    async def fetch(*given: object, **more: object) -> str:
        engine.docker("run", "-d", "--name", "late", "--network", "container:web", name)
        return str(await pull(*given, **more))

    monkeypatch.setattr(module, "fetch", fetch)
    async with listed.running():
        seen = await agreed(phone, "/upgrade web")
    assert seen.text.splitlines()[:2] == [
        "Not upgraded: web@local",
        "It has changed since: look again.",
    ]
    assert inspected(engine, "web")["Id"] == before["Id"]
    assert engine.docker("inspect", "-f", "{{.Id}}", name) == before["Image"]


async def test_one_for_another_platform_stays_so(
    listed: Pierhead, phone: Phone, engine: Engine, registry: str, tmp_path: Path
) -> None:
    name = f"{registry}/shop/multi:1"

    def both(version: str) -> None:
        for platform in ("amd64", "arm64"):
            build(engine, f"{name}-{platform}", f"{version}-{platform}")
            if platform == "arm64":
                for_arm(engine, f"{name}-{platform}", tmp_path)
            engine.docker("push", "-q", f"{name}-{platform}")
        parts = (f"{name}-amd64", f"{name}-arm64")
        engine.docker("manifest", "create", "--amend", "--insecure", name, *parts)
        engine.docker("manifest", "push", "--purge", "--insecure", name)
        engine.docker("rmi", *parts)

    both("1")
    engine.docker("pull", "-q", "--platform", "linux/arm64", name)
    engine.docker("run", "-d", "--name", "web", "--platform", "linux/arm64", name)
    both("2")
    async with listed.running():
        seen = await agreed(phone, "/upgrade web")
    assert seen.text.startswith("Upgraded web@local"), seen.text
    assert "VERSION=2-arm64" in inspected(engine, "web")["Config"]["Env"]


async def test_who_may(telegram: Sandbox, engine: Engine, tmp_path: Path, clock: Clock) -> None:
    build(engine, "app", "1")
    engine.docker("run", "-d", "--name", "web", "app")
    engine.docker("create", "--name", "root", "--privileged", "app")
    build(engine, "app", "2")
    bot = with_admin(telegram, engine, tmp_path, clock)
    async with bot.running():
        assert "container.upgrade" in (await ask(telegram.private(OPERATOR), "/upgrade web")).text
        admin = telegram.private(8)
        assert "engine.root" in (await ask(admin, "/upgrade --no-pull root")).text
        # whoever gives its tag another image decides what runs in the other as well
        assert "engine.root" in (await ask(admin, "/upgrade --no-pull web")).text


async def test_who_may_upgrade_and_not_pull(
    listed: Pierhead, telegram: Sandbox, engine: Engine, registry: str
) -> None:
    name = f"{registry}/shop/rights:1"
    published(engine, name, "1")
    engine.docker("run", "-d", "--name", "web", name)
    published(engine, name, "2", elsewhere=True)
    listed.environment |= {
        "PIERHEAD_ACCESS__ROLES__RUNNER__ALLOW": "container.*",
        f"PIERHEAD_ACCESS__PEOPLE__{VIEWER}__ROLE": "runner",
    }
    phone = telegram.private(VIEWER)
    async with listed.running():
        assert "It needs image.pull on local." in (await ask(phone, "/upgrade web")).text
        seen = await agreed(phone, "/upgrade --no-pull web")
        assert seen.text.startswith("web@local is up to date")

"""`/tag` and `/rmi`: what goes from one image to another, what goes at all, and who uses it."""

from __future__ import annotations

import pytest

from sandbox import Phone, Sandbox
from sandbox.engine.images import import_image
from tests.e2e.conftest import OPERATOR, OWNER, Pierhead
from tests.e2e.talk import ask, tap, verdict
from tests.private_engine import Engine


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


def image(engine: Engine, name: str) -> str:
    """The id of an image, "" where there is none."""
    return engine.docker("image", "inspect", "-f", "{{.Id}}", name, check=False)


def tags(engine: Engine) -> set[str]:
    return set(engine.docker("images", "-a", "--format", "{{.Repository}}:{{.Tag}}").split())


def short(engine: Engine, name: str) -> str:
    return image(engine, name).removeprefix("sha256:")[:12]


async def test_a_tag_is_given(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    async with pierhead.running():
        said = await ask(phone, "/tag busybox team/app:1.2")
        assert said.text == "team/app:1.2@local is now busybox:latest."
        assert image(engine, "team/app:1.2") == image(engine, "busybox")
        said = await ask(phone, "/image tag busybox:latest team/app:1.2")
        assert said.text == "team/app:1.2@local is busybox:latest already."
        await ask(phone, f"/docker tag {short(engine, 'busybox')} localhost:5000/app")
        assert "localhost:5000/app:latest" in tags(engine)
        for wrong, first in (
            ("/tag busybox App", "App is no name for an image."),
            ("/tag busybox app@sha256:00", "app@sha256:00 is no name for an image."),
            ("/tag busybox", "TARGET is missing."),
            ("/tag nothing app", "There is no nothing on local."),
        ):
            assert await verdict(phone, wrong) == first
        assert not image(engine, "app")


async def test_a_tag_of_another_image_is_asked_about(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    import_image(engine.sdk, "app:1", mebibytes=1)
    old = short(engine, "app:1")
    engine.docker("create", "--name", "web", "app:1", "sh")
    async with pierhead.running():
        asked = await ask(phone, "/tag busybox app:1")
        assert asked.text.splitlines()[0] == "Give app:1@local to another image?"
        assert f"Now: {old}, " in asked.text
        assert "That one keeps no name: a prune removes it." in asked.text
        assert "web keeps it until it is made again." in asked.text
        assert f"Then: {short(engine, 'busybox')}, " in asked.text
        assert asked.buttons == [["Not now"], ["Tag app:1@local"]]
        assert short(engine, "app:1") == old
        await tap(asked, "Tag app:1@local")
        said = await asked.changed()
        assert said.text.splitlines() == [
            "app:1@local is now busybox:latest.",
            f"Before, it was {old}.",
        ]
        assert image(engine, "app:1") == image(engine, "busybox")
        assert image(engine, old)
        dropped = await ask(phone, f"/tag {old} app:1")
        await tap(dropped, "Not now")
        assert (await dropped.changed()).text == "Not done. Nothing was changed."
        changed = await ask(phone, f"/tag {old} app:1")
        engine.docker("tag", "busybox", "app:2")
        await tap(changed, changed.buttons[-1][0])
        again = await changed.changed()
        assert "It has changed since: look again. Nothing was done." in again.text
    assert image(engine, "app:1") == image(engine, "busybox")


async def test_the_tag_of_what_holds_the_host_is_for_owners(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    pierhead.environment[f"PIERHEAD_ACCESS__PEOPLE__{OPERATOR}__ROLE"] = "admin"
    engine.docker("tag", "busybox", "agent:1")
    engine.docker("create", "--name", "agent", "--privileged", "agent:1", "sh")
    import_image(engine.sdk, "evil:1", mebibytes=1)
    before = image(engine, "agent:1")
    admin = telegram.private(OPERATOR)
    async with pierhead.running():
        denied = await ask(admin, "/tag evil:1 agent:1")
        lines = denied.text.splitlines()
        assert lines[0] == "Not done: tag evil:1@local"
        assert lines[1] == "agent is made of it. It is privileged."
        assert "It needs engine.root on local." in lines[2]
        denied = await ask(admin, "/commit agent docker.io/library/agent:1")
        assert "agent is made of it. It is privileged." in denied.text
        assert image(engine, "agent:1") == before
        same = await ask(admin, "/tag busybox agent:1")
        assert same.text == "agent:1@local is busybox:latest already."
        engine.docker("rmi", "agent:1")
        assert "engine.root" in (await ask(admin, "/tag evil:1 agent:1")).text
        assert not image(engine, "agent:1")
        assert (await ask(admin, "/tag evil:1 other:1")).text.startswith("other:1@local is now")
        asked = await ask(telegram.private(OWNER), "/tag evil:1 agent:1")
        assert asked.text == "agent:1@local is now evil:1."


async def test_a_name_goes_and_with_the_last_the_image(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    import_image(engine.sdk, "app:1", mebibytes=1)
    engine.docker("tag", "app:1", "app:2")
    async with pierhead.running():
        asked = await ask(phone, "/rmi app:2")
        assert asked.text.splitlines()[:2] == [
            "Remove app:2@local?",
            "app:2: the name goes, the image stays app:1.",
        ]
        assert "Cannot be undone." not in asked.text
        assert asked.buttons == [["Not now"], ["Remove app:2@local"]]
        assert "app:2" in tags(engine)
        await tap(asked, "Remove app:2@local")
        told = await asked.changed()
        assert told.text == "Removed the name app:2@local: the image stays."
        assert tags(engine) == {"busybox:latest", "app:1"}
        asked = await ask(phone, "/image remove app:1")
        assert asked.text.splitlines()[1].startswith("app:1: the image goes, ")
        assert "Cannot be undone." in asked.text
        await tap(asked, "Remove app:1@local")
        assert (await asked.changed()).text == "Removed app:1@local."
    assert tags(engine) == {"busybox:latest"}


async def test_all_names_at_once(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    import_image(engine.sdk, "app:1", mebibytes=1)
    engine.docker("tag", "app:1", "app:2")
    import_image(engine.sdk, "", mebibytes=2)
    nameless = engine.docker("images", "-q", "-f", "dangling=true")
    async with pierhead.running():
        asked = await ask(phone, f"/rmi app:1 app:2 app:1 {nameless} nothing")
        lines = asked.text.splitlines()
        assert lines[1] == "app:1: the name goes, the image stays app:2."
        assert lines[2].startswith("app:2: the image goes, ")
        assert lines[3].startswith(f"{nameless}: the image goes, ")
        assert asked.buttons[-1] == ["Remove 3 on local"]
        await tap(asked, "Remove 3 on local")
        told = await asked.changed()
        assert told.text.splitlines()[0] == "local: 3 of 3 done"
    assert tags(engine) == {"busybox:latest"}


async def test_what_is_in_use_is_explained(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    import_image(engine.sdk, "app:1", mebibytes=1)
    import_image(engine.sdk, "job:1", mebibytes=2)
    app, job = short(engine, "app:1"), short(engine, "job:1")
    engine.docker("tag", "busybox", "run:1")
    engine.docker("run", "-d", "--name", "runs", "run:1", "sleep", "1000")
    engine.docker("rmi", "busybox:latest")
    for name, made_of in (("one", "app:1"), ("two", "app:1"), ("old", "job:1")):
        engine.docker("create", "--name", name, made_of, "sh")
    async with pierhead.running():

        async def lines(line: str) -> list[str]:
            return (await ask(phone, line)).text.splitlines()

        assert await lines("/rmi app:1") == [
            "Not done: remove app:1@local",
            "two and one use it.",
            "Remove those first.",
            "-f takes the name away all the same.",
            "Nothing was changed.",
        ]
        assert (await lines(f"/rmi {app}"))[1:3] == ["two and one use it.", "Remove those first."]
        assert (await lines(f"/rmi -f {short(engine, 'run:1')}"))[1] == "runs uses it."
        asked = await ask(phone, "/rmi -f run:1")
        assert asked.text.splitlines()[1] == "run:1: the name goes, runs keeps the image."
        await tap(asked, "Remove run:1@local")
        assert (await asked.changed()).text == "Removed the name run:1@local: the image stays."
        some = await ask(phone, "/rmi app:1 job:1 -f")
        assert some.buttons[-1] == ["Remove 2 on local"]
        part = await ask(phone, f"/rmi job:1 {app}")
        assert part.text.splitlines()[0] == "Not done: remove job:1@local and app:1@local"
        assert "x job:1: old uses it." in part.text
        assert f"x {app}: two and one use it." in part.text
        await tap(some, "Remove 2 on local")
        assert (await some.changed()).text.splitlines()[0] == "local: 2 of 2 done"
        assert not image(engine, job)
    assert tags(engine) == {"<none>:<none>"}


async def test_by_its_id_an_image_goes_only_as_a_whole(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    import_image(engine.sdk, "base:1", mebibytes=1)
    engine.docker("tag", "base:1", "other/base:2")
    base = short(engine, "base:1")
    engine.docker("run", "--name", "web", "base:1", "true", check=False)
    engine.docker("commit", "web", "child:1")
    engine.docker("rm", "web")
    async with pierhead.running():

        async def lines(line: str) -> list[str]:
            return (await ask(phone, line)).text.splitlines()

        assert (await lines(f"/rmi {base}"))[
            1
        ] == "Other images are built on it: remove those first."
        both = await ask(phone, "/rmi base:1 other/base:2")
        assert both.text.splitlines()[1:3] == [
            "base:1: the name goes, the image stays other/base:2.",
            "other/base:2: the name goes, others are built on the image.",
        ]
        gone = await ask(phone, "/rmi --no-prune child:1")
        await tap(gone, "Remove child:1@local")
        assert (await gone.changed()).text == "Removed child:1@local."
        assert (await lines(f"/rmi sha256:{image(engine, base)[7:]}"))[1:3] == [
            "It has several names: base:1 and other/base:2.",
            "Give one of them, or -f for all.",
        ]
        forced = await ask(phone, f"/rmi -f {base}")
        assert forced.text.splitlines()[1].startswith(f"{base}: the image goes, ")
        await tap(forced, forced.buttons[-1][0])
        assert (await forced.changed()).text == f"Removed {base}@local."
        assert (await ask(phone, "/rmi --platform linux/arm64 busybox")).text.startswith(
            "--platform is not for a chat."
        )
    assert tags(engine) == {"busybox:latest"}


async def test_without_a_name_one_is_picked(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    async with pierhead.running():
        picker = await ask(phone, "/rmi")
        assert picker.buttons == [["busybox:latest"]]
        await tap(picker, "busybox:latest")
        asked = await phone.wait()
        assert asked.text.startswith("Remove busybox:latest@local?\nbusybox:latest: the image goes")
        await tap(asked, "Not now")
    assert tags(engine) == {"busybox:latest"}

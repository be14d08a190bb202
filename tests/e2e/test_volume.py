"""/volumes and the verbs of `docker volume`: the reply, and what the Engine has then."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pytest

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OPERATOR, OWNER, VIEWER, Clock, Pierhead
from tests.e2e.talk import ask, screen, shows, tap, verdict
from tests.private_engine import Engine

ADMIN = "admin"


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


def volumes(engine: Engine) -> set[str]:
    return set(engine.docker("volume", "ls", "-q").split())


def uses(engine: Engine, name: str, *mounts: str, runs: bool = True) -> None:
    options = [word for mount in mounts for word in ("-v", mount)]
    verb = ["run", "-d"] if runs else ["create"]
    engine.docker(*verb, "--name", name, *options, "busybox", "sleep", "1000")


def buttons(seen: Seen) -> Sequence[str]:
    return [label for row in seen.buttons for label in row]


async def json_of(phone: Phone) -> dict[str, object]:
    """The file that comes along."""
    seen = await phone.wait()
    assert seen.document is not None
    name, content = seen.document
    assert name.endswith(".json")
    found = json.loads(content)
    assert isinstance(found, dict)
    return found


async def test_which_there_are(
    pierhead: Pierhead, phone: Phone, telegram: Sandbox, engine: Engine
) -> None:
    async with pierhead.running():
        assert (await ask(phone, "/volumes")).text == "local: no volumes"
        for n in range(12):
            engine.docker("volume", "create", "--label", f"n={n}", f"data-{n}")
        uses(engine, "web", "data-2:/a", "data-10:/b")
        uses(engine, "job", "data-2:/a", runs=False)
        seen = await ask(phone, "/volumes")
        lines = screen(seen)
        assert lines[0] == "local: 12 volumes, 10 unused"
        assert re.split(r"  +", lines[3]) == ["data-2", "job +1"]
        assert [line.split()[0] for line in lines[1:]] == [f"data-{n}" for n in range(12)]
        assert seen.buttons == [
            ["In use 2", "Unused 10"],
            ["Newest first", "By driver"],
            ["Refresh"],
        ]
        await tap(seen, "In use 2")
        used = await seen.changed()
        assert [line.split()[0] for line in screen(used)] == ["local:", "data-2", "data-10"]
        assert used.buttons[0] == ["All 12", "Unused 10"]
        await tap(used, "Unused 10")
        assert "data-2 " not in (await used.changed()).text
        assert await verdict(phone, "/volume list -f dangling=false") == (
            "local: 2 volumes, all in use"
        )
        one = await ask(phone, "/docker volume ls --filter label=n=10 --filter driver=local")
        assert screen(one) == ["local: 1 volume, in use", "data-10  web"]
        names = await ask(phone, "/volume ls -q --sort created")
        assert set(names.text.split()[-12:]) == {f"data-{n}" for n in range(12)}
        page = await ask(phone, "/volumes --page 9")
        assert page.text == seen.text
        both = await ask(phone, "/volumes -q --format json")
        assert both.text == "--quiet and --format don't go together."
        assert await verdict(phone, "/volumes -f dangling=maybe") == (
            "Docker on local refuses: Invalid filter 'dangling=[maybe]'"
        )
        assert await verdict(phone, "/volumes --cluster") == "--cluster is not for a chat."
        assert await verdict(phone, "/volumes -f size=1") == "There is no filter size=1."
        engine.docker("run", "--name", "anon", "-v", "/x", "busybox", "true")
        engine.docker("rm", "anon")
        assert buttons(await ask(phone, "/volumes"))[4:] == ["Refresh", "Prune volumes on local…"]
        assert buttons(await ask(telegram.private(VIEWER), "/volumes"))[4:] == ["Refresh"]


async def test_one_is_made(
    pierhead: Pierhead, phone: Phone, telegram: Sandbox, engine: Engine
) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/volume create --label tier=db data")
        assert seen.text == "Created data@local."
        assert seen.buttons == [["Inspect data"]]
        made = json.loads(engine.docker("volume", "inspect", "data"))[0]
        assert (made["Driver"], made["Labels"]) == ("local", {"tier": "db"})
        again = await ask(phone, "/volume create data")
        assert again.text.splitlines() == [
            "There was a data@local already.",
            "Nothing was changed.",
        ]
        other = await ask(phone, "/volume create --label tier=web data")
        assert other.text.splitlines() == [
            "There is another data@local already.",
            "Nothing was changed.",
        ]
        assert json.loads(engine.docker("volume", "inspect", "data"))[0] == made
        unnamed = await ask(phone, "/volume create")
        assert re.fullmatch(r"Created [0-9a-f]{64}@local\.", unnamed.text)
        assert len(volumes(engine)) == 2
        for wrong, said in (
            ("/volume create -- -x", "-x can't be a name."),
            ("/volume create ../etc", "../etc can't be a name."),
            ("/volume create x", "x can't be a name."),
            ("/volume create --label =x new", "=x has no key."),
            ("/volume create new other", "other is one word too many."),
            ("/volume create --scope multi new", "--scope is not for a chat."),
            ("/volume create -o size=10m new", "Not done: create a volume on local"),
        ):
            assert await verdict(phone, wrong) == said
        assert "no quota support" in (await ask(phone, "/volume create -o size=10m new")).text
        unknown = await ask(phone, "/volume create -o what=ever new")
        assert 'Docker on local refuses: create new: invalid option: "what"' in unknown.text
        assert unknown.text.splitlines()[-1] == "Nothing was changed."
        assert len(volumes(engine)) == 2
        denied = await ask(telegram.private(OPERATOR), "/volume create new")
        assert "It needs volume.create on local." in denied.text
        audit = await ask(phone, "/audit -c 'volume create'")
        assert "volume create --label tier=db data, done" in audit.text


async def test_a_path_of_the_host_is_for_owners(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    pierhead.environment[f"PIERHEAD_ACCESS__PEOPLE__{OPERATOR}__ROLE"] = ADMIN
    async with pierhead.running():
        admin, owner = telegram.private(OPERATOR), telegram.private(OWNER)
        bound = "-o type=tmpfs -o o=bind -o device=/etc"  # the kernel ignores the type then
        for options in (bound, "-o type=none -o o=bind -o device=/", "--opt type=nfs -o device=:/"):
            denied = (await ask(admin, f"/volume create {options} hostetc")).text.splitlines()
            assert denied[:3] == [
                "Not done: create a volume on local",
                "With type, device, o a volume can be any path of the host.",
                "You are admin. It needs engine.root on local.",
            ]
            assert denied[-1] == "Nothing was changed."
        plugin = await ask(admin, "/volume create -d sshfs -o sshcmd=a@b:/ remote")
        assert "With options the driver sshfs may give paths of the host." in plugin.text
        assert volumes(engine) == set()
        assert (await ask(admin, "/volume create plain")).text == "Created plain@local."
        assert (await ask(owner, f"/volume create {bound} hostetc")).text == (
            "Created hostetc@local."
        )
        seen = engine.docker("run", "--rm", "-v", "hostetc:/x", "busybox", "ls", "/x")
        assert "passwd" in seen.split()


async def test_one_is_looked_at(
    pierhead: Pierhead, phone: Phone, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker(
        *("volume", "create", "--label", "com.docker.compose.project=shop", "--label", "a=b"),
        *("-o", "type=cifs", "-o", "device=//nas/share"),
        *("-o", "o=username=me,password=hunter2", "share"),
    )
    engine.docker("volume", "create", "data")
    uses(engine, "web", "data:/data")
    async with pierhead.running():
        viewer = telegram.private(VIEWER)
        seen = await ask(viewer, "/volume inspect share")
        lines = seen.text.splitlines()
        assert lines[0] == "share@local: unused"
        assert re.search(r"^option +o=username=me,password=•…$", seen.text, re.MULTILINE)
        assert re.search(r"^stack +shop$", seen.text, re.MULTILINE)
        whole = await json_of(viewer)
        assert whole["Name"] == "share"
        assert "hunter2" not in json.dumps(whole)
        assert "hunter2" not in seen.text
        both = await ask(phone, "/volume inspect data share nope")
        assert both.text.startswith("data@local: used by web\n")
        assert "x not there: nope@local" in both.text
        assert {(await json_of(phone))["Name"] for _ in range(2)} == {"data", "share"}
        gone = await ask(phone, "/volume inspect dta")
        assert gone.text.splitlines()[0] == "There is no dta on local."
        assert gone.buttons == [["data"]]


async def test_one_goes_only_if_nothing_uses_it(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    for name in ("data", "spare", "cache"):
        engine.docker("volume", "create", name)
    uses(engine, "web", "data:/data")
    uses(engine, "job", "data:/data", runs=False)
    engine.docker(
        *("run", "--rm", "-v", "spare:/x", "busybox"),
        *("dd", "if=/dev/zero", "of=/x/f", "bs=1M", "count=3"),
    )
    async with pierhead.running():
        held = await ask(phone, "/volume rm -f data")
        assert held.text.splitlines() == [
            "data@local is used by job and web.",
            "Remove what uses it first. Nothing was changed.",
        ]
        asked = await ask(phone, "/volume remove spare data cache")
        lines = asked.text.splitlines()
        assert lines[0] == "Remove spare@local and cache@local?"
        assert re.match(r"spare +3\.1 MB +\d", lines[1])
        assert re.match(r"cache +0 B +\d", lines[2])
        assert lines[3:6] == [
            "data@local is used by job and web.",
            "What is in use stays.",
            "All that is in them is lost. Cannot be undone.",
        ]
        assert asked.buttons == [["Not now"], ["Remove 2 on local"]]
        assert volumes(engine) == {"data", "spare", "cache"}
        await tap(asked, "Remove 2 on local")
        done = await shows(asked, "2 of 2")
        assert done.text.splitlines() == [
            "local: 2 of 2 done",
            "Removed spare@local.",
            "Removed cache@local.",
        ]
        assert volumes(engine) == {"data"}
        engine.docker("rm", "-f", "web", "job")
        last = await ask(phone, "/volume rm data")
        assert last.text.startswith("Remove data@local?\ndata")
        uses(engine, "late", "data:/data")
        await tap(last, "Remove data@local")
        assert (await last.changed()).text.splitlines()[0] == "data@local is used by late."
        assert volumes(engine) == {"data"}


async def test_one_made_again_under_its_name_stays(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    engine.docker("volume", "create", "data")
    engine.docker("volume", "create", "old")
    async with pierhead.running():
        asked = await ask(phone, "/volume rm data")
        engine.docker("volume", "rm", "data")
        await tap(asked, "Remove data@local")
        assert (await asked.changed()).text.startswith("There is no data on local.")
    assert volumes(engine) == {"old"}


async def test_a_name_is_picked(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    engine.docker("volume", "create", "data")
    async with pierhead.running():
        picker = await ask(phone, "/volume_rm")
        assert picker.text == "/volume_rm: which volume on local?"
        await tap(picker, "data")
        assert (await phone.wait()).text.startswith("Remove data@local?")

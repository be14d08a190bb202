"""Bad luck with files and images: killed, cut off, refused, and no room for what comes."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import re
import signal
import tarfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.archive.parts import Parts
from bot.spool import Spool
from sandbox import Fault, Phone, Sandbox, Seen
from tests.e2e.conftest import OWNER, Clock, Pierhead, environment_of
from tests.e2e.luck import eventually, outcomes
from tests.e2e.processes import Process
from tests.e2e.talk import ask, later, played, shows
from tests.e2e.test_files import running, tar
from tests.e2e.test_kill import confirm
from tests.hosts.scripted import CID, answer, row, streamed
from tests.private_engine import Engine


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


@pytest.fixture
def process(telegram: Sandbox, engine: Engine, tmp_path: Path) -> Process:
    return Process(environment_of(telegram, engine.url, tmp_path))


def spooled(folder: Path) -> list[Path]:
    """The files that lie in the spool, whichever run has left them."""
    return [path for path in (folder / "spool").glob("*/*") if path.name != ".lock"]


async def told(phone: Phone, *words: str) -> Seen:
    """The next message, or change of one, that has one of the words."""
    while True:
        seen = await phone.wait(within=20)
        if any(word in seen.text for word in words):
            return seen


@asynccontextmanager
async def stuck() -> AsyncIterator[tuple[str, asyncio.Event, asyncio.Event]]:
    """A registry that takes every request and answers none; was it asked, and given up on."""
    asked, left = asyncio.Event(), asyncio.Event()
    open_: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_.add(writer)
        line = await reader.readline()
        if line.startswith(b"GET /v2/ "):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()
            return
        if line:
            asked.set()
            await reader.read()
            left.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", asked, left
    finally:
        server.close()
        for writer in open_:
            writer.close()


def at_work(engine: Engine) -> list[str]:
    """What an Engine has only while it packs or unpacks: its helpers, and their files."""
    home = engine.private.socket.parent
    files = (*home.glob("*/tmp/docker-*"), *home.glob("*/image/*/layerdb/tmp/write-set-*"))
    return [*map(str, files), *_helpers(str(home))]


def _helpers(home: str) -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, StopIteration):
            name = (process / "cmdline").read_text().split("\0")[0]
            status = (process / "status").read_text().splitlines()
            parent = next(line.split()[1] for line in status if line.startswith("PPid:"))
            if name.startswith("docker-") and home in Path(f"/proc/{parent}/cmdline").read_text():
                yield name


def listing(process: Process, folder: Path, registry: str) -> None:
    """Have a config that lists the registry."""
    file = folder / "config.toml"
    file.write_text(f'[registries."{registry}"]\n')
    process.config = file


@pytest.mark.parametrize("verb", ["pull", "push"])
async def test_killed_while_a_registry_is_slow(
    process: Process, phone: Phone, engine: Engine, tmp_path: Path, verb: str
) -> None:
    async with stuck() as (registry, asked, _):
        listing(process, tmp_path, registry)
        name = f"{registry}/shop/box:1"
        if verb == "push":
            engine.docker("tag", "busybox", name)
        async with process.running() as bot:
            await phone.send(f"/{verb} {name}")
            await asyncio.wait_for(asked.wait(), 20)
            bot.send(signal.SIGKILL)
            await bot.ended()
        async with process.running():
            seen = await told(phone, "I did not repeat it.")
    assert seen.text.startswith("? pull an image on local" if verb == "pull" else f"? push {name}@")
    assert f"{name}@local is {'not' if verb == 'pull' else 'still'} there" in seen.text
    assert outcomes(tmp_path, f"image {verb}") == ["requested", "started", "unknown"]
    assert (engine.docker("images", "-q", name) != "") is (verb == "push")


async def test_killed_in_the_middle_of_a_build(
    process: Process, phone: Phone, engine: Engine, tmp_path: Path
) -> None:
    async with process.running() as bot:
        dockerfile = b"FROM busybox\nRUN sleep 600\n"
        await phone.send_document("Dockerfile", dockerfile, "/build -t bad:1 -")
        await eventually(lambda: engine.docker("ps", "-q") != "")
        bot.send(signal.SIGKILL)
        await bot.ended()
    assert len(spooled(tmp_path)) == 1
    async with process.running():
        seen = await told(phone, "I did not repeat it.")
        await eventually(lambda: engine.docker("ps", "-aq") == "")
        assert spooled(tmp_path) == []
    assert seen.text.startswith("? build an image on local")
    assert "bad:1@local is not there now." in seen.text
    assert engine.docker("images", "-q", "bad:1") == ""
    assert outcomes(tmp_path, "image build") == ["requested", "started", "unknown"]


@pytest.mark.parametrize(
    ("line", "command"), [("export web", "container export"), ("save busybox", "image save")]
)
async def test_killed_while_a_document_is_written(
    process: Process, phone: Phone, engine: Engine, tmp_path: Path, line: str, command: str
) -> None:
    running(engine)
    await phone.send(f"/{line}")
    await process.dies("bot.archive.parts:Parts.finish:before")
    assert spooled(tmp_path)
    async with process.running():
        seen = await told(phone, "I was restarted")
        assert spooled(tmp_path) == []
    assert seen.text == "Ended: I was restarted."
    assert all(one.document is None for one in phone.history)
    assert outcomes(tmp_path, command) == ["requested", "started", "cancelled"]


@pytest.mark.parametrize(
    "step",
    ["bot.pipeline.journal:Journal.ended:after", "bot.telegram.sending:_opened:before"],
)
async def test_what_was_written_and_not_sent_arrives(
    process: Process, phone: Phone, engine: Engine, tmp_path: Path, step: str
) -> None:
    running(engine)
    await phone.send("/export web")
    await process.dies(step)
    assert len(spooled(tmp_path)) == 1
    async with process.running():
        seen = await phone.wait(within=20)
        while seen.document is None:
            seen = await phone.wait(within=20)
        name, content = seen.document
        await eventually(lambda: spooled(tmp_path) == [])
    assert name == "web.tar.gz"
    assert [one.text.startswith("Exported web@local") for one in phone.history].count(True) == 1
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        assert "bin/busybox" in archive.getnames()
    assert outcomes(tmp_path, "container export") == ["requested", "started", "finished"]


async def test_killed_while_a_file_goes_in(
    process: Process, phone: Phone, engine: Engine, tmp_path: Path
) -> None:
    running(engine)
    async with process.running("bot.hosts.archives:Archives.put:before") as bot:
        await phone.send_document("a.conf", b"new\n", "/cp web:/a.conf")
        seen = await told(phone, "Copy a.conf")
        tap = asyncio.ensure_future(confirm(bot, seen))
        await bot.ended()
        tap.cancel()
    assert len(spooled(tmp_path)) == 1
    async with process.running():
        seen = await told(phone, "I did not repeat it.")
        assert spooled(tmp_path) == []
    assert seen.text.startswith("? copy into web@local")
    assert "Nothing of it is there: all is as it was." in seen.text
    assert outcomes(tmp_path, "container put") == ["requested", "awaiting", "started", "unknown"]
    assert engine.docker("exec", "web", "ls", "/a.conf", check=False) == ""


async def test_killed_while_images_are_loaded(
    process: Process, phone: Phone, engine: Engine, tmp_path: Path
) -> None:
    content = b"".join(engine.sdk.api.get_image("busybox:latest"))
    engine.docker("rmi", "busybox")
    await phone.send_document("box.tar", content, "/load")
    await process.dies("bot.hosts.messages:_told:after")
    assert len(spooled(tmp_path)) == 1
    async with process.running():
        seen = await told(phone, "I did not repeat it.")
        assert spooled(tmp_path) == []
    assert seen.text.startswith("? load images on local")
    assert outcomes(tmp_path, "image load") == ["requested", "started", "unknown"]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_while_an_image_is_made_of_a_container(
    process: Process, phone: Phone, engine: Engine, tmp_path: Path, when: str
) -> None:
    running(engine)
    await phone.send("/commit web made:1")
    await process.dies(f"bot.hosts.commits:Commits.commit:{when}")
    async with process.running():
        seen = await told(phone, "I did not repeat it.")
    assert seen.text.splitlines()[0] == "? commit web@local"
    assert "web@local now: up " in seen.text
    is_there = "is there now" if when == "after" else "is not there now"
    assert f"made:1@local {is_there}." in seen.text
    assert outcomes(tmp_path, "container commit") == ["requested", "started", "unknown"]


@pytest.mark.parametrize("when", ["_told:before", "_told:after"])
async def test_killed_while_a_file_system_is_imported(
    process: Process, phone: Phone, engine: Engine, tmp_path: Path, when: str
) -> None:
    running(engine)
    content = b"".join(engine.sdk.api.export("web"))
    await phone.send_document("fs.tar", content, "/image import - fs:1")
    await process.dies(f"bot.hosts.messages:{when}")
    async with process.running():
        seen = await told(phone, "I did not repeat it.")
        assert spooled(tmp_path) == []
    assert seen.text.splitlines()[0] == "? import an image on local"
    assert "fs:1@local is there now." in seen.text  # the Engine tells once it has made it
    assert outcomes(tmp_path, "image import") == ["requested", "started", "unknown"]


async def test_killed_in_the_middle_of_the_bytes_of_an_import(
    process: Process, phone: Phone, engine: Engine, tmp_path: Path
) -> None:
    async with process.running() as bot:
        content = tar(("a", os.urandom(19_000_000)))
        await phone.send_document("fs.tar", content, "/image import - fs:1")
        await eventually(lambda: at_work(engine) != [])
        bot.send(signal.SIGKILL)
        await bot.ended()
    await eventually(lambda: at_work(engine) == [])
    async with process.running():
        seen = await told(phone, "I did not repeat it.")
    is_there = "is there now" if engine.docker("images", "-q", "fs:1") else "is not there now"
    assert f"fs:1@local {is_there}." in seen.text


async def test_killed_in_the_middle_of_the_bytes_that_go_into_a_container(
    process: Process, phone: Phone, engine: Engine, tmp_path: Path
) -> None:
    running(engine)
    engine.docker("exec", "web", "mkdir", "/srv")
    # Each of two looks, for the plan and before it goes, reads every file; then they are sent.
    middle = "bot.archive.repack:blocks:before:48"
    async with process.running(middle) as bot:
        content = tar(*((f"{n:02}", os.urandom(1_000_000)) for n in range(19)))
        await phone.send_document("a.tar", content, "/cp - web:/srv")
        seen = await told(phone, "Unpack 19 entries")
        tap = asyncio.ensure_future(confirm(bot, seen))
        await bot.ended()
        assert bot.returncode == -signal.SIGKILL, bot.said
        tap.cancel()
    await eventually(lambda: at_work(engine) == [])
    async with process.running():
        seen = await told(phone, "I did not repeat it.")
    count = len(engine.docker("exec", "web", "ls", "/srv").split())
    if count:
        assert re.search(rf"There now, or changed, (is|are) {count} of 19: /srv/00", seen.text)
        assert "The last may not be whole." in seen.text
    else:
        assert "Nothing of it is there: all is as it was." in seen.text
    assert outcomes(tmp_path, "container put")[-1] == "unknown"


@pytest.mark.parametrize(
    "fault",
    [Fault.retry(30), Fault.status(500), Fault.status(502), Fault.cut(received=20_000)],
)
async def test_what_telegram_does_not_take_at_once_arrives_once(
    pierhead: Pierhead,
    telegram: Sandbox,
    phone: Phone,
    engine: Engine,
    tmp_path: Path,
    fault: Fault,
) -> None:
    running(engine)
    async with pierhead.running():
        telegram.fail("sendDocument", fault, 2)
        assert (await ask(phone, "/export web")).text.startswith("Exported web@local")
        await eventually(lambda: any(one.document for one in phone.history), pierhead.clock)
        await eventually(lambda: spooled(tmp_path) == [])
    assert len([one for one in phone.history if one.document]) == 1


async def test_what_telegram_never_takes_is_said_and_removed(
    pierhead: Pierhead, telegram: Sandbox, phone: Phone, engine: Engine, tmp_path: Path
) -> None:
    running(engine)
    async with pierhead.running():
        telegram.fail("sendDocument", Fault.status(413))
        await phone.send("/export web")
        while not (seen := await phone.wait()).text.startswith("web.tar.gz"):
            later(phone, 1.1)
        assert seen.text == (
            "web.tar.gz could not be sent, and I have removed it.\nAsk for it again, or for less."
        )
        await eventually(lambda: spooled(tmp_path) == [])
    assert not any(one.document for one in phone.history)


@pytest.mark.parametrize(
    "line", ["/cp web:/a.conf", "/load", "/image import - fs:1", "/build -t b -"]
)
async def test_a_download_that_is_cut_changes_nothing(
    pierhead: Pierhead, telegram: Sandbox, phone: Phone, engine: Engine, tmp_path: Path, line: str
) -> None:
    running(engine)
    before = engine.docker("diff", "web"), engine.docker("images", "-q")
    async with pierhead.running():
        telegram.fail("download", Fault.cut(sent=1000))
        await phone.send_document("a.conf", b"FROM busybox\n" * 1000, line)
        seen = await phone.wait()
        assert "a.conf did not come through whole." in seen.text
        assert "Try again, or send it again." in seen.text
        assert spooled(tmp_path) == []
    assert (engine.docker("diff", "web"), engine.docker("images", "-q")) == before


@pytest.mark.parametrize(
    ("dockerfile", "said"),
    [
        ("FROM evil.example/a", "The config does not list the registry evil.example."),
        ("ARG R=evil.example\nFROM ${R}/a", "The config does not list the registry evil.example."),
        (
            "FROM busybox\nCOPY --from=evil.example/a / /",
            "does not list the registry evil.example.",
        ),
        ("FROM ${R}/a", "I can't tell which image this is: FROM ${R}/a"),
    ],
)
async def test_a_build_takes_nothing_from_who_is_not_listed(
    pierhead: Pierhead, phone: Phone, engine: Engine, tmp_path: Path, dockerfile: str, said: str
) -> None:
    async with pierhead.running():
        await phone.send_document("Dockerfile", dockerfile.encode(), "/build -t bad -")
        assert said in (await phone.wait()).text
        assert spooled(tmp_path) == []
    assert engine.docker("images", "-q").count("\n") == 0
    assert outcomes(tmp_path, "image build")[-1] in {"failed", "denied", "refused"}


async def test_what_a_dockerignore_names_stays_behind(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    context = tar(
        ("Dockerfile", b"FROM busybox\nCOPY . /in\nCMD cd /in && find . -type f\n"),
        (".dockerignore", b"*.key\nDockerfile\n.dockerignore\n!b.key\n"),
        ("a.key", b"secret"),
        ("b.key", b"public"),
        ("c/d.key", b"deeper"),
    )
    async with pierhead.running():
        await phone.send_document("a.tar", context, "/build -t shop -")
        while "Built" not in (await phone.wait()).text:
            later(phone, 1.1)
    files = engine.docker("run", "--rm", "shop").split()
    assert sorted(files) == ["./b.key", "./c/d.key"]


async def test_a_dockerfile_can_not_be_written_over_through_a_link(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    room = io.BytesIO()
    with tarfile.open(fileobj=room, mode="w") as archive:
        link = tarfile.TarInfo("d")
        link.type, link.linkname = tarfile.SYMTYPE, "."
        for info, content in (
            (tarfile.TarInfo("Dockerfile"), b"FROM busybox\n"),
            (link, b""),
            (tarfile.TarInfo("d/Dockerfile"), b"FROM evil.example/a\n"),
        ):
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    async with pierhead.running():
        await phone.send_document("a.tar", room.getvalue(), "/build -t bad -")
        assert "d/Dockerfile lies behind a link" in (await phone.wait()).text


def full(_parts: Parts, _data: bytes) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("how", ["no room", "no space"])
async def test_the_disk_is_full_when_a_document_is_written(
    pierhead: Pierhead,
    phone: Phone,
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    running(engine)
    if how == "no room":
        monkeypatch.setattr(Spool, "room", lambda _: 0)
    else:
        monkeypatch.setattr(Parts, "_put", full)
    async with pierhead.running():
        await shows(await ask(phone, "/export web"), "My disk has no room for it.")
        assert spooled(tmp_path) == []
    assert outcomes(tmp_path, "container export") == ["requested", "started", "failed"]


@pytest.mark.parametrize("size", [100, 3_000_000])
async def test_the_disk_is_full_when_a_document_comes(
    pierhead: Pierhead,
    phone: Phone,
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: int,
) -> None:
    running(engine)
    monkeypatch.setattr(Spool, "room", lambda _: 0)
    async with pierhead.running():
        await phone.send_document("a.conf", bytes(size), "/cp web:/a.conf")
        seen = await phone.wait()
        assert seen.text.splitlines()[-2:] == [
            "My disk has no room for it.",
            "Nothing was changed.",
        ]
        assert spooled(tmp_path) == []


async def test_an_engine_that_goes_away_gives_no_half_document(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts["GET /containers/json"] = answer([row()])
        world.engine.scripts[f"GET /containers/{CID}/json"] = answer({"Id": CID, "Name": "/web"})
        world.engine.scripts[f"GET /containers/{CID}/export"] = streamed(bytes(3_000_000), cut=True)
        seen = await ask(phone, "/export web")
        assert seen.text == "The connection to Docker on local was cut."
        assert spooled(tmp_path) == []
    assert not any(one.document for one in phone.history)


async def test_a_container_that_goes_in_the_middle_gives_no_half_document(
    pierhead: Pierhead,
    phone: Phone,
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running(engine)
    written = Parts.write

    def gone(parts: Parts, block: bytes) -> None:
        engine.docker("rm", "-f", "web", check=False)
        written(parts, block)

    monkeypatch.setattr(Parts, "write", gone)
    async with pierhead.running():
        seen = await ask(phone, "/export web")
        while " so far" in seen.text:
            later(phone, 1.1)
            seen = await phone.wait()
        whole = seen.text.startswith("Exported web@local")
        while whole and not any(one.document for one in phone.history):
            later(phone, 1.1)
            await phone.wait()
        await eventually(lambda: spooled(tmp_path) == [])
    for one in phone.history:
        if one.document is not None:
            with tarfile.open(fileobj=io.BytesIO(one.document[1])) as archive:
                assert "bin/busybox" in archive.getnames()
    outcome = "finished" if whole else "failed"
    assert outcomes(tmp_path, "container export") == ["requested", "started", outcome]

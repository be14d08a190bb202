"""Files in and out: the document, and what the Engine has afterwards."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import io
import os
import re
import tarfile
from pathlib import Path

import pytest

import bot.assembly
from sandbox import Phone, Sandbox
from sandbox.engine.images import import_image
from tests.e2e.conftest import GROUP, OPERATOR, OWNER, VIEWER, Clock, Pierhead, agree
from tests.e2e.golden import monospace
from tests.e2e.talk import ask, later, shows
from tests.private_engine import Engine
from tests.sandbox.pictures import png


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


def tar(*members: tuple[str, bytes]) -> bytes:
    """An archive of files."""
    room = io.BytesIO()
    with tarfile.open(fileobj=room, mode="w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return room.getvalue()


async def document(phone: Phone) -> tuple[str, bytes]:
    """The next document that comes."""
    while True:
        later(phone, 1.1)
        seen = await phone.wait()
        if seen.document is not None:
            return seen.document


def running(engine: Engine, name: str = "web") -> None:
    engine.docker("run", "-d", "--name", name, "busybox", "sleep", "1000")


def inside(engine: Engine, path: str, name: str = "web") -> str:
    return engine.docker("exec", name, "cat", path)


async def test_a_file_comes_out_as_it_is(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    running(engine)
    secret = "password=hunter2hunter2\n" * 100
    engine.docker("exec", "web", "sh", "-c", f"printf '{secret}' > /srv.conf")
    async with pierhead.running():
        seen = await ask(phone, "/cp web:/srv.conf -")
        assert seen.text.startswith("web:/srv.conf@local: 2.4 kB")
        assert await document(phone) == ("srv.conf", secret.encode())


async def test_a_folder_comes_out_packed(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    running(engine)
    engine.docker("exec", "web", "sh", "-c", "mkdir -p /data/a && echo hi > /data/a/b")
    async with pierhead.running():
        await ask(phone, "/cp web:/data")
        name, content = await document(phone)
        assert name == "data.tar.gz"
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            assert "data/a/b" in archive.getnames()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/cp web:/nowhere -", "Not found on local"),
        ("/cp web:/a other:/b", "from container to container"),
        ("/cp ./x web:/b", "I have no file ./x"),
        ("/cp", "What is to be copied?"),
        ("/cp web:/pipe -", "neither a file nor a folder"),
        ("/cp - web:/etc", "There is no document with it."),
    ],
)
async def test_what_can_not_be_copied(
    pierhead: Pierhead, phone: Phone, engine: Engine, line: str, said: str
) -> None:
    running(engine)
    running(engine, "other")
    engine.docker("exec", "web", "mkfifo", "/pipe")
    async with pierhead.running():
        assert said in (await ask(phone, line)).text


async def test_a_document_goes_in_once_what_it_overwrites_was_shown(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    running(engine)
    engine.docker("exec", "web", "sh", "-c", "mkdir /conf && echo old > /conf/a.conf")
    async with pierhead.running():
        await phone.send_document("a.conf", b"new\n", "/cp web:/conf/")
        seen = await phone.wait()
        assert seen.text.startswith("Copy a.conf (4 B) into web:/conf@local?")
        assert "Overwrites 1 file:" in seen.text
        assert inside(engine, "/conf/a.conf") == "old"
        await agree(seen, "Copy into web@local", clock)
        assert (await seen.changed()).text == "Copied a.conf (4 B) into web:/conf@local"
        assert inside(engine, "/conf/a.conf") == "new"


async def test_what_has_changed_since_is_shown_anew(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    running(engine)
    async with pierhead.running():
        await phone.send_document("a.conf", b"new\n", "/cp web:/a.conf")
        seen = await phone.wait()
        assert "Nothing is overwritten." in seen.text
        engine.docker("exec", "web", "sh", "-c", "echo other > /a.conf")
        await agree(seen, "Copy into web@local", clock)
        assert "It has changed since" in (await seen.changed()).text
        assert inside(engine, "/a.conf") == "other"


async def test_an_archive_is_unpacked(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    running(engine)
    engine.docker("exec", "web", "mkdir", "/site")
    packed = gzip.compress(tar(("a/index.html", b"hello"), ("b", b"x")))
    async with pierhead.running():
        await phone.send_document("site.tar.gz", packed, "/cp - web:/site")
        seen = await phone.wait()
        assert seen.text.startswith("Unpack 2 entries into web:/site@local?")
        await agree(seen, "Copy into web@local", clock)
        assert "Unpacked 2 entries" in (await seen.changed()).text
        assert inside(engine, "/site/a/index.html") == "hello"


def linked(target: str, kind: bytes = tarfile.SYMTYPE) -> bytes:
    room = io.BytesIO()
    with tarfile.open(fileobj=room, mode="w") as archive:
        info = tarfile.TarInfo("x")
        info.type, info.linkname = kind, target
        archive.addfile(info)
    return room.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (tar(("../x", b"")), "../x leads out of the archive."),
        (tar(("/etc/x", b"")), "/etc/x is an absolute path."),
        (linked("/etc/passwd"), "is a link out of the archive: /etc/passwd"),
        (linked("../../etc"), "is a link out of the archive"),
        (linked("", tarfile.CHRTYPE), "x is a device, a pipe or a sparse file."),
        (linked("", tarfile.FIFOTYPE), "x is a device, a pipe or a sparse file."),
        (gzip.compress(tar(("zeros", bytes(80 << 20)))), "a bomb"),
        (gzip.compress(tar(("a", b"x" * 5000)))[:60], "The archive is broken."),
        (b"\x28\xb5\x2f\xfd" + b"x" * 600, "compressed with zstd"),
    ],
    ids=["up", "absolute", "link", "link up", "device", "pipe", "bomb", "cut", "zstd"],
)
async def test_a_hostile_archive_is_refused_before_the_engine_sees_it(
    pierhead: Pierhead, phone: Phone, engine: Engine, content: bytes, said: str
) -> None:
    running(engine)
    before = engine.docker("diff", "web")
    async with pierhead.running():
        await phone.send_document("a.tar", content, "/cp - web:/")
        seen = await phone.wait()
        assert said in seen.text
        assert "Nothing was changed." in seen.text
    assert engine.docker("diff", "web") == before


async def test_a_document_that_is_too_large_for_a_bot(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    running(engine)
    async with pierhead.running():
        await phone.send_document("big.bin", bytes((20 << 20) + 1), "/cp web:/")
        seen = await phone.wait()
        assert "big.bin is too large: Telegram gives a bot 20 MB at most." in seen.text
        assert "telegram.local" in seen.text


async def test_who_may_not_copy_gets_nothing(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    running(engine)
    phone = telegram.private(OPERATOR)
    async with pierhead.running():
        assert "It needs container.cp on local" in (await ask(phone, "/cp web:/etc/passwd -")).text
        await phone.send_document("a", b"x", "/cp web:/a")
        assert "It needs container.cp on local" in (await phone.wait()).text
        assert "It needs image.load on local" in (await ask(phone, "/load")).text


async def test_an_export_is_the_file_system(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    running(engine)
    engine.docker("exec", "web", "sh", "-c", "echo mark > /mark")
    async with pierhead.running():
        seen = await ask(phone, "/export web")
        assert seen.text.startswith("Exported web@local:")
        name, content = await document(phone)
        assert name == "web.tar.gz"
        assert hashlib.sha256(content).hexdigest() in seen.text
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            mark = archive.extractfile("mark")
            assert mark is not None
            assert mark.read() == b"mark\n"


async def test_a_large_one_comes_in_parts_that_one_line_joins(
    pierhead: Pierhead,
    phone: Phone,
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bot.assembly, "_PART", 300_000)
    running(engine)
    async with pierhead.running():
        seen = await shows(await ask(phone, "/export web"), "join them")
        count = int(seen.text.splitlines()[1].split()[0])
        parts = [await document(phone) for _ in range(count)]
        assert [name for name, _ in parts] == [f"web.tar.gz.{n:03}" for n in range(1, count + 1)]
        (line,) = (one for one in monospace(seen) if one.startswith("cat "))
    for part, content in parts:
        (tmp_path / part).write_bytes(content)
    assert await _shell(line, tmp_path) == (0, "web.tar.gz: OK\n")
    with tarfile.open(tmp_path / "web.tar.gz") as archive:
        assert "bin/busybox" in archive.getnames()
    (tmp_path / parts[0][0]).write_bytes(b"broken")
    code, said = await _shell(line, tmp_path)
    assert code != 0
    assert said == "web.tar.gz: FAILED\n"


async def _shell(line: str, folder: Path) -> tuple[int | None, str]:
    """How a line of a shell ends in a folder, and what it says."""
    pipe = asyncio.subprocess.PIPE
    shell = await asyncio.create_subprocess_exec(
        "sh", "-c", line, cwd=folder, stdout=pipe, stderr=pipe, env={"PATH": os.environ["PATH"]}
    )
    said, _ = await shell.communicate()
    return shell.returncode, said.decode()


async def test_an_image_is_saved_and_loaded_again(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    engine.docker("tag", "busybox", "shop/box:1")
    async with pierhead.running():
        seen = await ask(phone, "/save shop/box:1")
        assert seen.text.startswith("Saved shop/box:1@local:")
        name, content = await document(phone)
        assert name == "shop_box_1.tar.gz"
        engine.docker("rmi", "shop/box:1")
        later(phone, 2)
        await phone.send_document(name, content, "/image load")
        seen = await phone.wait()
        while "Loaded" not in seen.text:
            later(phone, 1.1)
            seen = await phone.wait()
        assert re.fullmatch(r"Loaded shop/box:1@local, 2 MB, in \d+ s", seen.text)
        assert engine.docker("images", "-q", "shop/box:1")


async def test_a_reply_to_a_document_loads_it(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    content = list(engine.sdk.api.get_image("busybox:latest"))
    async with pierhead.running():
        sent = await phone.send_document("box.tar", b"".join(content))
        await phone.wait()
        later(phone, 2)
        await phone.send("/load", reply_to=sent)
        seen = await phone.wait()
        while "Loaded" not in seen.text:
            later(phone, 1.1)
            seen = await phone.wait()
        assert "Loaded busybox:latest@local" in seen.text


async def test_of_several_images_each_is_told_with_its_size(
    pierhead: Pierhead, phone: Phone, engine: Engine, tmp_path: Path
) -> None:
    import_image(engine.sdk, "big:1", mebibytes=3)
    engine.docker("save", "-o", str(tmp_path / "a.tar"), "big:1", "busybox")
    engine.docker("rmi", "big:1", "busybox")
    async with pierhead.running():
        await phone.send_document("a.tar", (tmp_path / "a.tar").read_bytes(), "/load")
        while not (seen := await phone.wait()).text.startswith("Loaded"):
            later(phone, 1.1)
    verdict, *lines = seen.text.splitlines()
    assert re.fullmatch(r"Loaded 2 images on local, in \d+ s", verdict)
    assert sorted(lines) == ["big:1, 5.1 MB", "busybox:latest, 2 MB"]


async def test_an_image_without_a_name_is_told_by_its_digits(
    pierhead: Pierhead, phone: Phone, engine: Engine, tmp_path: Path
) -> None:
    digits = engine.docker("inspect", "-f", "{{.Id}}", "busybox").removeprefix("sha256:")
    engine.docker("save", "-o", str(tmp_path / "a.tar"), digits)
    engine.docker("rmi", "busybox")
    async with pierhead.running():
        await phone.send_document("a.tar", (tmp_path / "a.tar").read_bytes(), "/load")
        while not (seen := await phone.wait()).text.startswith("Loaded"):
            later(phone, 1.1)
    assert seen.text.startswith(f"Loaded {digits[:12]}@local, 2 MB, in ")


async def test_what_is_no_archive_of_images(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    async with pierhead.running():
        await phone.send_document("a.tar", tar(("a", b"x")), "/load")
        assert "It is no archive of images." in (await phone.wait()).text
        later(phone, 2)
        await phone.send_document("a.txt", b"hello", "/load")
        assert "It is no archive" in (await phone.wait()).text


async def test_a_file_system_becomes_an_image(
    pierhead: Pierhead, phone: Phone, engine: Engine
) -> None:
    running(engine)
    content = b"".join(engine.sdk.api.export("web"))
    async with pierhead.running():
        await phone.send_document("fs.tar", content, "/image import -c 'CMD [\"sh\"]' - new/fs:1")
        seen = await phone.wait()
        while "Imported" not in seen.text:
            later(phone, 1.1)
            seen = await phone.wait()
        assert seen.text.startswith("Imported new/fs:1@local")
        assert engine.docker("inspect", "-f", "{{.Config.Cmd}}", "new/fs:1") == "[sh]"
        assert engine.docker("run", "--rm", "new/fs:1", "echo", "works") == "works"


async def test_a_document_without_a_word_is_asked_about(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    async with pierhead.running():
        owner, viewer = telegram.private(OWNER), telegram.private(VIEWER)
        await owner.send_document("site.tar", b"x")
        assert (await owner.wait()).text.splitlines() == [
            "What is to be done with site.tar?",
            "Reply with:",
            "/cp CONTAINER:PATH",
            "/image load",
            "/image import - NAME:TAG",
            "/image build -t NAME:TAG -",
        ]
        await viewer.send_document("site.tar", b"x")
        assert (await viewer.wait()).text.startswith("Commands begin with a slash")
        group = telegram.group(GROUP, OWNER)
        await group.send_document("site.tar", b"x")
        assert (await ask(group, "/version@pierhead_bot")).text.startswith("local:")


async def test_a_photo_is_no_file(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    running(engine)
    async with pierhead.running():
        for caption in ("", "/cp - web:/srv"):
            later(phone, 2)
            await phone.send_photo(png(10, 10), caption)
            seen = await phone.wait()
            assert seen.text.startswith("Telegram makes photos smaller: send it as a file.")
        assert "Write /cp CONTAINER:PATH with it." in seen.text

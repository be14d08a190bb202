"""Archives made to do harm, at every door: refused with a sentence, and nothing is left of them."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, Pierhead
from tests.e2e.talk import later
from tests.e2e.test_files import linked, running, tar
from tests.e2e.test_files_luck import spooled
from tests.private_engine import Engine

BOMB = bytes(80 << 20)


def zipped(name: str, content: bytes, mode: int = 0) -> bytes:
    """A zip of one file."""
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, mode << 16
        archive.writestr(info, content)
    return room.getvalue()


def chained() -> bytes:
    """A file behind a link behind a link, each of which stays inside."""
    room = io.BytesIO()
    with tarfile.open(fileobj=room, mode="w") as archive:
        for name in ("p/q/r", "p/q/r/s"):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, "../.."
            archive.addfile(info)
        archive.addfile(tarfile.TarInfo("p/q/r/s/etc/passwd"))
    return room.getvalue()


HOSTILE = {
    "up": (tar(("../x", b"")), "../x leads out of the archive."),
    "absolute": (tar(("/etc/x", b"")), "/etc/x is an absolute path."),
    "link up": (linked("../../etc"), "x is a link out of the archive: ../../etc"),
    "hard link up": (linked("../x", tarfile.LNKTYPE), "x is a link out of the archive: ../x"),
    "link": (linked("/etc/passwd"), "x is a link out of the archive: /etc/passwd"),
    "chain": (chained(), "p/q/r/s lies behind a link of the archive."),
    "device": (linked("", tarfile.CHRTYPE), "x is a device, a pipe or a sparse file."),
    "pipe": (linked("", tarfile.FIFOTYPE), "x is a device, a pipe or a sparse file."),
    "gzip bomb": (
        gzip.compress(tar(("zeros", BOMB))),
        "It unpacks to far more than it is: a bomb.",
    ),
    "zip bomb": (zipped("zeros", BOMB), "It unpacks to far more than it is: a bomb."),
    "zip up": (zipped("../x", b""), "../x leads out of the archive."),
    "zip link": (zipped("x", b"/etc", 0o120777), "x is a device, a pipe or a sparse file."),
    "cut": (gzip.compress(tar(("a", b"x" * 5000)))[:60], "The archive is broken."),
}
# In a file system of its own a link may lead to its root, and files may be behind links.
ROOTED = HOSTILE.keys() - {"link", "chain"}


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


@pytest.mark.parametrize(
    ("line", "which"),
    [
        ("/load", HOSTILE.keys()),
        ("/image import - bad:1", ROOTED),
        ("/build -t bad:1 -", HOSTILE.keys()),
        ("/cp - web:/", HOSTILE.keys()),
    ],
    ids=["load", "import", "build", "cp"],
)
async def test_what_is_made_to_do_harm_gets_nowhere(
    pierhead: Pierhead, phone: Phone, engine: Engine, tmp_path: Path, line: str, which: set[str]
) -> None:
    running(engine)
    before = engine.docker("diff", "web"), engine.docker("images", "-qa")
    async with pierhead.running():
        for name in sorted(which):
            content, said = HOSTILE[name]
            later(phone, 2)
            await phone.send_document("a", content, line)
            lines = (await phone.wait(within=20)).text.splitlines()
            assert said in lines, name
            assert "Nothing was changed." in lines, name
            assert spooled(tmp_path) == [], name
    assert (engine.docker("diff", "web"), engine.docker("images", "-qa")) == before
    assert engine.docker("ps", "-aq").count("\n") == 0

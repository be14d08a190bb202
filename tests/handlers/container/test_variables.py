"""`--env-file` and `--label-file`: a document is read as docker/cli reads a file."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command.call import Call
from bot.command.files import Attachment
from bot.command.registry import Registry
from bot.errors import BotError
from bot.message import Untrusted
from bot.spool import Spool
from handlers.container.run import create
from handlers.container.variables import labels_of_documents, of_documents
from tests.command.samples import bench
from tests.handlers.container.run.dockers import Dockers, dockers
from tests.unavailable import unavailable


class Files:
    """One document."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    @asynccontextmanager
    async def open(self, _attachment: Attachment) -> AsyncIterator[AsyncIterator[bytes]]:
        async def pieces() -> AsyncIterator[bytes]:
            for at in range(0, len(self.content), 4096):
                yield self.content[at : at + 4096]

        yield pieces()


@pytest.fixture(scope="module")
def spool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spool]:
    made = Spool(tmp_path_factory.mktemp("spool"))
    made.open()
    yield made
    made.close()


def call(spool: Spool, content: bytes | None) -> Call:
    """A call that came with a document."""
    registry = Registry((create,), frozenset({"run"}))
    (made,) = bench(registry=registry).typed("/create busybox")
    attachment = None if content is None else Attachment("x", Untrusted("my.env"))
    return replace(
        made,
        request=replace(made.request, attachment=attachment),
        services=replace(made.services, files=Files(content or b""), spool=spool),
    )


@pytest.fixture(scope="module")
def docker() -> Iterator[Dockers]:
    if not shutil.which("docker"):
        unavailable("Docker's command line is not installed.")
    with dockers() as found:
        yield found


SAME = [
    b"",
    b"A=b\nC=d",
    b"# no\n\n  \t\n  A=b\nC=\n",
    b"A=b c \nD='x'\nE=\"y\"\nF=a=b#c\n",
    b"A=b\r\nC=d\r\n",
    "\ufeffA=ü\n".encode(),
    b"a.b-c=1\n",
]
WRONG = [b"A b=c\n", b"=x\n", b"A =c\n", b"\xff=x\n", b"A=\xff\n"]


@pytest.mark.parametrize("content", SAME)
async def test_variables_are_what_docker_reads(
    docker: Dockers, spool: Spool, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "env"
    path.write_bytes(content)
    theirs = docker.created(("--env-file", str(path), "busybox"))
    assert isinstance(theirs, dict)
    assert list(await of_documents(call(spool, content), ("-",))) == theirs.get("Env", [])


@pytest.mark.parametrize("content", WRONG)
async def test_what_docker_can_not_read_neither_can_we(
    docker: Dockers, spool: Spool, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "env"
    path.write_bytes(content)
    assert isinstance(docker.created(("--env-file", str(path), "busybox")), str)
    with pytest.raises(BotError):
        await of_documents(call(spool, content), ("-",))


async def test_a_name_alone_is_never_looked_up_here(spool: Spool) -> None:
    with pytest.raises(BotError) as refused:
        await of_documents(call(spool, b"A=b\nPATH\n"), ("-",))
    assert refused.value.message.values["number"] == 2


async def test_labels_are_pairs_or_keys(spool: Spool) -> None:
    found = await labels_of_documents(call(spool, b"a=b\nc\n# x\nd=\n"), ("-",))
    assert found == (("a", "b"), ("c", ""), ("d", ""))
    with pytest.raises(BotError):
        await labels_of_documents(call(spool, b"a b=c\n"), ("-",))


async def test_what_is_not_asked_for_is_not_read(spool: Spool) -> None:
    assert await of_documents(call(spool, None), ()) == ()
    assert await labels_of_documents(call(spool, b"\xff"), ()) == ()


@pytest.mark.parametrize("names", [("-",), ("a", "b")])
async def test_there_is_one_document(spool: Spool, names: tuple[str, ...]) -> None:
    with pytest.raises(BotError):
        await of_documents(call(spool, None if len(names) == 1 else b"A=b"), names)


async def test_a_large_one_is_refused(spool: Spool) -> None:
    with pytest.raises(BotError):
        await of_documents(call(spool, b"A=b\n" * 100_000), ("-",))


@given(st.binary(max_size=60))
async def test_any_document_is_read_or_refused(spool: Spool, content: bytes) -> None:
    try:
        found = await of_documents(call(spool, content), ("-",))
    except BotError:
        return
    assert all("=" in variable for variable in found)

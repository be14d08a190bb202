"""The images of compose.yaml, built once: the one as anybody builds it, the other a stand-in."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from sandbox import Person, Sandbox
from tests.e2e.conftest import OWNER, TOKEN, Clock
from tests.image import base, compose, proxy
from tests.image.composed import NAME, Composed
from tests.private_engine import Engine
from tests.unavailable import unavailable

ROOT = Path(__file__).parents[2]
WHEELS = Path(sys.prefix, "wheels")
BASE = re.compile(r"^ARG BASE=(\S+)$", re.MULTILINE)
OFFLINE = "--build-arg=PIP_ARGS=--no-index --find-links wheels"  # as the Dockerfile says
PROXY = 'FROM {base}\nCOPY proxy.py /\nENTRYPOINT ["python3", "/proxy.py"]\n'


@pytest.fixture(scope="package")
def images(private_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An Engine with both images."""
    if not base.possible():
        unavailable("The image is tested on a base that is made of Debian's packages.")
    if not (WHEELS / "complete").is_file():
        unavailable("What the image is made of is not in .venv/wheels: make wheels.")
    folder = tmp_path_factory.mktemp("image")
    name = BASE.findall((ROOT / "Dockerfile").read_text())[0]
    base.write(folder / "base.tar")
    path = f"--change=ENV PATH={base.search_path()}"
    private_engine.docker("import", path, str(folder / "base.tar"), name)
    shutil.copytree(WHEELS, clone(folder / NAME) / "wheels")
    build(private_engine, folder / NAME, NAME, OFFLINE)
    (folder / "proxy").mkdir()
    shutil.copy(proxy.__file__, folder / "proxy")
    (folder / "proxy/Dockerfile").write_text(PROXY.format(base=name))
    build(private_engine, folder / "proxy", compose.PROXY)
    yield private_engine
    private_engine.clear()


def clone(folder: Path) -> Path:
    """What is tested, in a folder."""
    passed_over = shutil.ignore_patterns(".git", ".venv", "*_cache", "__pycache__")
    shutil.copytree(ROOT, folder, ignore=passed_over)
    return folder


def build(engine: Engine, folder: Path, tag: str, *more: str) -> None:
    """Build an image of a folder, with no network."""
    engine.docker("build", "--quiet", "--network=none", f"--tag={tag}", *more, str(folder))


@pytest.fixture
def composed(images: Engine, tmp_path: Path) -> Iterator[Composed]:
    """compose.yaml, to be brought up."""
    if images.private.isolated:
        unavailable("Containers can't reach what the tests play: this network is the machine's.")
    world = Composed(images, tmp_path)
    yield world
    world.down()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[Sandbox]:
    people = {OWNER: Person(OWNER, "Olga", "en")}
    async with Sandbox(TOKEN, people, clock=clock, limits=False) as server:
        yield server

"""What is in the image: what requirements/run.txt locks, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

from packaging.markers import Marker

from bot import __version__
from tests.image.composed import NAME, USER
from tests.image.conftest import ROOT, build, clone
from tests.private_engine import Engine

LOCKED = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; (.+?))? \\$", re.MULTILINE)
CONTENT = """
import importlib.metadata, importlib.util, json, os, pathlib
import babel, bot

from bot.i18n import locales

top = pathlib.Path("/opt/pierhead")
modules = pathlib.Path(bot.__file__).parents[1].rglob("*.py")
print(json.dumps({
    "installed": [[found.name, found.version] for found in importlib.metadata.distributions()],
    "uncompiled": [str(module) for module in modules
                   if not os.path.exists(importlib.util.cache_from_source(module))],
    "languages": [str(babel.Locale.parse(name)) for name in locales()],
    "writable": [str(path) for path in top.rglob("*") if os.access(path, os.W_OK)],
    "state": [os.stat("/state").st_uid, os.stat("/state").st_mode & 0o777, os.listdir("/state")],
}))
"""
# What a folder may hold in which people work, and no image.
LITTER = (".env", "token", "config.toml", "pierhead.key", "pierhead.db", "bot/__pycache__/a.pyc")
ALLOWED = ["LICENSE", "README.md", "bot", "handlers", "pyproject.toml", "requirements", "storage"]


def test_it_holds_what_is_locked_and_nothing_that_builds(images: Engine) -> None:
    options = ("--rm", "--network=none", "--entrypoint=python3")
    content = json.loads(images.docker("run", *options, NAME, "-c", CONTENT))
    found = LOCKED.findall((ROOT / "requirements/run.txt").read_text())
    locked = {name: v for name, v, where in found if not where or Marker(where).evaluate()}
    installed = {re.sub(r"[-_.]+", "-", name).lower(): v for name, v in content["installed"]}
    assert installed == {**locked, "pierhead": __version__}
    assert content["uncompiled"] == []
    assert content["languages"] == ["en", "ru"]
    assert content["writable"] == []
    assert content["state"] == [USER, 0o700, []]


def test_nothing_else_of_the_folder_is_sent_to_be_built_from(
    images: Engine, tmp_path: Path
) -> None:
    folder = clone(tmp_path / "clone")
    for name in LITTER:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("secret")
    (folder / "Dockerfile").write_text("FROM busybox\nCOPY . /sent\n")
    build(images, folder, "sent")
    sent = images.docker("run", "--rm", "sent", "find", "/sent", "-mindepth", "1").splitlines()
    assert not [path for path in sent if path.removeprefix("/sent/") in LITTER]
    assert sorted(path.removeprefix("/sent/") for path in sent if path.count("/") == 2) == ALLOWED


def test_it_says_what_it_is_and_how_it_runs(images: Engine) -> None:
    config = json.loads(images.docker("inspect", "--format={{json .Config}}", NAME))
    assert config["Labels"]["org.opencontainers.image.version"] == __version__
    assert config["User"] == f"{USER}:{USER}"
    assert config["Entrypoint"] + config["Cmd"] == ["pierhead", "run"]
    assert config["Healthcheck"]["Test"] == ["CMD", "pierhead", "health"]
    assert not [name for name in config["Env"] if name.startswith(("PIP", "PIERHEAD"))]

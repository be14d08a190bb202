"""Images for the tests of upgrades: built of busybox, and pushed to a registry."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

from tests.private_engine import Engine


def build(engine: Engine, name: str, version: str, *lines: str, label: str = "") -> None:
    """Build an image that sleeps, which knows its `version`.

    Where nothing has to run for it, it is made in one request, and not in one a line.
    """
    steps = [f"ENV VERSION={version}", *lines]
    steps += [f"LABEL {label}"] if label else []
    steps += ['CMD ["sleep", "1000"]']
    if any(line.startswith("RUN ") for line in lines):
        _built(engine, name, steps)
        return
    api = engine.sdk.api
    container = api.create_container("busybox", stop_signal="SIGKILL")["Id"]
    api.commit(container, name, changes=steps)
    api.remove_container(container)


def _built(engine: Engine, name: str, steps: Sequence[str]) -> None:
    subprocess.run(
        ["docker", "build", "-q", "-t", name, "-"],
        input="\n".join(["FROM busybox", "STOPSIGNAL SIGKILL", *steps]),
        text=True,
        check=True,
        capture_output=True,
        env=engine.environment,
    )


def for_arm(engine: Engine, name: str, folder: Path) -> None:
    """Have an image say that it is for arm64; its programs stay what they are."""
    before, after = folder / "before.tar", folder / "after.tar"
    engine.docker("save", "-o", str(before), name)
    with tarfile.open(before) as old, tarfile.open(after, "w") as new:
        config = json.loads(old.extractfile("manifest.json").read())[0]["Config"]  # type: ignore[union-attr]  # it is a file
        for member in old.getmembers():
            content = old.extractfile(member)
            data = content.read() if content else b""
            if member.name == config:
                data = json.dumps({**json.loads(data), "architecture": "arm64"}).encode()
                member.size = len(data)
            new.addfile(member, io.BytesIO(data) if content else None)
    engine.docker("load", "-i", str(after))


def published(
    engine: Engine,
    name: str,
    version: str,
    *lines: str,
    label: str = "",
    elsewhere: bool = False,
) -> str:
    """Build and push it; its digest, as a name. With `elsewhere` this host keeps nothing of it."""
    before = engine.docker("images", "-q", "--no-trunc", name) if elsewhere else ""
    build(engine, name, version, *lines, label=label)
    engine.docker("push", "-q", name)
    digest = engine.docker("inspect", "-f", "{{index .RepoDigests 0}}", name)
    if before:
        new = engine.docker("images", "-q", "--no-trunc", name)
        engine.docker("tag", before, name)
        engine.docker("rmi", "-f", new)
    return digest

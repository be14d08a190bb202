"""The private Engine: ready when it says so, and gone without a trace, whoever is killed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import docker
import pytest

from sandbox.engine import EngineUnavailable, PrivateEngine, private, why_not
from sandbox.engine.images import import_image
from tests.unavailable import unavailable

pytestmark = pytest.mark.engine
OWNER = """
import sys
from sandbox.engine import PrivateEngine
engine = PrivateEngine()
engine.start()
print(engine.socket, engine._keeper.pid, flush=True)
sys.stdin.read()
"""
PATIENCE = 30.0  # seconds before a test that waits for an end is called failed


@pytest.fixture(autouse=True)
def startable() -> None:
    if reason := why_not():
        unavailable(reason)


def daemons(home: Path) -> list[int]:
    """The process ids of the dockerd that has its files in `home`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if line.startswith(b"dockerd\0") and os.fsencode(home) in line:
            found.append(int(entry.name))
    return found


def wait_for_end(pid: int) -> None:
    process = os.pidfd_open(pid)
    try:
        assert select.select([process], [], [], PATIENCE)[0], f"{pid} still runs"
    finally:
        os.close(process)


def groups(home: Path) -> list[Path]:
    root = Path("/sys/fs/cgroup")
    return [*root.glob(home.name), *root.glob(f"*/{home.name}")]


def start_owner() -> tuple[subprocess.Popen[str], Path, int]:
    """A process that started a private Engine: it, the Engine's folder, the keeper."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert owner.stdout
    socket, keeper = owner.stdout.readline().split()
    return owner, Path(socket).parent, int(keeper)


def test_nothing_is_left() -> None:
    with PrivateEngine() as engine:
        home = engine.socket.parent
        client = docker.DockerClient(base_url=engine.url)
        import_image(client)
        client.containers.run("busybox", ["sleep", "99"], detach=True)
        client.close()
        assert daemons(home)
        assert groups(home)
    assert not home.exists()
    assert not daemons(home)
    assert not groups(home)
    assert str(home) not in Path("/proc/self/mountinfo").read_text()


async def test_two_side_by_side() -> None:
    async with PrivateEngine() as one, PrivateEngine() as other:
        ids = set()
        for engine in (one, other):
            client = docker.DockerClient(base_url=engine.url)
            ids.add(client.info()["ID"])
            client.close()
    assert len(ids) == 2


def test_owner_killed() -> None:
    owner, home, keeper = start_owner()
    (engine,) = daemons(home)
    with owner:
        owner.kill()
        wait_for_end(keeper)
    wait_for_end_if_alive(engine)
    assert not home.exists()


def test_ctrl_c_leaves_the_end_to_the_owner() -> None:
    owner, home, keeper = start_owner()
    with owner:
        assert os.getpgid(keeper) != os.getpgid(owner.pid)
        owner.send_signal(signal.SIGTERM)
        wait_for_end(keeper)
    assert not home.exists()


def test_keeper_killed() -> None:
    owner, home, keeper = start_owner()
    (engine,) = daemons(home)
    with owner:
        os.kill(keeper, signal.SIGKILL)
        wait_for_end_if_alive(engine)
        owner.kill()
    assert not daemons(home)
    subprocess.run(["rm", "-rf", home], check=True)


def wait_for_end_if_alive(pid: int) -> None:
    try:
        wait_for_end(pid)
    except ProcessLookupError:
        return


def test_not_ready_in_time() -> None:
    engine = PrivateEngine(deadline=0)
    with pytest.raises(EngineUnavailable, match="did not answer in 0 s"):
        engine.start()
    with pytest.raises(EngineUnavailable, match="not running"):
        _ = engine.socket


def test_log_is_told_where_it_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "_config", lambda home: {"no-such-option": str(home)})
    with pytest.raises(EngineUnavailable, match=r"did not start\.\n.*no-such-option"):
        PrivateEngine().start()


def test_never_beside_another_in_one_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "daemon_here", lambda: 77)
    with pytest.raises(EngineUnavailable, match="pid 77"):
        PrivateEngine(isolated=False).start()


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "PROGRAMS", ("sh", "no-such-program"))
    with pytest.raises(EngineUnavailable, match="needs no-such-program"):
        PrivateEngine().start()


def test_stopping_twice_is_well() -> None:
    engine = PrivateEngine()
    engine.stop()
    engine.start()
    engine.stop()
    engine.stop()

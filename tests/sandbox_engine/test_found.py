"""Which Engine is found: it answers, there is none, or it is there and nothing may be started."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.engine import found
from sandbox.engine.errors import EngineUnavailable
from sandbox.engine.found import daemon_here, find_engine
from sandbox.engine.ping import ping


@contextmanager
def answering(path: Path, answer: bytes) -> Iterator[None]:
    """Something that answers any request on the socket at `path`."""

    class Answer(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(answer)

    with socketserver.UnixStreamServer(str(path), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield
        server.shutdown()
        thread.join()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No daemon runs, and the system's socket would be here."""
    monkeypatch.setattr(found, "daemon_here", lambda: None)
    return tmp_path / "docker.sock"


def test_none_at_all(nowhere: Path, tmp_path: Path) -> None:
    assert find_engine({"HOME": str(tmp_path)}, nowhere) is None


def test_the_systems(nowhere: Path) -> None:
    with answering(nowhere, OK):
        assert find_engine({}, nowhere) == f"unix://{nowhere}"


def test_rootless(nowhere: Path, tmp_path: Path) -> None:
    with answering(tmp_path / "docker.sock", OK):
        runtime = {"XDG_RUNTIME_DIR": str(tmp_path)}
        assert find_engine(runtime, tmp_path / "absent") == f"unix://{tmp_path}/docker.sock"


@pytest.mark.parametrize("desktop", found.DESKTOPS)
def test_desktops(nowhere: Path, tmp_path: Path, desktop: str) -> None:
    path = tmp_path / desktop
    path.parent.mkdir(parents=True)
    with answering(path, OK):
        assert find_engine({"HOME": str(tmp_path)}, nowhere) == f"unix://{path}"


def test_the_next_where_one_is_dead(nowhere: Path, tmp_path: Path) -> None:
    nowhere.touch()
    (tmp_path / "run").mkdir()
    with answering(tmp_path / "run/docker.sock", OK):
        environment = {"XDG_RUNTIME_DIR": str(tmp_path / "run")}
        assert find_engine(environment, nowhere) == f"unix://{tmp_path}/run/docker.sock"


def test_docker_host_alone_counts(nowhere: Path, tmp_path: Path) -> None:
    with answering(nowhere, OK), pytest.raises(EngineUnavailable, match=r"elsewhere.*not answer"):
        find_engine({"DOCKER_HOST": f"unix://{tmp_path}/elsewhere"}, nowhere)


@pytest.mark.parametrize("address", ["tcp://10.0.0.5:2375", "ssh://nas", "npipe:////./pipe/d"])
def test_docker_host_of_another_kind(nowhere: Path, address: str) -> None:
    with pytest.raises(EngineUnavailable, match="only unix://"):
        find_engine({"DOCKER_HOST": address}, nowhere)


def test_a_socket_without_a_daemon(nowhere: Path) -> None:
    nowhere.touch()
    with pytest.raises(EngineUnavailable, match=r"does not answer \(Connection refused\)"):
        find_engine({}, nowhere)


def test_an_engine_that_fails(nowhere: Path) -> None:
    with answering(nowhere, BROKEN), pytest.raises(EngineUnavailable, match="answered 500"):
        find_engine({}, nowhere)


def test_no_permission(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    nowhere.touch()
    monkeypatch.setattr(found, "ping", refuse)
    with pytest.raises(EngineUnavailable, match="usermod -aG docker"):
        find_engine({}, nowhere)


def test_a_daemon_without_a_socket(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "daemon_here", lambda: 77)
    with pytest.raises(EngineUnavailable, match=r"pid 77.*DOCKER_HOST"):
        find_engine({}, nowhere)


def test_an_engine_that_never_answers(tmp_path: Path) -> None:
    with (
        socketserver.UnixStreamServer(str(tmp_path / "s"), socketserver.BaseRequestHandler),
        pytest.raises(TimeoutError),
    ):
        ping(tmp_path / "s", timeout=0.01)


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.2\r\n"])
def test_something_that_is_no_engine(tmp_path: Path, answer: bytes) -> None:
    with answering(tmp_path / "s", answer), pytest.raises(OSError, match=r"HTTP|closed"):
        ping(tmp_path / "s")


def process(proc: Path, pid: str, name: str, network: str) -> None:
    (proc / pid / "ns").mkdir(parents=True)
    (proc / pid / "stat").write_text(f"{pid} ({name}) S 1 1\n")
    (proc / pid / "ns/net").symlink_to(network)


def test_only_a_daemon_of_this_network_counts(tmp_path: Path) -> None:
    process(tmp_path, "self", "python", "net:[1]")
    process(tmp_path, "10", "containerd", "net:[1]")
    process(tmp_path, "11", "dockerd", "net:[2]")
    assert daemon_here(tmp_path) is None
    process(tmp_path, "12", "dockerd", "net:[1]")
    assert daemon_here(tmp_path) == 12


def test_a_daemon_that_may_not_be_looked_at_counts(tmp_path: Path) -> None:
    process(tmp_path, "self", "python", "net:[1]")
    (tmp_path / "13").mkdir()
    (tmp_path / "13/stat").write_text("13 (dockerd) S 1 1\n")
    assert daemon_here(tmp_path) == 13


def test_a_daemon_that_has_ended_does_not_count(tmp_path: Path) -> None:
    process(tmp_path, "self", "python", "net:[1]")
    (tmp_path / "14").mkdir()
    (tmp_path / "14/stat").write_text("14 (dockerd) Z 1 1\n")
    assert daemon_here(tmp_path) is None

import errno
import socket
from pathlib import Path

import aiohttp
import pytest
import requests
import urllib3
from docker.errors import InvalidVersion

from bot.errors import BotError, Conflict, DockerFault, NotFound
from bot.hosts import causes, faults
from bot.hosts.answer import Refused, refusal
from bot.hosts.causes import Silent
from bot.hosts.faults import Circumstance
from bot.hosts.pool import Full
from bot.message import Untrusted

READ = Circumstance("nas", seconds=10)
CHANGE = Circumstance("nas", changes=True, seconds=60)
CONNECTING = Circumstance("nas", changes=True, seconds=10, sent=False)


def wrapped(error: OSError) -> Exception:
    """As requests gives it: urllib3's exception inside, the system's inside that."""
    return requests.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted.", error))


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (wrapped(ConnectionRefusedError(errno.ECONNREFUSED, "refused")), False),
        (wrapped(FileNotFoundError(errno.ENOENT, "missing")), False),
        (wrapped(PermissionError(errno.EACCES, "denied")), False),
        (wrapped(BlockingIOError(errno.EAGAIN, "crowded")), False),
        (requests.ConnectionError(urllib3.exceptions.ClosedPoolError(None, "closed")), False),  # type: ignore[arg-type]  # no pool is needed
        (Full(), False),
        (wrapped(ConnectionResetError(errno.ECONNRESET, "reset")), True),
        (wrapped(TimeoutError("timed out")), True),
        (requests.ReadTimeout(), True),
        (urllib3.exceptions.ReadTimeoutError(None, "", ""), True),  # type: ignore[arg-type]  # the same
        (aiohttp.ServerDisconnectedError(), True),
        (aiohttp.ClientPayloadError(), True),
        (aiohttp.ServerTimeoutError(), True),
        (Silent(), True),
        (requests.exceptions.ChunkedEncodingError(), True),
        (requests.exceptions.JSONDecodeError("x", "x", 0), True),
        (RecursionError(), True),
    ],
)
def test_a_change_is_unknown_only_if_it_was_sent(error: Exception, *, sent: bool) -> None:
    fault = faults.translate(error, CHANGE)
    assert isinstance(fault, DockerFault)
    assert fault.unknown == sent
    last = "It may have been done all the same." if sent else "Nothing was changed."
    assert fault.hints[-1].one == last
    read = faults.translate(error, READ)
    assert isinstance(read, DockerFault)
    assert not read.unknown
    assert last not in [hint.one for hint in read.hints]
    connecting = faults.translate(error, CONNECTING)
    assert isinstance(connecting, DockerFault)
    assert not connecting.unknown
    assert connecting.hints[-1].one == "Nothing was changed."


UNCHANGED, IN_PART = "Nothing was changed.", "It may have been done in part."


@pytest.mark.parametrize(
    ("status", "kind", "hint"),
    [
        (400, DockerFault, UNCHANGED),
        (403, DockerFault, UNCHANGED),
        (404, NotFound, UNCHANGED),
        (409, Conflict, UNCHANGED),
        (500, DockerFault, IN_PART),
        (501, DockerFault, UNCHANGED),
        (502, DockerFault, IN_PART),
        (503, DockerFault, IN_PART),
        (504, DockerFault, IN_PART),
    ],
)
def test_a_refused_change(status: int, kind: type[BotError], hint: str) -> None:
    fault = faults.translate(Refused(status, "why"), CHANGE)
    assert type(fault) is kind
    assert [h.one for h in fault.hints] == [hint]
    assert getattr(fault, "unknown", False) == (hint == IN_PART)
    assert faults.translate(Refused(status, "why"), READ).hints == ()
    connecting = faults.translate(Refused(status, "why"), CONNECTING)
    assert [h.one for h in connecting.hints] == [UNCHANGED]


@pytest.mark.parametrize("status", [400, 403, 409])
def test_a_restart_that_is_refused_may_have_stopped_it(status: int) -> None:
    fault = faults.translate(Refused(status, "why"), Circumstance("nas", changes=True, steps=True))
    assert isinstance(fault, DockerFault)
    assert fault.unknown
    assert [h.one for h in fault.hints] == [IN_PART]


@pytest.mark.parametrize("status", [403, 405])
def test_a_proxy_that_lets_it_not_through(status: int) -> None:
    blocked = refusal(status, b"<html>Forbidden</html>")
    fault = faults.translate(blocked, Circumstance("nas", changes=True, steps=True))
    assert fault.message.values["why"] == Untrusted(f"HTTP {status}")
    assert [h.one for h in fault.hints] == [
        "The proxy before its socket does not allow this: see compose.yaml.",
        UNCHANGED,
    ]


def test_an_engine_that_is_too_old() -> None:
    fault = faults.translate(InvalidVersion("x"), CHANGE)
    assert fault.message.one == "Docker on {host} is too old for me."
    assert [h.one for h in fault.hints] == [UNCHANGED]


@pytest.mark.parametrize("error", [KeyError("bug"), TypeError("bug"), AttributeError("bug")])
def test_a_bug_stays_a_bug(error: Exception) -> None:
    with pytest.raises(type(error)):
        faults.translate(error, READ)


def test_what_is_told_already_stays_as_it_is() -> None:
    error = BotError(faults.too_old("nas", "x").message)
    assert faults.translate(error, READ) is error


def test_exceptions_that_hold_each_other() -> None:
    one, two = OSError("one"), OSError("two")
    one.__cause__, two.__cause__ = two, one
    assert not causes.is_silence(one)
    assert causes.is_transport(one)


def test_a_real_refusal(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    with socket.socket(socket.AF_UNIX) as client, pytest.raises(OSError) as caught:  # noqa: PT011 - the number is what counts
        client.connect(str(path))
    fault = faults.translate(caught.value, READ)
    assert fault.message.one == "Docker on {host} can't be reached."


@pytest.mark.parametrize(
    ("why", "so"),
    [
        ("write /var/lib/docker/x: no space left on device", True),
        ("mkdir /var/lib/docker/x: Disk quota exceeded", True),
        ("mkdir /sys/fs/cgroup/memory/docker: no space left on device", False),
        ("failed to add inotify watch: no space left on device", False),
        ("there is no space between them", False),
    ],
)
def test_a_full_disk_is_told_from_other_things_that_are_full(why: str, *, so: bool) -> None:
    hints = faults.translate(Refused(500, why), CHANGE).hints
    assert any("/prune" in str(hint.values.get("prune")) for hint in hints) is so

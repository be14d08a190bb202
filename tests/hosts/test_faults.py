import errno
import socket
from pathlib import Path

import aiohttp
import pytest
import requests
import urllib3

from bot.errors import BotError, DockerFault
from bot.hosts import faults
from bot.hosts.faults import Circumstance, Silent
from bot.hosts.pool import Full

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
    assert not faults.is_silence(one)
    assert faults.is_transport(one)


def test_a_real_refusal(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    with socket.socket(socket.AF_UNIX) as client, pytest.raises(OSError) as caught:  # noqa: PT011 - the number is what counts
        client.connect(str(path))
    fault = faults.translate(caught.value, READ)
    assert fault.message.one == "Docker on {host} can't be reached."

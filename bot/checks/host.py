"""An Engine: whether its socket is there and may be used, and which version answers."""

from __future__ import annotations

import grp
import socket
import stat
from pathlib import Path

from bot.checks.row import Row, amiss, plain, well
from bot.errors import BotError
from bot.hosts import Host
from bot.message import Code, Message, Untrusted, msg

_START = "sudo systemctl start docker"
_PATIENCE = 10.0


async def host(what: Message, name: str, url: str) -> list[Row]:
    """Ask the Engine for its version."""
    problem = _socket(Path(url.removeprefix("unix://")))
    if problem is not None:
        return [amiss(what, *problem)]
    engine = Host(name, url)
    try:
        found = await engine.system.version()
    except BotError as error:
        return [amiss(what, error.message, plain("docker version"))]
    finally:
        await engine.close()
    version, api = Untrusted(found.version.raw[:40]), Untrusted(found.api)
    return [well(what, msg("Docker {version}, API {api}", version=version, api=api))]


def _socket(path: Path) -> tuple[Message, Message] | None:
    """Why the socket can't be used, and what mends it."""
    there = Code(str(path))
    try:
        status = path.stat()
    except FileNotFoundError:
        mend = msg("Is Docker installed and running? {command}", command=Code(_START))
        return msg("{path} is not there", path=there), mend
    except PermissionError:
        return msg("{path} may not be looked at", path=there), plain(f"ls -ld {path.parent}")
    if not stat.S_ISSOCK(status.st_mode):
        mend = msg("{key}: the Engine's socket", key=Code("hosts.*.url"))
        return msg("{path} is no socket", path=there), mend
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_PATIENCE)
        try:
            probe.connect(str(path))
        except PermissionError:
            return msg("{path} may not be used", path=there), _group(status.st_gid)
        except OSError as error:
            return plain(f"{path}: {error.strerror}"), plain(_START)
    return None


def _group(number: int) -> Message:
    """The line that gives the right to a socket's group."""
    try:
        name = grp.getgrgid(number).gr_name
    except KeyError:
        name = str(number)
    return msg(
        "{command}, then log in again (in a container: {option})",
        command=Code(f"sudo usermod -aG {name} $USER"),
        option=Code(f"--group-add {number}"),
    )

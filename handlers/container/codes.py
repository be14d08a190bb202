"""What the exit code of a process tells, in words."""

from __future__ import annotations

import signal

from bot.message import Code, Message, Untrusted, msg

_CANNOT, _MISSING = 126, 127
_KILLED = 128 + signal.SIGKILL
_SIGNALS = {
    128 + signal.SIGHUP: "SIGHUP",
    128 + signal.SIGINT: "SIGINT",
    128 + signal.SIGQUIT: "SIGQUIT",
    128 + signal.SIGABRT: "SIGABRT",
    128 + signal.SIGPIPE: "SIGPIPE",
    128 + signal.SIGTERM: "SIGTERM",
}
_CRASHES = {
    128 + signal.SIGILL: "SIGILL",
    128 + signal.SIGBUS: "SIGBUS",
    128 + signal.SIGFPE: "SIGFPE",
    128 + signal.SIGSEGV: "SIGSEGV",
}
_NOT_FOUND = ("executable file not found", "no such file or directory")
_CHDIR = "chdir to cwd"
# What runc puts before the reason, and containerd behind it.
_BEFORE = ("OCI runtime exec failed: ", "exec failed: ", "unable to start container process: ")
_BEHIND = ": unknown"


def explained(code: int, program: str) -> tuple[Message, ...]:
    """What a code means, unless it is the program's own affair."""
    name = Untrusted(program)
    if code == _CANNOT:
        return (msg("{program} is there, but can't be executed.", program=name),)
    if code == _MISSING:
        return (msg("{program}, or something that it needs, was not found.", program=name),)
    if code == _KILLED:
        return (msg("It was killed: by somebody, or as there was no memory left."),)
    if code in _CRASHES:
        return (msg("It crashed ({signal}).", signal=Code(_CRASHES[code])),)
    if code in _SIGNALS:
        return (msg("It was ended by {signal}.", signal=Code(_SIGNALS[code])),)
    return ()


def unstarted(said: str, code: int | None, program: str, workdir: str) -> tuple[int, Message]:
    """The code of what the Engine could not start, and why; `said` is what it says of that.

    Engine 20.10 tells 126 of a program that is not there, a shell and newer Engines 127.
    """
    missing = any(sign in said for sign in _NOT_FOUND)
    if _CHDIR in said:
        return code or _MISSING, msg("There is no folder {path} in it.", path=Untrusted(workdir))
    if missing:
        return _MISSING, msg("{program} was not found in it.", program=Untrusted(program))
    if "permission denied" in said:
        return _CANNOT, explained(_CANNOT, program)[0]
    return code or _CANNOT, msg("Docker says: {why}", why=Untrusted(_reason(said)))


def _reason(said: str) -> str:
    why = said.strip()
    for part in _BEFORE:
        why = why.removeprefix(part)
    return why.removesuffix(_BEHIND)[:300]

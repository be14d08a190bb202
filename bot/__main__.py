"""The command line: `pierhead run | demo | check | health | claim | silence | audit …`.

Nothing heavy is imported before it is known what is wanted: `health` runs every few seconds, and
must answer with the standard library alone.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import sys
import time
from datetime import date
from pathlib import Path

from bot import __version__
from bot.message import msg

_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})", re.ASCII)
_LENGTH = re.compile(r"(\d{1,6})([smhd])", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_WEEK = 7 * 86_400
_LAST_PORT = 65535


def main(argv: list[str] | None = None) -> int:
    """Run the program; its exit code."""
    arguments = _parser().parse_args(argv)
    match arguments.command:
        case "health":
            return _health(arguments.config)
        case "run":
            from bot.run import run  # noqa: PLC0415 - see above

            return run(arguments.config)
        case "demo":
            return _demo(write=arguments.write, port=arguments.port)
        case "check" | "claim":
            return _console(arguments.config, claims=arguments.command == "claim")
        case "silence":
            return _silence(arguments)
        case _:
            return _audit(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pierhead", description="Runs Docker hosts from a chat.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"pierhead {__version__}")
    config = argparse.ArgumentParser(add_help=False)
    config.add_argument("--config", type=Path, metavar="FILE", help="the configuration file")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in (
        ("run", "run the bot"),
        ("check", "say what is well and how to mend what isn't"),
        ("health", "exit 0 only if polling, database, schedules, alerts and sampling are alive"),
        ("claim", "show a code that makes its sender an owner"),
    ):
        commands.add_parser(name, help=text, description=text, parents=[config])
    demo = commands.add_parser("demo", help="try it in a browser, without Telegram")
    demo.add_argument("--write", action="store_true", help="allow changes without asking")
    demo.add_argument("--port", type=_port, default=0, help="the port of the page")
    _add_silence(commands.add_parser("silence", help="tell no alerts for a time", parents=[config]))
    audit = commands.add_parser("audit", help="the audit log")
    actions = audit.add_subparsers(dest="action", required=True, metavar="ACTION")
    verify = actions.add_parser(
        "verify", help="prove that the audit log is whole", parents=[config]
    )
    verify.add_argument(
        "--head", type=_head, metavar="SEQ:HASH", help="what it said before, and must still hold"
    )
    prune = actions.add_parser(
        "prune", help="remove what is older, and prove the rest", parents=[config]
    )
    prune.add_argument(
        "--before", type=_day, metavar="YYYY-MM-DD", required=True, help="the first day that stays"
    )
    return parser


def _add_silence(silence: argparse.ArgumentParser) -> None:
    which = silence.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--for", dest="length", type=_length, metavar="TIME", help="how long: 30m, a week at most"
    )
    which.add_argument("--end", metavar="ID", help="end the silence of this id")
    silence.add_argument("--host", metavar="HOST", help="on this host only")
    silence.add_argument("--on", default="", metavar="WHAT", help="web*, say, or project:media")
    silence.add_argument("--rule", default="*", metavar="RULE", help="what comes of this rule")
    silence.add_argument("--comment", default="", metavar="TEXT", help="why")


def _length(text: str) -> float:
    found = _LENGTH.fullmatch(text)
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if not 0 < seconds <= _WEEK:
        raise argparse.ArgumentTypeError("a time is written 30m, 2h or 1d, a week at most")
    return float(seconds)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError("a port is 1 to 65535, or 0 for any")
    return int(text)


def _head(text: str) -> tuple[int, bytes]:
    found = _HEAD.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError("a head is a number, a colon and 64 hexadecimal digits")
    return int(found[1]), bytes.fromhex(found[2])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("a day is written YYYY-MM-DD") from error


def _console(config: Path | None, *, claims: bool) -> int:
    from bot.check import check  # noqa: PLC0415 - see above
    from bot.console import claim  # noqa: PLC0415 - see above

    return claim(config) if claims else check(config)


def _silence(arguments: argparse.Namespace) -> int:
    from bot import hush  # noqa: PLC0415 - see above

    if arguments.end is not None:
        return hush.end(arguments.config, arguments.end)
    wanted = hush.Wanted(
        arguments.length, arguments.host, arguments.on, arguments.rule, arguments.comment
    )
    return hush.begin(arguments.config, wanted)


def _audit(arguments: argparse.Namespace) -> int:
    from bot import chain  # noqa: PLC0415 - see above

    if arguments.action == "prune":
        return chain.prune(arguments.config, arguments.before)
    return chain.verify(arguments.config, arguments.head)


def _demo(*, write: bool, port: int) -> int:
    if importlib.util.find_spec("sandbox") is None:
        from bot.terminal import Terminal  # noqa: PLC0415 - see above

        Terminal().complain(
            msg("The demo is not part of this installation: use make demo in a clone.")
        )
        return 1
    from bot.demo import demo  # noqa: PLC0415 - see above

    return demo(write=write, port=port)


def _health(config: Path | None) -> int:
    from bot import heartbeat  # noqa: PLC0415 - see above

    places = (Path("config.toml"), Path("/etc/pierhead/config.toml"))
    found = config or next((p for p in places if p.is_file()), None)
    url = heartbeat.url_of(found, os.environ)
    problems = heartbeat.judge(heartbeat.file_of(url), time.time())
    if not problems:
        return 0
    from bot.terminal import Terminal  # noqa: PLC0415 - see above

    for problem in problems:
        Terminal().complain(problem)
    return 1


if __name__ == "__main__":
    sys.exit(main())

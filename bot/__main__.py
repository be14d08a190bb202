"""The command line: `pierhead run | demo | check | health | claim | audit verify`.

Nothing heavy is imported before it is known what is wanted: `health` runs every few seconds, and
must answer with the standard library alone.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import time
from pathlib import Path

from bot import __version__


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
        case "check":
            from bot.check import check  # noqa: PLC0415 - see above

            return check(arguments.config)
        case "claim":
            from bot.console import claim  # noqa: PLC0415 - see above

            return claim(arguments.config)
        case _:
            from bot.console import verify  # noqa: PLC0415 - see above

            return verify(arguments.config)


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
        ("health", "exit 0 only if polling, inbox and database are alive"),
        ("claim", "show a code that makes its sender an owner"),
    ):
        commands.add_parser(name, help=text, description=text, parents=[config])
    demo = commands.add_parser(
        "demo", help="try it in a browser, without Telegram", parents=[config]
    )
    demo.add_argument("--write", action="store_true", help="allow changes without asking")
    demo.add_argument("--port", type=int, default=0, help="the port of the page")
    audit = commands.add_parser("audit", help="the audit log")
    audit.add_subparsers(dest="action", required=True).add_parser(
        "verify", help="prove that the audit log is whole", parents=[config]
    )
    return parser


def _demo(*, write: bool, port: int) -> int:
    if importlib.util.find_spec("sandbox") is None:
        sys.stderr.write("The demo is not part of this installation: use make demo in a clone.\n")
        return 1
    from bot.demo import demo  # noqa: PLC0415 - see above

    return demo(write=write, port=port)


def _health(config: Path | None) -> int:
    from bot import heartbeat  # noqa: PLC0415 - see above

    places = (Path("config.toml"), Path("/etc/pierhead/config.toml"))
    found = config or next((p for p in places if p.is_file()), None)
    url = heartbeat.url_of(found, os.environ)
    problems = heartbeat.judge(heartbeat.file_of(url), time.time())
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m sandbox`: the sandbox alone, for any bot in any language.

It prints the root of the Bot API server and the link to the browser chat, and serves until
Ctrl-C or SIGTERM.
"""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from sandbox.server import PLAYED, Sandbox
from sandbox.state.people import Person

PARTS = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; the exit status."""
    options = _parser().parse_args(arguments)
    try:
        asyncio.run(_serve(_sandbox(options)))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 1
    return 0


async def _serve(sandbox: Sandbox) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with sandbox:
        sys.stdout.write(f"Bot API  {sandbox.base_url}\nChat     {sandbox.link}\n")
        sys.stdout.flush()
        await ended.wait()


def _sandbox(options: argparse.Namespace) -> Sandbox:
    people = {person.id: person for person in options.person}
    groups = {number: (title, tuple(people)) for number, title in options.group}
    return Sandbox(
        options.token,
        people,
        groups,
        port=options.port,
        host=options.host,
        bot_username=options.bot_username,
        bot_name=options.bot_name,
        limits=not options.no_limits,
        privacy=not options.no_privacy,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "sandbox", description="A strict local Bot API server with a browser chat."
    )
    parser.add_argument("--port", type=int, default=0, help="0 for one that the system picks")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--token", default=PLAYED, help="the bot's token")
    parser.add_argument("--bot-username", default="pierhead_bot", help="without the @")
    parser.add_argument("--bot-name", default="Pierhead", help="shown above the chat")
    parser.add_argument(
        "--person",
        type=_person,
        action="append",
        default=[],
        metavar="ID:NAME[:LANGUAGE]",
        help="someone with a private chat; may be repeated",
    )
    parser.add_argument(
        "--group",
        type=_group,
        action="append",
        default=[],
        metavar="ID:TITLE",
        help="a group with the bot and all persons in it; may be repeated",
    )
    parser.add_argument("--no-limits", action="store_true", help="never answer 429 by itself")
    parser.add_argument("--no-privacy", action="store_true", help="the bot sees all of a group")
    return parser


def _person(text: str) -> Person:
    parts = text.split(":")
    if not 1 < len(parts) <= PARTS or not parts[0].isdecimal() or not parts[1]:
        raise argparse.ArgumentTypeError(f"{text!r} is not ID:NAME or ID:NAME:LANGUAGE")
    language = parts[2] if len(parts) == PARTS else "en"
    return Person(int(parts[0]), parts[1], language)


def _group(text: str) -> tuple[int, str]:
    number, _, title = text.partition(":")
    if not number.removeprefix("-").isdecimal() or not number.startswith("-") or not title:
        raise argparse.ArgumentTypeError(f"{text!r} is not -ID:TITLE")
    return int(number), title


if __name__ == "__main__":
    sys.exit(main())

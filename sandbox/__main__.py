"""`python -m sandbox`: the sandbox alone, for any bot in any language.

It prints the root of the Bot API server and the link to the browser chat, and serves until
Ctrl-C or SIGTERM.
"""

import asyncio
import signal
from collections.abc import Callable

import click

from sandbox.server import PLAYED, Sandbox
from sandbox.state.people import Person

PARTS = 3
Context = click.Context
Parameter = click.Parameter


def _person(text: str) -> Person:
    parts = text.split(":")
    if not 1 < len(parts) <= PARTS or not parts[0].isdecimal() or not parts[1]:
        raise click.BadParameter(f"{text!r} is not ID:NAME or ID:NAME:LANGUAGE")
    language = parts[2] if len(parts) == PARTS else "en"
    return Person(int(parts[0]), parts[1], language)


def _group(text: str) -> tuple[int, str]:
    number, _, title = text.partition(":")
    if not number.startswith("-") or not number[1:].isdecimal() or not title:
        raise click.BadParameter(f"{text!r} is not -ID:TITLE")
    return int(number), title


def _each(read: Callable[[str], object]) -> Callable[[Context, Parameter, tuple[str, ...]], object]:
    return lambda _context, _parameter, texts: [read(text) for text in texts]


@click.command("sandbox")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0: the system picks one.")
@click.option("--host", default="127.0.0.1", help="A loopback address.")
@click.option("--token", default=PLAYED, help="The bot's token.")
@click.option("--bot-username", default="pierhead_bot", help="Without the @.")
@click.option("--bot-name", default="Pierhead", help="Shown above the chat.")
@click.option(
    "--person",
    "people",
    multiple=True,
    callback=_each(_person),
    metavar="ID:NAME[:LANGUAGE]",
    help="Someone with a private chat; may be repeated.",
)
@click.option(
    "--group",
    "groups",
    multiple=True,
    callback=_each(_group),
    metavar="-ID:TITLE",
    help="A group with the bot and all persons in it; may be repeated.",
)
@click.option("--limits/--no-limits", default=True, help="Whether too much sending gets a 429.")
@click.option("--local/--no-local", default=False, help="As `telegram-bot-api --local` serves.")
@click.option("--privacy/--no-privacy", default=True, help="Whether groups hide plain messages.")
def main(  # noqa: PLR0913 - one for each option
    port: int,
    host: str,
    token: str,
    bot_username: str,
    bot_name: str,
    people: list[Person],
    groups: list[tuple[int, str]],
    *,
    limits: bool,
    local: bool,
    privacy: bool,
) -> None:
    """A strict local Bot API server with a browser chat, for any bot."""
    members = [person.id for person in people]
    try:
        sandbox = Sandbox(
            token,
            {person.id: person for person in people},
            {number: (title, members) for number, title in groups},
            port=port,
            host=host,
            bot_username=bot_username,
            bot_name=bot_name,
            limits=limits,
            local=local,
            privacy=privacy,
        )
        asyncio.run(_serve(sandbox))
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None


async def _serve(sandbox: Sandbox) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with sandbox:
        click.echo(f"Bot API  {sandbox.base_url}\nChat     {sandbox.link}")
        await ended.wait()


if __name__ == "__main__":
    main()

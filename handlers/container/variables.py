"""Variables of an environment, and labels: as options give them, and as a document lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.command.call import Call
from bot.command.kinds import BadValue
from bot.errors import UsageError
from bot.message import Code, Message, Untrusted, msg
from handlers.receiving import received

T = TypeVar("T")
_LARGEST = 256 * 1024
_NO_VARIABLE = msg("Line {number} of the document is no variable.")
_NO_LABEL = msg("Line {number} of the document is no label.")


class _Variable(click.ParamType[Any]):
    """`NAME=value`. A name alone means one of the client's own, of which a chat has none."""

    name = "variable"

    def convert(self, value: Any, _param: Any, _ctx: Any) -> str:  # noqa: ANN401 - Click's signature
        try:
            return variable(str(value))
        except ValueError as error:
            raise BadValue(
                msg("{value} has no value.", value=Untrusted(str(value))),
                msg("Write {example}.", example=Code("-e NAME=value")),
            ) from error


VARIABLE = _Variable()


def variable(text: str) -> str:
    """A variable, as it is.

    Raises:
        ValueError: it has no name, white space in that, or no value.
    """
    name, mark, _ = text.partition("=")
    if not (name and mark) or any(c.isspace() for c in name) or "\0" in text:
        raise ValueError(text)
    return text


def label(text: str) -> tuple[str, str]:
    """A label: `key=value`, or a key alone.

    Raises:
        ValueError: its key is empty, or has white space in it.
    """
    key, _, value = text.partition("=")
    plain = key.lstrip(" \t")
    if not plain or " " in plain or "\t" in plain:
        raise ValueError(text)
    return key, value


async def of_documents(call: Call, names: tuple[str, ...]) -> tuple[str, ...]:
    """The variables of the document that came with a message, as `--env-file` reads them.

    `names` are the values of that option: a chat has no files, so they say but how many.

    Raises:
        UsageError: it is none, or not what it should be.
    """
    return tuple(_read(await _text(call, names, "--env-file"), variable, _NO_VARIABLE))


async def labels_of_documents(call: Call, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The labels, as `--label-file` reads them, likewise."""
    return tuple(_read(await _text(call, names, "--label-file"), label, _NO_LABEL))


async def _text(call: Call, names: tuple[str, ...], option: str) -> str:
    """The document as text; nothing if it is not asked for."""
    if not names:
        return ""
    if len(names) > 1:
        raise UsageError(msg("One document at a time, please."))
    async with received(call, f"{call.command.spelling} {option} - …") as path:
        content = await call.services.spool.do(_beginning, path)
    if len(content) > _LARGEST:
        raise UsageError(msg("That document is too large for variables."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(msg("That document is no text.")) from error


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LARGEST + 1)


def _read(text: str, read: Callable[[str], T], wrong: Message) -> Iterator[T]:
    """A line each; blank ones and comments are left out, as `docker/cli` does."""
    for number, line in enumerate(text.split("\n"), 1):
        entry = line.removesuffix("\r").lstrip()
        if not entry or entry.startswith("#"):
            continue
        try:
            yield read(entry)
        except ValueError as error:
            example = msg("Write {example}.", example=Code("NAME=value"))
            raise UsageError(wrong.having(number=number), example) from error

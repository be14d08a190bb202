"""The words of a call with one option more or less: what its buttons type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.command.call import Call


def with_option(call: Call, name: str, *value: str) -> tuple[str, ...]:
    """The same call with a long option set to something, before all else: `--` may follow."""
    rest = _without(_own(call), name, takes_value=bool(value))
    return (*call.command.path, name, *value, *rest)


def with_options(call: Call, values: Mapping[str, str]) -> tuple[str, ...]:
    """The same call with long options set, each to its value."""
    words: Iterable[str] = _own(call)
    for name in values:
        words = tuple(_without(words, name, takes_value=True))
    return (*call.command.path, *(word for pair in values.items() for word in pair), *words)


def without_option(call: Call, *names: str) -> tuple[str, ...]:
    """The same call without long options that take a value."""
    words: Iterable[str] = _own(call)
    for name in names:
        words = tuple(_without(words, name, takes_value=True))
    return (*call.command.path, *words)


def _own(call: Call) -> tuple[str, ...]:
    """Its words without the command's."""
    return call.argv[len(call.command.path) :]


def _without(given: Iterable[str], name: str, *, takes_value: bool) -> Iterator[str]:
    words = iter(given)
    for word in words:
        if word == "--":
            yield word
            break
        if word == name:
            if takes_value:
                next(words, None)
        elif not word.startswith(f"{name}="):
            yield word
    yield from words

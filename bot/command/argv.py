"""The words of a call with one option more or less: what its buttons type."""

from __future__ import annotations

from collections.abc import Iterator

from bot.command.call import Call


def with_option(call: Call, name: str, *value: str) -> tuple[str, ...]:
    """The same call with a long option set to something, before all else: `--` may follow."""
    return (*call.command.path, name, *value, *_rest(call, name, takes_value=bool(value)))


def without_option(call: Call, name: str) -> tuple[str, ...]:
    """The same call without a long option that takes a value."""
    return (*call.command.path, *_rest(call, name, takes_value=True))


def _rest(call: Call, name: str, *, takes_value: bool) -> Iterator[str]:
    """Its words without the command's own, and without the option."""
    words = iter(call.argv[len(call.command.path) :])
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

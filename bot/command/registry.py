"""Which command a message means: by full name, shortcut, alias, or the tappable spelling."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from bot.command.line import Line, split
from bot.command.spec import Command
from bot.errors import UsageError
from bot.message import Names, Tappable, Untrusted, msg

_DEPTH = 3  # the longest path: "docker" aside, as in "image prune"


class Unknown(UsageError):
    """No such command; `near` are the ones that may have been meant."""

    def __init__(self, word: str, near: tuple[Command, ...]) -> None:
        meant = Names(tuple(Tappable(c.spelling) for c in near))
        super().__init__(
            msg("There is no command {word}.", word=Untrusted(word)),
            msg("Did you mean {commands}?", commands=meant)
            if near
            else msg("{help} lists what you may do.", help=Tappable("/help")),
        )
        self.near = near


class Registry:
    """The commands that exist. One whose feature is off is not among them."""

    def __init__(self, commands: Iterable[Command], features: frozenset[str]) -> None:
        self.commands = tuple(c for c in commands if c.feature is None or c.feature in features)
        self._by_name: dict[tuple[str, ...], Command] = {}
        for command in self.commands:
            for words in _spellings(command):
                if words in self._by_name:
                    raise ValueError(f"two commands are called {' '.join(words)}")
                self._by_name[words] = command
        self._nouns = {words[0] for words in self._by_name if len(words) > 1}

    def __iter__(self) -> Iterator[Command]:
        return iter(self.commands)

    def get(self, name: str) -> Command | None:
        """The command of a full name or any other spelling, as "container restart"."""
        return self._by_name.get(tuple(name.split()))

    def resolve(self, line: Line) -> tuple[Command, tuple[str, ...]]:
        """The command and the words that are left for it.

        Raises:
            Unknown: with what may have been meant.
        """
        words = _heads(line.words)
        for depth in range(min(_DEPTH, len(words)), 0, -1):
            found = self._by_name.get(words[:depth])
            if found is not None:
                return found, line.words[len(line.words) - (len(words) - depth) :]
        raise Unknown(line.words[0] if line.words else "/", self._near(words))

    def _near(self, words: tuple[str, ...]) -> tuple[Command, ...]:
        if not words:
            return ()
        if words[0] in self._nouns:
            verbs = {" ".join(k): c for k, c in self._by_name.items() if k[0] == words[0]}
            close = difflib.get_close_matches(" ".join(words[:2]), verbs, 3, 0.7)
            return _unique(verbs[name] for name in close or sorted(verbs)[:8])
        names = {k[0]: c for k, c in self._by_name.items() if len(k) == 1}
        return _unique(names[n] for n in difflib.get_close_matches(words[0], names, 3, 0.6))


def line_of(text: str) -> Line:
    """The words of a typed message; `/docker ps` and a pasted `docker ps` are `/ps`."""
    return split(text.removeprefix("$ ").lstrip())


def _heads(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words as command names: no slash, no `@bot`, a phone's capital and final dot undone."""
    if not words:
        return ()
    first = words[0].removeprefix("/").partition("@")[0].lower()
    rest = tuple(w.lower() for w in words[1:])
    if first == "docker":
        return tuple(w.removesuffix(".") for w in rest)
    parts = tuple(p for p in first.removesuffix(".").split("_") if p)
    return (*parts, *(w.removesuffix(".") for w in rest))


def _spellings(command: Command) -> Iterator[tuple[str, ...]]:
    yield command.path
    if command.shortcut and (command.shortcut,) != command.path:
        yield (command.shortcut,)
    for alias in command.aliases:
        yield tuple(alias.split())


def _unique(commands: Iterable[Command]) -> tuple[Command, ...]:
    return tuple(dict.fromkeys(commands))

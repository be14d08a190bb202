"""Which command a message means: by full name, shortcut, alias, or the tappable spelling."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator

from bot.command.line import Line, split
from bot.command.spec import Command
from bot.errors import UsageError
from bot.message import Names, Tappable, Untrusted, msg

_OFFERED = 16
_PROMPT = re.compile(r"\A\s*\$\s+")  # pasted with what the terminal shows before it
_BARE = frozenset({"", "docker"})  # a first word that names nothing by itself


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
        self._longest = max(map(len, self._by_name), default=0)

    def __iter__(self) -> Iterator[Command]:
        return iter(self.commands)

    def get(self, name: str) -> Command | None:
        """The command of a full name or any other spelling, as "container restart"."""
        return self._by_name.get(tuple(name.split()))

    def resolve(
        self, line: Line, offered: Callable[[Command], bool] = lambda _: True
    ) -> tuple[Command, tuple[str, ...]]:
        """The command and the words that are left for it.

        Raises:
            Unknown: with what may have been meant, of what is `offered`.
        """
        joined = _joined(line.words[0]) if line.words else ()
        names = (*joined, *map(_plain, line.words[1:]))
        # Each part of a tappable spelling counts: /restart_web is no way to say /restart.
        for depth in range(min(self._longest, len(names)), max(0, len(joined) - 1), -1):
            found = self._by_name.get(names[:depth])
            if found is not None:
                return found, line.words[1 + depth - len(joined) :]
        told = 1 if joined and names[0] not in self._nouns else 2
        raise Unknown(" ".join(line.words[:told]) or "/", tuple(filter(offered, self._near(names))))

    def _near(self, words: tuple[str, ...]) -> tuple[Command, ...]:
        if not words:
            return ()
        if words[0] in self._nouns:
            verbs = {" ".join(k): c for k, c in self._by_name.items() if k[0] == words[0]}
            close = difflib.get_close_matches(" ".join(words[:2]), verbs, 3, 0.7)
            near = close if words[1:] and close else sorted(verbs)
            return _unique(verbs[name] for name in near)[:_OFFERED]
        names = {k[0]: c for k, c in self._by_name.items() if len(k) == 1 and not c.hidden}
        return _unique(names[n] for n in difflib.get_close_matches(words[0], names, 3, 0.6))


def line_of(text: str) -> Line:
    """The words of a typed message; `/docker ps` and a pasted `$ docker ps` are `/ps`.

    Raises:
        UsageError: as `split`.
    """
    return split(_PROMPT.sub("", text))


def _joined(word: str) -> tuple[str, ...]:
    """The names in a first word, `@bot` aside: one, or several in the tappable spelling."""
    name = _plain(word.removeprefix("/").partition("@")[0])
    return () if name in _BARE else tuple(name.split("_"))


def _plain(word: str) -> str:
    """A name with a phone's capital and final dot undone; a look-alike stays what it is."""
    return word.lower().removesuffix(".") if word.isascii() else word


def _spellings(command: Command) -> Iterator[tuple[str, ...]]:
    yield command.path
    if command.shortcut and (command.shortcut,) != command.path:
        yield (command.shortcut,)
    for alias in command.aliases:
        yield tuple(alias.split())


def _unique(commands: Iterable[Command]) -> tuple[Command, ...]:
    return tuple(dict.fromkeys(commands))

"""How Docker's own parser reads a line: the rules of pflag, written down once more to test against.

Its quirks are there on purpose: `-e=` sets "=", `--env=` sets nothing at all, `-h` asks for help
where it means nothing else, and a verb that stops takes all that follows its first word as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.reference.dockers import Flag, Verb

TRUE = ("1", "t", "T", "true", "TRUE", "True")
FALSE = ("0", "f", "F", "false", "FALSE", "False")
HELP = Flag("help", "bool", "h")


class Refused(Exception):
    """Docker's parser does not take the line."""


@dataclass
class Read:
    """What a line gives: the values of each flag in their order, and the other words."""

    values: dict[str, list[str | bool]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def take(self, flag: Flag, value: str) -> None:
        """Set a flag, if its value fits."""
        if flag.type == "bool" and value not in TRUE + FALSE:
            raise Refused(value)
        meant = value in TRUE if flag.type == "bool" else value
        self.values.setdefault(flag.name, []).append(meant)


def read(verb: Verb, line: tuple[str, ...]) -> Read:
    """The line without the verb's own words.

    Raises:
        Refused: as Docker would, before it does anything.
    """
    found, left = Read(), list(line)
    long = {f.name: f for f in (HELP, *verb.flags)}
    short: dict[str | None, Flag] = {f.short: f for f in (HELP, *verb.flags) if f.short}
    while left:
        word = left.pop(0)
        if word == "--":
            found.words += left
            break
        if word.startswith("--"):
            _long(word[2:], left, long, found)
        elif word.startswith("-") and word != "-":
            _short(word[1:], left, short, found)
        elif verb.stops:
            found.words = [word, *left]
            break
        else:
            found.words.append(word)
    return found


def fits(verb: Verb, found: Read) -> bool:
    """Whether there are as many words as the verb takes; one that asks for help needs none."""
    count = len(found.words)
    asked = found.values.get("help", [False])[-1] is True
    return asked or (verb.least <= count and (verb.most is None or count <= verb.most))


def _long(word: str, left: list[str], flags: dict[str, Flag], found: Read) -> None:
    name, mark, value = word.partition("=")
    flag = flags.get(name)
    if flag is None or name[:1] in {"", "-"}:
        raise Refused(name)
    if not mark and not flag.takes_value:
        value = "true"
    elif not mark:
        value = _next(left)
    found.take(flag, value)


def _short(letters: str, left: list[str], flags: dict[str | None, Flag], found: Read) -> None:
    while letters:
        flag = flags.get(letters[0])
        if flag is None:
            raise Refused(letters)
        rest = letters[1:]
        if rest[:1] == "=" and rest[1:]:
            found.take(flag, rest[1:])
            return
        if flag.takes_value:
            found.take(flag, rest or _next(left))
            return
        found.take(flag, "true")
        letters = rest


def _next(left: list[str]) -> str:
    if not left:
        raise Refused
    return left.pop(0)

"""What a Dockerfile is built on: every image that it names, or a refusal where that can't be told.

It is read as the classic builder reads it: lines that go on, and variables from the `ARG` lines
before the first `FROM`. What builders read in two ways is refused: an Engine might pull anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.archive.bad import BadArchive
from bot.message import Code, Untrusted, msg

# Python's `strip` takes some of these for spaces, and Go's does not: none is meant in a Dockerfile.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_BLANK = r"[ \t\r\f\v]*"  # of one line, or whoever sends many lines keeps us busy for hours
_ESCAPE = re.compile(
    rf"^{_BLANK}#{_BLANK}escape{_BLANK}={_BLANK}[^\\\s]", re.IGNORECASE | re.MULTILINE
)
_GOES_ON = re.compile(r"\\[ \t]*$")
# Builders differ in whether a line goes on after two of them.
_TWICE = re.compile(r"\\\\[ \t]*$")
_HERE = re.compile(r"(?:^|\s)\d*<<-?[^<\s]+")
_WITH_HERE = frozenset({"run", "copy", "add", "onbuild"})
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?:(:[-+])([^${}]*))?\})", re.ASCII)
_IMAGE = re.compile(r"[\w./:@-]+", re.ASCII)
_ASSIGNED = re.compile(r"""(\w+)(=(?:"([^"\\]*)"|'([^'\\]*)'|([^\s"'\\]*)))?(?:\s+|$)""", re.ASCII)
_FROM = re.compile(r"""(?:--\S+\s+)*(["']?)(\S+?)\1(?:\s+as\s+(\S+))?\s*""", re.IGNORECASE)
_COPY = re.compile(r"--from=(\S*)", re.IGNORECASE)
_STAGE = re.compile(r"[a-z][a-z0-9_.-]*", re.ASCII)
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)
_QUOTES = frozenset("\"'\\")
_UNSURE = _QUOTES | {"$"}
_NOTHING = "scratch"


def bases(dockerfile: bytes, given: Mapping[str, str]) -> tuple[str, ...]:
    """The images that it takes from elsewhere, in order. `given` are the build args.

    Raises:
        BadArchive: it can't be told which.
    """
    found = _Found(dict(given))
    for word, rest in _instructions(dockerfile.decode("utf-8-sig", "replace")):
        found.take(word, rest)
    return tuple(dict.fromkeys(found.images))


def triggered(lines: Iterable[str]) -> tuple[str, ...]:
    """The images that the instructions of a base (`ONBUILD`) take, where one is built on it.

    Raises:
        BadArchive: it can't be told which.
    """
    found = _Found({}, begun=1)
    for line in lines:
        found.take(*_split(line))
    return tuple(dict.fromkeys(found.images))


@dataclass(slots=True)
class _Found:
    given: Mapping[str, str]
    values: dict[str, str | None] = field(default_factory=dict)
    stages: set[str] = field(default_factory=set)
    images: list[str] = field(default_factory=list)
    begun: int = 0
    stage: str = ""

    def take(self, word: str, rest: str) -> None:
        """Take one instruction in."""
        if word in _WITH_HERE and _HERE.search(rest):
            raise BadArchive(
                msg(
                    "The classic builder takes no here-documents: {line}",
                    line=_short(f"{word} {rest}"),
                )
            )
        if word == "onbuild":
            word, rest = _split(rest)
        if word == "arg" and not self.begun:
            self._arg(rest)
        elif word == "from":
            self._from(rest)
        elif word in {"copy", "add"}:
            if word == "add" and _is_fetched(rest):
                raise BadArchive(
                    msg("Docker itself would fetch this: {line}", line=_short(f"ADD {rest}")),
                    msg("Send the file along, or fetch it in a RUN."),
                )
            self._copy(rest)

    def _arg(self, rest: str) -> None:
        at = 0
        while at < len(rest):
            one = _ASSIGNED.match(rest, at)
            if one is None:
                raise _unclear("ARG", rest)
            name, at = one[1], one.end()
            text = next((one[n] for n in (3, 4, 5) if one[n] is not None), None)
            value = text if text is None or one[4] is not None else self._filled(text)
            self.values[name] = self.given.get(name, value)

    def _from(self, rest: str) -> None:
        line = _FROM.fullmatch(rest)
        name = self._filled(line[2]) if line else None
        if line is None or name is None or not _IMAGE.fullmatch(name):
            raise _unclear("FROM", rest)
        self.stages.add(self.stage)  # a stage has its name from its end on
        if name != _NOTHING and name.lower() not in self.stages:
            self.images.append(name)
        self.stage = (line[3] or "").lower()
        if self.stage and not _STAGE.fullmatch(self.stage):
            raise _unclear("FROM", rest)
        self.begun += 1

    def _copy(self, rest: str) -> None:
        if any(not _QUOTES.isdisjoint(w[w.find("--") :]) for w in rest.split() if "--" in w):
            raise _unclear("COPY", rest)
        for source in _COPY.finditer(rest):
            name = source[1]
            if not _IMAGE.fullmatch(name):
                raise _unclear("COPY", rest)
            stage = name.lower() in self.stages or _is_ended(name, self.begun)
            if not stage:
                self.images.append(name)

    def _filled(self, text: str) -> str | None:
        """With its variables, None if one has no value or is written in another way."""
        pieces: list[str] = []
        at = 0
        for one in _VARIABLE.finditer(text):
            value = self.values.get(one[1] or one[2])
            if one[3] == ":-":
                value = value or one[4]
            elif one[3] == ":+":
                value = one[4] if value else ""
            if value is None:
                return None
            pieces += [text[at : one.start()], value]
            at = one.end()
        whole = "".join((*pieces, text[at:]))
        return None if "$" in whole or "\\" in whole else whole


def _is_ended(name: str, begun: int) -> bool:
    """Whether it is the number of a stage that has ended: all but the newest have."""
    return _NUMBER.fullmatch(name) is not None and int(name) < begun - 1


def _is_fetched(rest: str) -> bool:
    """Whether the Engine may fetch a source of ADD, from the host's own network, by itself.

    It looks for an address once variables, quotes and escapes are gone: what has any may be one.
    """
    return any(
        "://" in source or source.lower().startswith("git@") or not _UNSURE.isdisjoint(source)
        for source in _sources(rest)
    )


def _sources(rest: str) -> list[str]:
    """All but the last of the words, which is where they go; they may stand in a list of JSON."""
    while rest.startswith("--"):
        rest = _split(rest)[1]
    if rest.startswith("["):
        try:
            return [str(source) for source in json.loads(rest)[:-1]]
        except (ValueError, RecursionError):
            pass  # then it is no list, and its quotes are looked at
    return rest.split()[:-1]


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    """Each as its word, in small letters, and the rest; joined where a line goes on.

    Raises:
        BadArchive: builders differ in how they read it.
    """
    if _CONTROL.search(text) or _ESCAPE.search(text):
        raise BadArchive(msg("I can't read this Dockerfile: it has control characters or escape=."))
    joined = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.strip().startswith("#") or not line.strip():
            continue  # also between lines that belong together
        if _TWICE.search(line):
            raise BadArchive(msg("Does this line go on? {line}", line=_short(line)))
        ended = _GOES_ON.sub("", line)
        joined += ended
        if ended == line:
            yield _split(joined)
            joined = ""
    if joined:
        yield _split(joined)


def _split(line: str) -> tuple[str, str]:
    word, *more = line.split(None, 1) or [""]
    return word.lower(), more[0].strip() if more else ""


def _unclear(word: str, rest: str) -> BadArchive:
    return BadArchive(
        msg("I can't tell which image this is: {line}", line=_short(f"{word} {rest}")),
        msg(
            "Name it in full, or give its variable a value with {option}.",
            option=Code("--build-arg"),
        ),
    )


def _short(line: str) -> Untrusted:
    return Untrusted(line[:80])

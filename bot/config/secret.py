"""The token, wherever it was put: in the file, in the environment, or in a file of its own."""

from __future__ import annotations

from dataclasses import dataclass

from bot.config.kinds import is_token
from bot.config.problem import Loc, Problem, Refused, dotted
from bot.config.reading import OPEN_TO_ALL, read
from bot.config.source import SECTION, TOKEN, TOKEN_FILE, Sources, Tree
from bot.message import Message, msg

_LARGEST = 4096  # bytes; a token has about 46
_TOKEN_KEY: Loc = (SECTION, TOKEN)
_FILE_KEY: Loc = (SECTION, TOKEN_FILE)
_TOLD = frozenset[Loc]({(SECTION,), _TOKEN_KEY, _FILE_KEY})


@dataclass(frozen=True, slots=True)
class Secret:
    """What was found about it. `told` are keys about which nothing more needs to be said."""

    text: str | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    told: frozenset[Loc] = frozenset()


def find(merged: Tree, sources: Sources) -> Secret:
    """The token's text where a file holds it; else what is to be said about the one given."""
    section = merged.get(SECTION, {})
    if not isinstance(section, dict):
        return Secret()
    if TOKEN_FILE in section and TOKEN in section:
        return _trouble(sources, _FILE_KEY, msg("Both token and token_file: one must go."))
    if TOKEN_FILE in section:
        return _from_file(section[TOKEN_FILE], sources)
    if TOKEN not in section and sources.file.problems:
        return Secret()  # it may well be in the file
    if TOKEN not in section:
        absent = msg("It is missing: give it, or token_file, the path of a file that holds it.")
        problem = Problem(dotted(_TOKEN_KEY), sources.home(_TOKEN_KEY), absent)
        return Secret(problems=(problem,), told=_TOLD)
    return Secret(warnings=_in_open_file(sources))


def _from_file(path: object, sources: Sources) -> Secret:
    if not isinstance(path, str):
        return Secret(told=frozenset({_TOKEN_KEY}))
    try:
        content = read(path, _LARGEST)
    except Refused as refused:
        return _trouble(sources, _FILE_KEY, refused.faults[0][1])
    text = content.text.strip()
    if not is_token(text):
        return _trouble(sources, _FILE_KEY, msg("What the file holds is no token."))
    warning = Problem(dotted(_FILE_KEY), sources.place(_FILE_KEY), OPEN_TO_ALL)
    return Secret(text, warnings=(warning,) if content.open_to_all else ())


def _in_open_file(sources: Sources) -> tuple[Problem, ...]:
    place = sources.place(_TOKEN_KEY)
    if not sources.file.open_to_all or place != sources.file.places.get((SECTION, TOKEN)):
        return ()
    return (Problem(dotted(_TOKEN_KEY), place, OPEN_TO_ALL),)


def _trouble(sources: Sources, loc: Loc, message: Message) -> Secret:
    problem = Problem(dotted(loc), sources.place(loc), message)
    return Secret(problems=(problem,), told=_TOLD)

"""A rule as people say it in one line: `cpu > 80% clear cpu < 70% for 5m on web*`.

The condition comes first, then clauses in any order, each with the word that it begins with. What
is kept of a rule are its clauses as they were said: said anew, one takes the place of the last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.command.kinds import seconds
from bot.errors import UsageError
from bot.message import Code, Names, Span, Untrusted, msg
from bot.watch.condition import condition
from bot.watch.rule import Missing, Rule, Severity
from bot.watch.subject import selector

T = TypeVar("T")

WHEN, CLEAR, NAME, TELL = "when", "clear", "name", "tell"
CLAUSES = (CLEAR, "for", "keep", "on", "severity", "missing", "repeat", NAME, TELL)
_LONGEST = 86_400.0
_OFTEN = 300.0  # seconds between two times that it is told
_MOST = 256  # characters of a clause
_SEVERITIES = {severity.name.lower(): severity for severity in Severity}
_MISSING = {missing.value: missing for missing in Missing}


def clauses(words: Sequence[str]) -> dict[str, str]:
    """What was said, by the word that each clause begins with; the condition is `when`.

    Raises:
        UsageError: a clause comes twice, or says nothing.
    """
    found: dict[str, list[str]] = {}
    current = found.setdefault(WHEN, [])
    for word in words:
        if word.lower() in CLAUSES:
            if word.lower() in found:
                raise UsageError(msg("{word} is there twice: one must go.", word=Code(word)))
            current = found.setdefault(word.lower(), [])
        else:
            current.append(word)
    for name, said in found.items():
        if not said and name != WHEN:
            raise UsageError(msg("{word} needs a value.", word=Code(name)))
    return {name: " ".join(said)[:_MOST] for name, said in found.items() if said}


def merged(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """What was said, then changed: a new condition takes the `clear` of the old with it."""
    kept = {name: said for name, said in old.items() if name != CLEAR or WHEN not in new}
    return {**kept, **new}


def rule(name: str, said: Mapping[str, str], base: Rule | None = None) -> Rule:
    """The rule that clauses make, of nothing or of one that is built in.

    Raises:
        UsageError: they can't be understood.
    """
    made = _conditioned(name, said, base)
    return replace(
        made,
        on=_read(said, "on", selector, made.on),
        wait=_read(said, "for", _length, made.wait),
        keep=_read(said, "keep", _length, made.keep),
        severity=_read(said, "severity", lambda text: _one(text, _SEVERITIES), made.severity),
        missing=_read(said, "missing", lambda text: _one(text, _MISSING), made.missing),
        repeat=_read(said, "repeat", _interval, made.repeat),
    )


def _conditioned(name: str, said: Mapping[str, str], base: Rule | None) -> Rule:
    when, clear = said.get(WHEN), said.get(CLEAR)
    if when is not None:
        found = condition(when, clear)
        return replace(base, when=found) if base else Rule(name, found)
    if clear is not None:
        raise UsageError(msg("{word} needs a new condition before it.", word=Code(CLEAR)))
    if base is None:
        raise UsageError(
            msg(
                "When does it fire? Write the condition first, as in {example}.",
                example=Code("/alert add cpu > 80% for 5m on web*"),
            )
        )
    return base


def _read(said: Mapping[str, str], clause: str, read: Callable[[str], T], otherwise: T) -> T:
    return read(said[clause]) if clause in said else otherwise


def _length(text: str) -> float:
    try:
        found = seconds(text)
    except ValueError:
        found = _LONGEST + 1
    if found > _LONGEST:
        raise UsageError(
            msg(
                "{text} is no time up to {most}: write {example}.",
                text=Untrusted(text),
                most=Span(_LONGEST),
                example=Code("30s / 5m / 1h30m"),
            )
        )
    return found


def _interval(text: str) -> float:
    found = _length(text)
    if 0 < found < _OFTEN:
        raise UsageError(msg("It is told again every {least} at most.", least=Span(_OFTEN)))
    return found


def _one(text: str, known: Mapping[str, T]) -> T:
    if text.lower() not in known:
        names = Names(tuple(map(Code, known)))
        raise UsageError(msg("{text} is none of {names}.", text=Untrusted(text), names=names))
    return known[text.lower()]

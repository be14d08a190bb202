"""What pydantic found wrong, as problems: our words, a key, a place, and no value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from bot.config.problem import Loc, Problem, Refused, dotted
from bot.config.source import Sources
from bot.config.spelling import meant_key, meant_variable
from bot.message import Code, Message, msg

_TABLE = msg("It must be a table, with keys of its own.")
_SAID: Mapping[str, Message] = {
    "missing": msg("It is missing."),
    "bool_type": msg("It must be true or false."),
    "int_type": msg("It must be a whole number."),
    "string_type": msg("It must be text, in quotes."),
    "string_sub_type": msg("It must be text, in quotes."),
    "string_unicode": msg("It must be text in UTF-8."),
    "tuple_type": msg('It must be a list: ["a", "b"], or a,b in the environment.'),
    "too_short": msg("There must be at least one."),
    "dict_type": _TABLE,
    "mapping_type": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
}


def complaints(error: ValidationError, sources: Sources) -> Iterator[tuple[Loc, Problem]]:
    """Each fault with the key that it is about."""
    for fault in error.errors(include_url=False, include_input=False):
        loc: Loc = tuple(part for part in fault["loc"] if part != "[key]")
        if fault["type"] == "extra_forbidden":
            yield from ((loc, problem) for problem in _unknown(loc, sources))
            continue
        for at, message in _faults(fault["type"], fault.get("ctx", {})):
            whole = (*loc, *at)
            if fault["type"] != "missing":
                yield whole, Problem(dotted(whole), sources.place(whole), message)
            elif not sources.file.problems:  # else it may well be in the file
                yield whole, Problem(dotted(whole), sources.home(whole), message)


def _faults(kind: str, context: Mapping[str, Any]) -> tuple[tuple[Loc, Message], ...]:
    refused = context.get("error")
    if isinstance(refused, Refused):
        return refused.faults
    if kind == "literal_error":
        return (((), msg("It must be {choices}.", choices=Code(context["expected"]))),)
    return (((), _SAID.get(kind, msg("It is not valid."))),)


def _unknown(loc: Loc, sources: Sources) -> Iterator[Problem]:
    """One problem for each place that gives the key, in the spelling of that place."""
    if sources.in_file(loc):
        yield Problem(dotted(loc), sources.line(loc), _did_you_mean(meant_key(loc)))
    for name in sources.variables(loc):
        yield Problem(dotted(loc), name, _did_you_mean(meant_variable(name, loc)))


def _did_you_mean(meant: str | None) -> Message:
    if meant is None:
        return msg("There is no such key: remove it.")
    return msg("There is no such key: did you mean {meant}?", meant=Code(meant))

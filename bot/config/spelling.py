"""Every key there is, read off the models, and the one that an unknown key was meant to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import get_args, get_origin

from pydantic import BaseModel

from bot.config.kinds import closest
from bot.config.model import Settings
from bot.config.problem import Loc, shown
from bot.config.source import PREFIX, Keys, variable

ANY = "*"
_ALIKE = 0.8  # of whole names of variables, which have much in common from the start


@cache
def every_key() -> tuple[Keys, ...]:
    """All keys and tables; `*` stands for a name that people choose, or a number."""
    return tuple(_keys(Settings))


def _keys(model: type[BaseModel]) -> Iterator[Keys]:
    for attribute, field in model.model_fields.items():
        name = field.alias or attribute
        yield (name,)
        inner = field.annotation
        prefix: Keys = (name,)
        if get_origin(inner) is Mapping:
            inner, prefix = get_args(inner)[1], (name, ANY)
        elif get_origin(inner) is tuple:
            inner, prefix = get_args(inner)[0], (name, ANY)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from ((*prefix, *rest) for rest in _keys(inner))


def meant_key(loc: Loc) -> str | None:
    """The key that was probably meant: a sibling, or the same word in another table."""
    *table, word = map(str, loc)
    siblings = {k[-1] for k in every_key() if _same(k[:-1], tuple(table)) and k[-1] != ANY}
    found = closest(word, siblings)
    if found is not None:
        return found
    return next((".".join(k) for k in every_key() if k[-1] == word and ANY not in k), None)


def meant_variable(name: str, loc: Loc) -> str | None:
    """The environment variable that was probably meant."""
    known = [variable(_named(keys, loc)) for keys in every_key()]
    start = len(PREFIX)
    found = closest(name.upper()[start:], [k[start:] for k in known], _ALIKE)
    return None if found is None else PREFIX + found


def _same(pattern: Keys, table: Keys) -> bool:
    return len(pattern) == len(table) and all(
        p in {ANY, t} for p, t in zip(pattern, table, strict=True)
    )


def _named(keys: Keys, loc: Loc) -> Keys:
    given = (*(shown(str(part)) for part in loc), *("NAME" for _ in keys))
    return tuple(g if k == ANY else k for k, g in zip(keys, given, strict=False))

"""Finds every sentence in the source, without running it.

Sentences are the literal arguments of `msg()`, `plural()` and `Message()`, the `help` of options,
and the docstrings of commands, in the form in which `bot.command.spec` takes them. What has no
letter of its own, as "{name}: {why}", needs no translation. It reads the syntax tree: the handlers
lie above this package and must not be imported by it.
"""

from __future__ import annotations

import ast
import inspect
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_TAKES = {"msg": 1, "plural": 2, "Message": 1}
_LITERAL = frozenset({"msg", "plural"})
_HELPED = frozenset({"option", "flag", "argument", "targets"})


@dataclass(frozen=True, slots=True, order=True)
class Sentence:
    """A sentence, with its plural where it has one, and the files that say it."""

    one: str
    many: str | None
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The sentences of a tree, in order, and what could not be read, as "file:line: why"."""

    sentences: tuple[Sentence, ...]
    problems: tuple[str, ...]


def extract(root: Path, folders: Iterable[str]) -> Found:
    """All sentences of the Python files below `root`'s folders, merged and ordered."""
    places: dict[tuple[str, str | None], list[str]] = {}
    problems: list[str] = []
    for path in sorted(p for folder in folders for p in (root / folder).rglob("*.py")):
        name = path.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(path.read_bytes(), filename=name)):
            try:
                for one, many in filter(_has_words, _sentences(node)):
                    places.setdefault((one, many), []).append(name)
            except ValueError as error:
                problems.append(f"{name}:{error}")
    merged = [
        Sentence(one, many, tuple(sorted(set(names))))
        for (one, many), names in places.items()
        if many is not None or not any(key[0] == one and key[1] for key in places)
    ]
    return Found(tuple(sorted(merged, key=lambda s: (s.places, s.one))), tuple(problems))


def fields(template: str) -> frozenset[str]:
    """The names of a template's fields.

    Raises:
        ValueError: it is no template, or asks for more than a value or its capital letter.
    """
    names = set()
    for _, name, spec, conversion in string.Formatter().parse(template):
        if spec or conversion not in {None, "c"} or (name is not None and not name.isidentifier()):
            raise ValueError(f"{{{name}}} is not a plain field")
        names.add(name or "")
    return frozenset(names - {""})


def _has_words(sentence: tuple[str, str | None]) -> bool:
    text = sentence[0]
    try:
        text = "".join(literal for literal, *_ in string.Formatter().parse(text))
    except ValueError:
        return True  # a help text with a lone brace
    return any(map(str.isalpha, text))


def _sentences(node: ast.AST) -> Iterator[tuple[str, str | None]]:
    if isinstance(node, ast.Call):
        yield from _of_call(node)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _is_command(node):
        summary, _, description = inspect.cleandoc(ast.get_docstring(node) or "").partition("\n\n")
        for text in (summary, description):
            if text.strip():
                yield " ".join(text.split()), None


def _of_call(call: ast.Call) -> Iterator[tuple[str, str | None]]:
    name = _name(call.func)
    if name in _TAKES:
        texts = [_text(argument) for argument in call.args[: _TAKES[name]]]
        if None not in texts and len(texts) == _TAKES[name]:
            one, many = (*texts, None)[:2]
            yield one or "", many
        elif name in _LITERAL:
            raise ValueError(f"{call.lineno}: {name}() takes literal text only")
    if name in _HELPED:
        helps = (_text(keyword.value) for keyword in call.keywords if keyword.arg == "help")
        yield from ((text, None) for text in helps if text)


def _is_command(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(decorator, ast.Call) and _declares(_name(decorator.func))
        for decorator in function.decorator_list
    )


def _declares(name: str) -> bool:
    """Whether it declares a command: `command`, or what is made of it for several alike."""
    return name == "command" or name.endswith("_command")


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None

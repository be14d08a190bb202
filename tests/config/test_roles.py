"""Roles become plain lists of globs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import load
from tests.config.conftest import ENOUGH, write


def test_each_built_in_role_holds_what_the_one_below_holds() -> None:
    globs = load(None, ENOUGH).access.globs
    assert set(globs["viewer"]) < set(globs["operator"]) < set(globs["admin"])
    assert globs["owner"] == ("*",)
    assert not {"*", "engine.*", "engine.root", "*.*"} & set(globs["admin"])


@pytest.mark.parametrize(
    ("text", "role", "allowed"),
    [
        ('[access.roles.viewer]\nallow = ["container.ls"]', "viewer", ("container.ls",)),
        ("[access.roles.viewer]\nallow = []", "viewer", ()),
        (
            '[access.roles.viewer]\nallow = ["a"]\n[access.roles.operator]\nallow = ["b"]',
            "operator",
            ("a", "b"),
        ),
        ('[access.roles.operator]\nincludes = []\nallow = ["b"]', "operator", ("b",)),
        (
            '[access.roles.x]\nallow = ["b"]\nincludes = ["y"]\n[access.roles.y]\nallow = ["a"]',
            "x",
            ("a", "b"),
        ),
        ("[access.roles.x]", "x", ()),
    ],
)
def test_a_role_is_replaced_or_added(
    tmp_path: Path, text: str, role: str, allowed: tuple[str, ...]
) -> None:
    assert load(write(tmp_path, text), ENOUGH).access.globs[role] == allowed


def test_what_is_replaced_below_reaches_those_above(tmp_path: Path) -> None:
    globs = load(write(tmp_path, "[access.roles.viewer]\nallow = []"), ENOUGH).access.globs
    assert "container.logs" not in globs["operator"]
    assert "container.start" in globs["operator"]

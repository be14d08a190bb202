"""Each timeline of `timelines.txt` is a test; its first line is its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.watch.timeline import check

_TEXT = Path(__file__).with_name("timelines.txt").read_text(encoding="utf-8")
_FOUND = re.findall(r"^== (.+)\n((?:(?!== ).*\n)*)", _TEXT, re.MULTILINE)


@pytest.mark.parametrize(("name", "text"), _FOUND, ids=[name for name, _ in _FOUND])
def test_what_is_told(name: str, text: str) -> None:
    check(text)

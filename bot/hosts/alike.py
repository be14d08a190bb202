"""How alike two names look, and how few slips of a thumb lie between them."""

from __future__ import annotations

import unicodedata

# What looks the same on a screen: 0/O, 1/l/I, and Cyrillic and Greek letters like Latin ones.
_TWINS = str.maketrans(
    "01iı|аеорсухіјѕкмтнвԁԛԝһοανρικτε_.",
    "ollllaeopcyxljskmthbdqwhoavplkte--",
)
_SLIPS = 2
_SHORT = 4
_LONGEST = 100


def distance(typed: str, name: str) -> int | None:
    """0 for a look-alike, else the slips between them: at most 2, in short names 1; None for more.

    A slip is a letter missing, added, wrong, or swapped with the next.
    """
    left, right = skeleton(typed), skeleton(name)
    if left == right:
        return 0
    allowed = 1 if len(left) <= _SHORT else _SLIPS
    if max(len(left), len(right)) > _LONGEST or abs(len(left) - len(right)) > allowed:
        return None
    slips = _slips(left, right, allowed)
    return slips if slips <= allowed else None


def skeleton(name: str) -> str:
    """The name as it looks: two names that look alike have the same."""
    return unicodedata.normalize("NFKC", name).casefold().translate(_TWINS)


def _slips(left: str, right: str, allowed: int) -> int:
    """Edit distance with swaps (optimal string alignment), `allowed` + 1 for anything above."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > allowed and min(before) > allowed:
            return allowed + 1
    return row[-1]

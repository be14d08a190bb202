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


def distance(left: str, right: str) -> int | None:
    """The slips from one skeleton to another: at most 2, in short names 1; None for more.

    A slip is a letter missing, added, wrong, or swapped with the next. 0 is for a look-alike.
    """
    if left == right:
        return 0
    if not comparable(left, right):
        return None
    allowed = _allowed(left)
    slips = _slips(left, right, allowed)
    return slips if slips <= allowed else None


def comparable(left: str, right: str) -> bool:
    """Whether two skeletons may be near each other: far cheaper to tell than how near."""
    allowed = _allowed(left)
    if max(len(left), len(right)) > _LONGEST or abs(len(left) - len(right)) > allowed:
        return False
    return len(set(left) ^ set(right)) <= 2 * allowed


def skeleton(name: str) -> str:
    """The name as it looks: two names that look alike have the same."""
    return unicodedata.normalize("NFKC", name).casefold().translate(_TWINS)


def _allowed(typed: str) -> int:
    return 1 if len(typed) <= _SHORT else _SLIPS


def _slips(left: str, right: str, allowed: int) -> int:
    """Edit distance with swaps (optimal string alignment), `allowed` + 1 for anything above.

    Only cells so near the diagonal that they can still be allowed: there may be 5,000 names.
    """
    older = before = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        row = [allowed + 1] * len(before)
        row[0] = i
        for j in range(max(1, i - allowed), min(len(right), i + allowed) + 1):
            wrong = letter != right[j - 1]
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + wrong)
            if wrong and i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == right[j - 1]:
                row[j] = min(row[j], older[j - 2] + 1)
        if min(row) > allowed and min(before) > allowed:
            return allowed + 1
        older, before = before, row
    return min(before[-1], allowed + 1)

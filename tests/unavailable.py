"""What a test does on a machine that lacks what it needs."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

CI = os.environ.get("CI") == "true"


def unavailable(reason: str, *, ci: bool = CI) -> NoReturn:
    """Skip the test with the reason; with CI=true fail it, so that nothing is left out unseen."""
    if ci:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)

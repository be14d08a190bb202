import pytest

from bot.hosts.answer import Unexpected
from bot.hosts.version import clamp


@pytest.mark.parametrize(
    ("newest", "oldest", "spoken"),
    [
        ("1.41", "1.12", "1.41"),
        ("1.45", "1.24", "1.45"),
        ("1.52", "1.44", "1.45"),
        ("1.60", "1.50", "1.50"),
        ("1.100", "1.24", "1.45"),
        ("2.0", "1.24", "1.45"),
        ("1.41", None, "1.41"),
    ],
)
def test_clamp(newest: str, oldest: str | None, spoken: str) -> None:
    assert clamp({"ApiVersion": newest, "MinAPIVersion": oldest}) == spoken


@pytest.mark.parametrize("version", ["", "1", "1.x", "1.41/../x", "١.٤١x", None, 1.41, "0.9"])
def test_what_is_no_version(version: object) -> None:
    with pytest.raises(Unexpected):
        clamp({"ApiVersion": version, "MinAPIVersion": "0.1"})

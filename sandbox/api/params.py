"""The parameters of a call: every value a string, whichever way it came.

The service takes query strings, forms, multipart and JSON bodies alike, and turns each into the
same flat list of strings; nested values are JSON in such a string. Numbers out of range are moved
into it and garbage is 0, as the service does, so that only real refusals are refused.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.api.multipart import Upload
from sandbox.errors import bad_request

NUMBER = re.compile(r"\s*([+-]?\d{1,18})")


@dataclass(frozen=True, slots=True)
class Params:
    """What a call carries."""

    values: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether the parameter was given at all."""
        return name in self.values

    def text(self, name: str) -> str:
        """The value, or an empty string."""
        return self.values.get(name, "")

    def flag(self, name: str) -> bool:
        """Whether the value says yes."""
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def integer(
        self, name: str, default: int = 0, low: int = -(1 << 62), high: int = 1 << 62
    ) -> int:
        """The number that the value begins with, moved between the bounds."""
        if not self.has(name):
            return default
        match = NUMBER.match(self.text(name))
        return min(max(int(match[1]) if match else 0, low), high)

    def json(self, name: str, refused: str) -> object:
        """The value decoded, None where it is absent.

        Raises:
            ApiError: 400 with the given words, where it is no JSON.
        """
        source = self.text(name)
        if not source:
            return None
        try:
            found: object = json.loads(source)
        except (ValueError, RecursionError):
            raise bad_request(refused) from None
        return found

    def upload(self, name: str) -> Upload | None:
        """The file under this name, or the one that `attach://` points to."""
        value = self.text(name)
        if value.startswith("attach://"):
            return self.files.get(value.removeprefix("attach://"))
        return self.files.get(name)


def string(item: Mapping[str, object], name: str) -> str:
    """A required field of an object.

    Raises:
        ValueError: where it is absent or no string, in the words of the service.
    """
    if name not in item:
        raise ValueError(f'Can\'t find field "{name}"')
    value = item[name]
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ValueError(f'Field "{name}" must be of type String')  # noqa: TRY004
    return str(value)

"""What is kept of alerts, as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter

from bot.watch.alert import Alert
from bot.watch.calendar import Silence
from bot.watch.card import Card
from bot.watch.healing import Healed
from bot.watch.watched import Watched

T = TypeVar("T", Alert, Card, Healed, Silence, Watched)

_KINDS = (Alert, Card, Healed, Silence, Watched)
_ADAPTERS: Mapping[type, TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in _KINDS}


def dump(value: Alert | Card | Healed | Silence | Watched) -> str:
    """A value as JSON."""
    return _ADAPTERS[type(value)].dump_json(value).decode()


def load(kind: type[T], text: str) -> T:
    """The value again.

    Raises:
        ValueError: it is none.
    """
    found: T = _ADAPTERS[kind].validate_json(text)
    return found

"""How far a pull, push or load is, as a bar that fits a phone."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.hosts.messages import Told
from bot.message import Message, Percent, Size, Untrusted, msg
from bot.reply import Block, Excerpt, Text

_WIDE = 24
_FULL, _EMPTY = "█", "░"
_MOST = 500  # layers of one image that are kept apart; no image has as many
_DONE = ("Pull complete", "Already exists", "Pushed", "Layer already exists", "Mounted from")
_LOADS = "Loading layer"  # which no word ends: it has come when all of its bytes have
_MOVES = frozenset({"Downloading", "Pushing", _LOADS})
_KNOWN = frozenset({"Waiting", "Pulling fs layer", "Preparing", "Verifying Checksum", "Extracting"})


@dataclass(slots=True)
class _Layer:
    current: int = 0
    total: int = 0
    done: bool = False


@dataclass(slots=True)
class Layers:
    """What an Engine has told of each layer so far.

    `whole` are the bytes of all, and `count` is how many they are, where that is known before.
    """

    whole: int = 0
    count: int = 0
    _layers: dict[str, _Layer] = field(default_factory=dict)

    def hear(self, told: Told) -> None:
        """Take one message in; what is about no layer changes nothing."""
        name, status = told.layer, told.status
        done = status.startswith(_DONE)
        if not (done or status in _MOVES or status in _KNOWN or status == "Download complete"):
            return
        if name not in self._layers and len(self._layers) >= _MOST:
            return
        layer = self._layers.setdefault(name, _Layer())
        if status in _MOVES:
            layer.total = max(told.total, layer.total)
            layer.current = max(0, told.current)
        elif status == "Download complete" or done:
            layer.current = layer.total
        loaded = status == _LOADS and 0 < layer.total <= layer.current
        layer.done = layer.done or done or loaded

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The bar and its figures; nothing as long as nothing is known."""
        if not self._layers:
            return ()
        every = self._layers.values()
        total = max(self.whole, sum(layer.total for layer in every))
        current = min(sum(layer.current for layer in every), total)
        done = sum(layer.done for layer in every)
        count = max(self.count, len(every))
        share = current / total if total else done / count
        bar = _FULL * round(share * _WIDE)
        drawn = Excerpt(Untrusted(bar.ljust(_WIDE, _EMPTY)))
        return (drawn, Text(_figures(share, current, total, done, count)))


def _figures(share: float, current: int, total: int, done: int, count: int) -> Message:
    percent = Percent(round(share * 100))
    if not total:
        return msg("{percent} · {done} of {all} layers", percent=percent, done=done, all=count)
    return msg(
        "{percent} · {current} of {total} · {done} of {all} layers",
        percent=percent,
        current=Size(current),
        total=Size(total),
        done=done,
        all=count,
    )

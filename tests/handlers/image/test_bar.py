"""The bar of a load: its layers come one after another, and how many they are is known before."""

from __future__ import annotations

from bot.hosts.messages import Told
from bot.message import Percent, Size
from bot.reply import Excerpt, Text
from handlers.image.bar import Layers


def loading(name: str, current: int, total: int) -> Told:
    return Told(name, "Loading layer", current, total)


def drawn(layers: Layers) -> tuple[int, Text]:
    bar, figures = layers.blocks
    assert isinstance(bar, Excerpt)
    assert isinstance(figures, Text)
    return bar.text.raw.count("█"), figures


def test_a_layer_that_has_come_is_done_and_the_others_are_yet_to_come() -> None:
    layers = Layers(whole=400, count=3)
    layers.hear(loading("a", 100, 100))
    layers.hear(loading("b", 100, 200))
    wide, figures = drawn(layers)
    assert wide == 12
    assert figures.message.values == {
        "percent": Percent(50),
        "current": Size(200),
        "total": Size(400),
        "done": 1,
        "all": 3,
    }


def test_it_never_says_more_than_all() -> None:
    layers = Layers(whole=100, count=1)
    layers.hear(loading("a", 900, 100))
    layers.hear(loading("b", 900, 100))
    wide, figures = drawn(layers)
    assert wide == 24
    assert (figures.message.values["done"], figures.message.values["all"]) == (2, 2)


def test_before_anything_is_told_there_is_no_bar() -> None:
    assert Layers(whole=100, count=1).blocks == ()

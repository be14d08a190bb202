from __future__ import annotations

import pytest

from bot.hosts.newer import choice, notes_of

SOURCE, URL = "org.opencontainers.image.source", "org.opencontainers.image.url"


@pytest.mark.parametrize(
    ("labels", "link"),
    [
        ({SOURCE: "https://github.com/shop/web"}, "https://github.com/shop/web/releases"),
        ({SOURCE: "https://github.com/shop/web.git"}, "https://github.com/shop/web/releases"),
        ({SOURCE: "https://code.example/shop"}, "https://code.example/shop"),
        ({SOURCE: "http://code.example", URL: "https://shop.example/"}, "https://shop.example/"),
        ({SOURCE: "javascript:alert(1)"}, ""),
        ({SOURCE: "https://github.com@evil.example/x"}, ""),
        ({SOURCE: "https://evil.example/\u202egnp"}, ""),
        ({SOURCE: "https://x.example/a b"}, ""),
        ({SOURCE: f"https://x.example/{'a' * 500}"}, ""),
        ({}, ""),
    ],
)
def test_only_a_plain_https_link_is_one(labels: dict[str, str], link: str) -> None:
    assert notes_of(labels).raw == link


def test_a_label_is_not_heard_where_the_image_has_it() -> None:
    label = {"pierhead.upgrade": "pinned"}
    assert choice(label, {}) == "pinned"
    assert choice(label, label) == ""
    assert choice(label, {"pierhead.upgrade": "off"}) == ""
    assert choice({"pierhead.upgrade": "anything"}, {}) == ""

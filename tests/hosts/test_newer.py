from __future__ import annotations

import pytest

from bot.hosts.newer import choice, notes_of, unnamed

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


@pytest.mark.parametrize(
    ("container", "image", "heard"),
    [
        ("pinned", None, "pinned"),
        ("pinned", "off", "pinned"),
        ("off", "anything", "off"),
        ("pinned", "pinned", ""),
        ("on", "off", ""),
        ("anything", None, ""),
        (None, None, ""),
    ],
)
def test_an_owner_s_label_is_heard_and_an_image_s_is_not(
    container: str | None, image: str | None, heard: str
) -> None:
    labels = [{} if said is None else {"pierhead.upgrade": said} for said in (container, image)]
    assert choice(*labels) == heard


@pytest.mark.parametrize(
    ("reference", "id_"),
    [
        ("deadbeefcafe", False),
        ("deadbeefcafe:1", False),
        ("0123456789ab", True),
        ("sha256:0123456789ab", True),
        ("0123456789ab" + "c" * 52, True),
        ("0123456789a", False),
        ("shop/web:1", False),
    ],
)
def test_a_name_that_looks_like_an_id_is_a_name(reference: str, *, id_: bool) -> None:
    assert unnamed(reference, "sha256:0123456789ab" + "c" * 52) is id_

"""What was asked of a container is what, joined with its image again, gives the same container."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.hosts.defaults import asked

WORDS = st.sampled_from(["a", "b", ""])
NAMES = st.sampled_from(["a", "b", "c"])
PROGRAM = st.none() | st.lists(WORDS, max_size=2)
CHECK = st.fixed_dictionaries(
    {},
    optional={
        "Test": st.sampled_from([["CMD", "x"], ["NONE"], ["CMD", "y"]]),
        "Interval": st.sampled_from([1, 2]),
        "Retries": st.sampled_from([1, 2]),
    },
)
CONFIG: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "Entrypoint": PROGRAM,
        "Cmd": PROGRAM,
        "Env": st.dictionaries(NAMES, WORDS).map(lambda d: [f"{k}={v}" for k, v in d.items()]),
        "Labels": st.dictionaries(NAMES, WORDS),
        "ExposedPorts": st.dictionaries(NAMES, st.just({})),
        "Volumes": st.dictionaries(NAMES, st.just({})),
        "User": WORDS,
        "WorkingDir": WORDS,
        "Healthcheck": st.none() | CHECK,
    },
)


def merged(asked_for: dict[str, Any], image: dict[str, Any]) -> dict[str, Any]:
    """As an Engine joins them (moby's `runconfig`, `merge`, in `daemon/commit.go`)."""
    found = dict(asked_for)
    for key in ("User", "WorkingDir"):
        found[key] = asked_for.get(key) or image.get(key) or ""
    for key in ("Labels", "ExposedPorts", "Volumes"):
        found[key] = {**(image.get(key) or {}), **(asked_for.get(key) or {})}
    own = list(asked_for.get("Env") or ())
    names = {entry.partition("=")[0] for entry in own}
    brought = [e for e in image.get("Env") or () if e.partition("=")[0] not in names]
    found["Env"] = sorted([*own, *brought])
    if not asked_for.get("Entrypoint"):
        if not asked_for.get("Cmd"):
            found["Cmd"] = list(image.get("Cmd") or ())
        if asked_for.get("Entrypoint") is None:
            found["Entrypoint"] = list(image.get("Entrypoint") or ())
    found["Cmd"] = list(found.get("Cmd") or ())
    entrypoint = list(found.get("Entrypoint") or ())
    found["Entrypoint"] = [] if entrypoint == [""] else entrypoint
    found["Healthcheck"] = {
        **(image.get("Healthcheck") or {}),
        **(asked_for.get("Healthcheck") or {}),
    }
    return found


@given(CONFIG, CONFIG)
def test_joined_with_the_same_image_it_is_the_same(
    wanted: dict[str, Any], image: dict[str, Any]
) -> None:
    container = merged(wanted, image)
    assert merged(asked(container, image), image) == container


@given(CONFIG, CONFIG)
def test_of_an_image_nothing_is_left_where_nothing_was_asked(
    image: dict[str, Any], newer: dict[str, Any]
) -> None:
    container = merged({}, image)
    assert merged(asked(container, image), newer) == merged({}, newer)

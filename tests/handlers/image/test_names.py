"""What goes with a name of an image: a table of Docker's rules, digests included."""

from __future__ import annotations

import pytest

from bot.hosts import listing
from bot.hosts.types import Container, Image
from handlers.image.names import Rules, Step
from tests.hosts.scripted import row

APP, BASE = "a" * 64, "b" * 64
DIGEST = "sha256:" + "d" * 64


def image(digits: str, *names: str, parent: str = "") -> Image:
    return listing.image(
        {
            "Id": f"sha256:{digits}",
            "RepoTags": [name for name in names if "@" not in name] or ["<none>:<none>"],
            "RepoDigests": [name for name in names if "@" in name] or ["<none>@<none>"],
            "ParentId": f"sha256:{parent}" if parent else "",
            "Size": 5,
        }
    )


def made_of(digits: str, state: str = "exited") -> Container:
    return listing.container(row(ImageID=f"sha256:{digits}", State=state, Names=[f"/{state}"]))


def steps(
    words: str, *images: Image, users: tuple[Container, ...] = (), force: bool = False
) -> list[Step]:
    return list(Rules(images, users, force).steps(words.split()))


def fates(found: list[Step]) -> list[tuple[str, bool, tuple[str, ...]]]:
    assert not any(step.why for step in found)
    return [(step.name, step.goes, step.left) for step in found]


TWO = image(APP, "app:1", "app:2")
DIGESTED = image(APP, "app:1", f"app@{DIGEST}")
ELSEWHERE = image(APP, "app:1", "there:5000/app:1", f"app@{DIGEST}", f"there:5000/app@{DIGEST}")


@pytest.mark.parametrize(
    ("words", "what", "fate"),
    [
        ("app:1", TWO, [("app:1", False, ("app:2",))]),
        ("app:1 app:2", TWO, [("app:1", False, ("app:2",)), ("app:2", True, ())]),
        ("docker.io/library/app:1", TWO, []),  # as it is listed, and in no other spelling
        ("app:1", DIGESTED, [("app:1", True, ())]),
        (f"app@{DIGEST}", DIGESTED, [(f"app@{DIGEST}", False, ("app:1",))]),
        (
            "app:1",
            ELSEWHERE,
            [("app:1", False, ("there:5000/app:1", f"there:5000/app@{DIGEST}"))],
        ),
        (APP[:12], image(APP), [(APP[:12], True, ())]),
        (APP[:12], DIGESTED, [(APP[:12], True, ())]),
        ("nothing", TWO, []),
    ],
)
def test_what_goes_and_what_is_left(
    words: str, what: Image, fate: list[tuple[str, bool, tuple[str, ...]]]
) -> None:
    assert fates(steps(words, what)) == fate


def test_by_its_id_it_goes_if_it_has_one_name() -> None:
    for several in (TWO, ELSEWHERE):
        (refused,) = steps(APP[:12], several)
        assert refused.why[0].one == "It has several names: {names}."
        assert fates(steps(APP[:12], several, force=True)) == [(APP[:12], True, ())]


@pytest.mark.parametrize(
    ("state", "force", "word", "goes"),
    [
        ("exited", False, "app:1", None),
        ("exited", False, APP[:12], None),
        ("exited", True, "app:1", True),
        ("exited", True, APP[:12], True),
        ("running", False, "app:1", None),
        ("running", True, "app:1", False),
        ("paused", True, APP[:12], None),
    ],
)
def test_what_is_in_use(state: str, word: str, *, force: bool, goes: bool | None) -> None:
    (step,) = steps(word, image(APP, "app:1"), users=(made_of(APP, state),), force=force)
    assert (None if step.why else step.goes) is goes
    assert [user.name.raw for user in step.users] == [state]


def test_of_several_names_one_goes_also_where_it_is_in_use() -> None:
    users = (made_of(APP),)
    first, second = steps("app:1 app:2", TWO, users=users)
    assert (first.why, first.left) == ((), ("app:2",))
    assert second.why[0].one == "{names} uses it."


def test_what_others_are_built_on_keeps_its_files() -> None:
    base, child = image(BASE, "base:1"), image(APP, "app:1", parent=BASE)
    assert fates(steps("base:1", base, child)) == [("base:1", False, ())]
    for force in (False, True):
        (refused,) = steps(BASE[:12], base, child, force=force)
        assert refused.why[0].one == "Other images are built on it: remove those first."

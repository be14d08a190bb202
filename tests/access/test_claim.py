"""The claim code: ten minutes, three guesses, once."""

from __future__ import annotations

import fcntl
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access.claim import GUESSES, MARK, TTL, Claim, file_of

NOW = 1_000_000.0
SECRET = "s" * 22
DIGEST = "0" * 64


class Scene:
    """A claim, its file and its clock."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.file = folder / "pierhead.key.claim"
        self.claim = Claim(self.file, lambda: self.now)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_the_code_is_good_once(scene: Scene) -> None:
    code = scene.claim.begin(SECRET)
    assert code == MARK + SECRET
    assert scene.claim.guess(code) is True
    assert scene.claim.guess(code) is None


def test_without_a_claim_no_code_is_right_or_wrong(scene: Scene) -> None:
    assert scene.claim.guess("_x") is None


@pytest.mark.parametrize("wrong", ["", "_", SECRET, "_S", MARK + SECRET + " ", "_\0", "_\ud800"])
def test_a_wrong_code_is_a_guess(wrong: str, scene: Scene) -> None:
    scene.claim.begin(SECRET)
    assert scene.claim.guess(wrong) is False


def test_three_wrong_guesses_close_it(scene: Scene) -> None:
    code = scene.claim.begin(SECRET)
    assert [scene.claim.guess("_x") for _ in range(GUESSES)] == [False] * 3
    assert scene.claim.guess(code) is None
    assert not scene.file.exists()


def test_the_third_guess_may_be_the_right_one(scene: Scene) -> None:
    code = scene.claim.begin(SECRET)
    for _ in range(GUESSES - 1):
        scene.claim.guess("_x")
    assert scene.claim.guess(code) is True


@pytest.mark.parametrize(
    ("after", "answer"), [(0.0, True), (TTL - 1, True), (TTL, None), (-0.5, None), (-86400, None)]
)
def test_it_lives_for_ten_minutes_also_where_the_clock_is_set_back(
    after: float, answer: object, scene: Scene
) -> None:
    code = scene.claim.begin(SECRET)
    scene.now += after
    assert scene.claim.guess(code) is answer


def test_a_new_code_replaces_the_old_one_with_its_guesses(scene: Scene) -> None:
    old = scene.claim.begin(SECRET)
    scene.claim.guess("_x")
    scene.claim.guess("_x")
    new = scene.claim.begin("t" * 22)
    assert [scene.claim.guess(old), scene.claim.guess(old)] == [False, False]
    assert scene.claim.guess(new) is True


def test_another_process_opens_and_this_one_hears_the_guess(scene: Scene) -> None:
    code = Claim(scene.file, lambda: NOW).begin(SECRET)
    assert scene.claim.guess(code) is True
    assert Claim(scene.file, lambda: NOW).guess(code) is None


def test_the_file_is_for_the_bot_alone_and_does_not_hold_the_code(scene: Scene) -> None:
    for mask in (0o000, 0o022):
        before = os.umask(mask)
        try:
            scene.claim.begin(SECRET)
            modes = [stat.S_IMODE(scene.file.stat().st_mode)]
            scene.claim.guess("_x")
            modes.append(stat.S_IMODE(scene.file.stat().st_mode))
        finally:
            os.umask(before)
        assert modes == [0o600, 0o600]
    assert SECRET not in scene.file.read_text()
    assert [p.name for p in scene.file.parent.iterdir()] == [scene.file.name]


def test_a_draft_that_was_left_behind_or_planted_is_not_written_to(
    scene: Scene, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    scene.file.with_name(f"{scene.file.name}.new").symlink_to(elsewhere)
    assert scene.claim.guess(scene.claim.begin(SECRET)) is True
    assert elsewhere.read_text() == "mine"


GOOD = {"digest": DIGEST, "until": NOW + 60, "guesses": 3}
WRONG: dict[str, tuple[object, ...]] = {
    "digest": (None, 5, "ü", "", []),
    "until": (None, "x", 10**400, float("nan"), float("inf"), NOW + TTL + 1, []),
    "guesses": (None, 0, -1, 4, 10**400, float("inf"), "x", {}),
}
BODIES = (
    *(json.dumps(GOOD | {key: value}) for key, values in WRONG.items() for value in values),
    *(json.dumps({k: v for k, v in GOOD.items() if k != key}) for key in GOOD),
    *("", "[]", "5", "null", '"x"', "{", "\0", "[" * 100_000, "9" * 5000),
)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:50])
def test_what_else_is_in_the_file_opens_nothing(body: str, scene: Scene) -> None:
    scene.file.write_text(body)
    assert not scene.claim.guess("_x")


@given(st.binary(max_size=200))
def test_no_bytes_in_the_file_open_anything(body: bytes) -> None:
    with TemporaryDirectory() as folder:
        scene = Scene(Path(folder))
        scene.file.write_bytes(body)
        assert not scene.claim.guess("_x")


def test_what_cannot_be_counted_is_not_looked_at(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """On a full or read-only disk there would be any number of guesses, and more than one use."""
    code = scene.claim.begin(SECRET)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(Path, "unlink", full)
        disk.setattr(Path, "replace", full)
        assert scene.claim.guess(code) is None
        assert [scene.claim.guess("_x") for _ in range(5)] == [None] * 5
    assert "can't be counted" in caplog.text
    assert scene.claim.guess(code) is True


def test_nobody_else_reads_or_writes_while_a_guess_is_counted_or_a_claim_opened(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else guesses at once could be more than three, and a new claim could be overwritten."""
    watched = []

    def watch(*_: object, **__: object) -> bool:
        handle = os.open(scene.file.parent, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            watched.append("alone")
        finally:
            os.close(handle)
        return False

    code = scene.claim.begin(SECRET)
    monkeypatch.setattr("bot.access.claim.hmac.compare_digest", watch)
    assert scene.claim.guess(code) is False
    monkeypatch.setattr("bot.access.claim.json.dump", watch)
    scene.claim.begin(SECRET)
    assert watched == ["alone", "alone"]


def test_guesses_at_once_are_three_as_well(scene: Scene) -> None:
    code = scene.claim.begin(SECRET)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(scene.claim.guess, ["_x"] * 24))
    assert answers.count(False) == GUESSES
    assert answers.count(None) == 24 - GUESSES
    assert scene.claim.guess(code) is None


def test_of_many_who_know_the_code_one_gets_in(scene: Scene) -> None:
    code = scene.claim.begin(SECRET)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(scene.claim.guess, [code] * 24))
    assert answers.count(True) == 1


def test_it_is_beside_the_key() -> None:
    assert file_of(Path("/state/pierhead.key")) == Path("/state/pierhead.key.claim")

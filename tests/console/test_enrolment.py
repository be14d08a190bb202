"""What the console is told at the start of a bot that nobody owns."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import cast

import pytest

from bot.config import load
from bot.enrolment import Enrolment, policy_of
from bot.i18n import ENGLISH
from bot.message import Message
from bot.reply.words import Words
from storage.database import Database
from storage.people import Owners

NONE = Owners({}, ())
WORDS = Words("en", "UTC", ENGLISH, time.time)


def told(claimed: Owners = NONE) -> list[str]:
    settings = load(None, os.environ)
    said: list[Message] = []
    policy = policy_of(settings, claimed, read_only=False)
    enrolment = Enrolment(
        settings, policy, cast("Database", None), said.append, lambda _: None, time.time
    )
    enrolment.claim(claimed, "secret")
    return [WORDS.plain(message) for message in said]


def test_it_shows_a_code(place: Path) -> None:
    first, _, last = told()
    assert first == "Nobody owns this bot yet."
    assert last == "    /start _secret"


@pytest.mark.parametrize("claimed", [Owners({42: "Ann"}, ()), Owners({}, (42,))])
def test_where_there_was_an_owner_once_it_shows_none(place: Path, claimed: Owners) -> None:
    assert told(claimed) == []


def test_a_code_that_cannot_be_kept_does_not_end_the_bot(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key may lie where the bot can only read, as a secret that was mounted."""
    monkeypatch.setenv("PIERHEAD_STORAGE__KEY_FILE", "not/there/key")
    (said,) = told()
    assert said.startswith("Nobody owns this bot yet, and no code can be kept: not/there/key.claim")

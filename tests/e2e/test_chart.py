"""What was measured, as a picture in the chat, that its caption says in words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.charts import painter
from sandbox import Phone, Sandbox
from tests.e2e.conftest import GROUP, OWNER, RUSSIAN, VIEWER
from tests.e2e.measured import flat, measured, minutes
from tests.e2e.talk import Morning, Played, ask, played, tap
from tests.hosts.scripted import CID, answer, row

HOUR, DAY = 3600.0, 86_400.0
VERSION = {"ApiVersion": "1.45", "MinAPIVersion": "1.24", "Version": "26.1.5"}


@pytest.fixture
def clock() -> Morning:
    return Morning()


@pytest.fixture
async def world(telegram: Sandbox, clock: Morning, tmp_path: Path) -> AsyncIterator[Played]:
    """Of three containers something was measured: web all day but two hours, db, and one gone."""
    async with played(telegram, tmp_path, clock) as world:
        rows = [
            row(Id=CID[:-1] + str(n), Names=[f"/{name}"]) for n, name in enumerate(("web", "db"))
        ]
        world.engine.scripts |= {
            "GET /version": answer(VERSION),
            "GET /containers/json": answer(rows),
        }
        now = clock()
        times = [at for at in minutes(now - DAY, now) if not 5 * HOUR < now - at <= 7 * HOUR]
        web = {"cpu": lambda at: 80.0 if now - at <= HOUR else 20.0, "memory": flat(3e8)}
        measured(tmp_path, "web", times, **web, received=flat(1000), sent=flat(500))
        measured(tmp_path, "db", minutes(now - DAY, now), cpu=flat(5), memory=flat(1e9))
        measured(tmp_path, "gone", minutes(now - DAY, now - HOUR), memory=flat(2e9))
        yield world


@pytest.fixture
def phone(telegram: Sandbox, world: Played) -> Phone:
    return telegram.private(OWNER)


async def test_a_picture_and_its_words(phone: Phone) -> None:
    seen = await ask(phone, "/chart cpu web 24h")
    assert seen.file
    assert seen.file.photo
    assert seen.file.pixels[0] == 3 * 390
    assert seen.text.splitlines() == [
        "web@local: CPU 22.7 % on average",
        "At least 20 %, at most 80 % (around 01:46).",
        "Since Mon 8 June 03:00; measured for 22 h of 24 h.",
    ]


async def test_those_that_used_most(phone: Phone) -> None:
    seen = await ask(phone, "/chart mem --top 2 24h")
    assert seen.file
    assert seen.file.photo
    verdict, *table = seen.text.splitlines()
    assert verdict == "local: the 2 that used most, memory"
    assert [line.split() for line in table[1:3]] == [
        ["gone", "2", "GB", "2", "GB"],
        ["db", "1", "GB", "1", "GB"],
    ]


async def test_several_that_are_named(phone: Phone) -> None:
    seen = await ask(phone, "/chart net web db 2h")
    assert seen.text.splitlines()[0] == "Network of web@local and db@local"
    assert "1.5 kB/s" in seen.text
    assert "db@local: nothing was measured" in seen.text


async def test_a_tap_shows_another_in_the_same_place(phone: Phone) -> None:
    seen = await ask(phone, "/chart cpu web")
    before = seen.file
    await tap(seen, "Memory")
    changed = await seen.changed()
    assert changed.id == seen.id
    assert changed.text.startswith("web@local: memory 300 MB on average")
    assert changed.file
    assert changed.file.photo
    assert changed.file is not before
    await tap(changed, "1 hour")
    assert (await changed.changed()).text.splitlines()[-1] == "Since 02:00."


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/chart io web 1h", "web@local: nothing was measured in the last 1 h"),
        ("/chart cpu web 1s", "Between 5 min and 731 days, please."),
        ("/chart cpu web --top 2", "Name 5 at most, or ask for --top."),
        ("/chart weight web", "weight is none of these: cpu, mem, net, io, pids."),
        ("/chart cpu wbe", "There is no wbe on local."),
    ],
)
async def test_what_can_not_be_drawn_is_said(phone: Phone, line: str, said: str) -> None:
    seen = await ask(phone, line)
    assert seen.file is None
    assert seen.text.splitlines()[0] == said


async def test_in_russian_to_a_viewer_and_in_a_group(telegram: Sandbox, world: Played) -> None:
    seen = await ask(telegram.private(RUSSIAN), "/chart cpu web")
    assert seen.text.startswith("web@local: CPU, в среднем 22,7 %")
    assert (await ask(telegram.private(VIEWER), "/chart cpu web")).file
    assert (await ask(telegram.group(GROUP, OWNER), "/chart@pierhead_bot cpu web")).file


async def test_without_what_draws_the_words_are_there(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painter.Painter, "seconds", property(lambda _: 0.0), raising=False)
    seen = await ask(phone, "/chart cpu web")
    assert seen.file is None
    assert seen.text.startswith("web@local: CPU 22.7 % on average\n")
    assert seen.text.endswith("\nThe picture could not be drawn; the log says why.")

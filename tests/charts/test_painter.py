"""Pictures are drawn by a process of its own, and nothing it does takes the bot along."""

from __future__ import annotations

import asyncio
import io
import os
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from bot.charts.painter import Painter, Undrawn
from bot.charts.sheet import sheet
from bot.i18n import catalogue
from bot.message import Untrusted, msg
from bot.reply import Chart, Line, Mark, Unit
from bot.reply.redact import Redactor
from bot.reply.words import Words
from tests.e2e.luck import eventually

NOW = 1_780_974_005.0
NO = Redactor(())
SOURCE = Path("bot/charts/paint.py").read_text()
HOSTILE = ("$\\frac{1}{0}$", "a\u202eb", "\x1b[31mred", "имя", "x" * 500)


def hostile(*names: str) -> bytes:
    words = Words("ru", "UTC", catalogue("ru"), lambda: NOW)
    marks = tuple(Mark(NOW - 600 + n * 60, n, n + 1, n + 2) for n in range(10))
    lines = tuple(Line(Untrusted(name), marks) for name in names)
    title = msg("{host}", host=Untrusted("$nas$"))
    return sheet(Chart(title, Unit.RATE, NOW - 600, NOW, 100.0, lines), words, NO)


def size(png: bytes) -> tuple[int, int]:
    wide, high = struct.unpack(">II", png[16:24])
    return wide, high


@pytest.mark.parametrize("names", [HOSTILE[:1], HOSTILE, ()])
async def test_names_are_drawn_as_text_whatever_they_are(names: tuple[str, ...]) -> None:
    wide, high = size(await Painter()(hostile(*names)))
    assert wide == 3 * 390
    assert wide / 20 < high < 2 * wide  # what Telegram takes as a photo, and a phone shows whole


@pytest.mark.parametrize("after", [0, 60, 1200])
async def test_a_time_at_the_edge_is_not_cut(after: int) -> None:
    midnight = 1_795_737_600.0
    since, until = midnight + after - 86_400, midnight + after
    line = Line(Untrusted("web"), (Mark(since, 1, 1, 1), Mark(until, 1, 1, 1)))
    chart = Chart(msg("CPU"), Unit.PERCENT, since, until, 1e9, (line,))
    png = await Painter()(sheet(chart, Words("en", "UTC", catalogue("en"), lambda: until), NO))
    with Image.open(io.BytesIO(png)) as drawn:
        edge = drawn.convert("RGB").crop((drawn.width - 4, 0, drawn.width, drawn.height))
        assert edge.getcolors() == [(edge.width * edge.height, (0xF7, 0xF7, 0xF4))]


def program(folder: Path, text: str) -> Painter:
    path = folder / "paint.py"
    path.write_text(text)
    return Painter(path, seconds=2.0)


@pytest.mark.parametrize(
    "text",
    [
        "raise SystemExit(3)",
        "print('no picture')",
        "import time; time.sleep(1000)",
        "import sys\nwhile True: sys.stdout.write('x' * 65536)",
        "import os; os.close(0); os.kill(os.getpid(), 9)",
    ],
)
async def test_a_program_that_fails_is_ended_and_said_so(tmp_path: Path, text: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Undrawn):
        await program(tmp_path, text)(b"x" * 1_000_000)
    assert time.monotonic() - begun < 20


async def test_it_gets_no_more_memory_than_it_may(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    greedy = SOURCE.replace("given = sys", "bytearray(2 * MEMORY)\n    given = sys")
    with pytest.raises(Undrawn):
        await program(tmp_path, greedy)(b"{}")
    assert "MemoryError" in caplog.text


async def test_who_gives_up_leaves_no_process_behind(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    text = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(1000)"
    drawing = asyncio.ensure_future(program(tmp_path, text)(b""))
    await eventually(lambda: pid.exists() and pid.read_text() != "")
    drawing.cancel()
    await asyncio.gather(drawing, return_exceptions=True)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


async def test_it_sees_nothing_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PIERHEAD_TELEGRAM__TOKEN", "a secret")
    with pytest.raises(Undrawn):
        await program(tmp_path, "import os; raise SystemExit(str(dict(os.environ)))")(b"")
    assert "MPLCONFIGDIR" in caplog.text
    assert "a secret" not in caplog.text


def test_the_bot_itself_never_loads_what_draws() -> None:
    look = "import sys, bot.app, bot.demo, handlers; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", look], check=True, timeout=120)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hosts import status
from bot.hosts.status import Status

DAY = 86_400.0


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Up 41 days (healthy)", Status(ago=41 * DAY, health="healthy")),
        ("Up 5 minutes (unhealthy)", Status(ago=300, health="unhealthy")),
        ("Up About a minute (health: starting)", Status(ago=60, health="starting")),
        ("Up 5 minutes (Paused)", Status(ago=300)),
        ("Up Less than a second", Status(ago=0)),
        ("Up 1 second", Status(ago=1)),
        ("Up About an hour", Status(ago=3600)),
        ("Up an hour", Status(ago=3600)),
        ("Up 2 weeks", Status(ago=14 * DAY)),
        ("Up 3 months", Status(ago=90 * DAY)),
        ("Up 2 years", Status(ago=730 * DAY)),
        ("Up 3 minutes ago", Status(ago=180)),
        ("Exited (137) 4 minutes ago", Status(exit_code=137, ago=240)),
        ("Exited (0) About an hour ago", Status(exit_code=0, ago=3600)),
        ("Exited (-1) 2 seconds ago", Status(exit_code=-1, ago=2)),
        ("Exited (1)", Status(exit_code=1)),
        ("Restarting (1) 3 seconds ago", Status(exit_code=1, ago=3)),
        ("Exited (1) a while ago", Status(exit_code=1)),
        ("Created", Status()),
        ("Dead", Status()),
        ("Removal In Progress", Status()),
        ("", Status()),
        ("Exited (99999999999999) 1 second ago", Status()),
        ("Läuft seit 3 Tagen", Status()),
    ],
)
def test_reads_dockers_sentence(sentence: str, told: Status) -> None:
    assert status.read(sentence) == told


@given(st.text() | st.from_regex(r"(Up|Exited|Restarting) ?\(?.{0,20}\)?.{0,20}"))
def test_any_sentence_is_read(sentence: str) -> None:
    assert isinstance(status.read(sentence), Status)

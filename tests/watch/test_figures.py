"""Figures as rules name them, from two sweeps; what is old or unsure is not known."""

from __future__ import annotations

from dataclasses import replace

from bot.hosts.types import Machine, Stats, Sweep
from bot.message import Untrusted
from bot.watch.figures import Figures
from bot.watch.subject import Subject
from bot.watch.watched import Watched

WEB = Watched("web", "1", Subject("nas", "web"), running=True)


def sweep(asked: float, **figures: float | None) -> Sweep:
    known: dict[str, int | float | None] = {
        "cpu": 50.0,
        "memory": 250,
        "limit": 1000,
        "received": 0,
        "sent": 0,
        "read": 0,
        "written": 0,
        "pids": 3,
    }
    stats = Stats(id="1", name=Untrusted("web"), **(known | figures))  # type: ignore[arg-type] # by name
    return Sweep(asked, {"1": stats}, machine=Machine(30.0, 8, 16, 91.0))


def test_figures_and_rates() -> None:
    now = 100.0
    figures = Figures(45.0, lambda: now)
    assert figures.value(WEB, "cpu") is None
    figures.take(sweep(10.0))
    assert [figures.value(WEB, m) for m in ("cpu", "mem", "mem_bytes", "pids")] == [50, 25, 250, 3]
    assert figures.value(WEB, "net") is None
    figures.take(sweep(20.0, received=50, sent=50, read=10, limit=0, cpu=None))
    assert [figures.value(WEB, m) for m in ("net", "io")] == [10.0, 1.0]
    assert [figures.value(WEB, m) for m in ("cpu", "mem")] == [None, None]
    figures.take(sweep(30.0))
    assert figures.value(WEB, "net") is None, "it counts from nothing"
    now = 145.0
    assert figures.value(WEB, "cpu") is None, "too old"


def test_figures_of_the_host_and_the_age_of_a_container() -> None:
    now = 100.0
    figures = Figures(45.0, lambda: now)
    of_host = ("host_cpu", "host_mem", "disk")
    assert [figures.host(m) for m in of_host] == [None] * 3
    figures.take(sweep(10.0))
    assert [figures.host(m) for m in of_host] == [30, 50, 91]
    assert figures.value(WEB, "age") is None
    now = 145.0
    assert [figures.host(m) for m in of_host] == [None] * 3, "too old"
    assert figures.value(replace(WEB, created=45.0), "age") == 100.0

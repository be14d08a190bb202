"""Probes of the configuration, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.watch.probe import Probe
from tests.config.test_alerts import made
from tests.config.test_problems import in_file

FORM = "It must be http:// or https:// and a host, or tcp:// with a host and a port."


def test_a_probe(tmp_path: Path) -> None:
    text = (
        '[[alert]]\nname = "shop"\nprobe = "https://shop.example:8443/health?x=1"\nevery = "30s"\n'
        'timeout = "5s"\nstatus = 204\ncontains = "ok"\non = "host:nas"\nfor = "2m"\n'
        '[[alert]]\nname = "db"\nprobe = "tcp://db:5432"'
    )
    found = made(tmp_path, text)
    shop, db = found["shop"], found["db"]
    assert shop.when == Probe(
        "https://shop.example:8443/health?x=1", 30.0, 5.0, 204, "ok", host="nas"
    )
    assert shop.wait == 120.0
    assert db.when == Probe("tcp://db:5432", 60.0, 10.0)


@pytest.mark.parametrize(
    ("text", "key", "sentence"),
    [
        ('probe = "ftp://a/"', "probe", FORM),
        ('probe = "tcp://a"', "probe", FORM),
        ('probe = "tcp://a:1/x"', "probe", FORM),
        ('probe = "http://a:99999/"', "probe", FORM),
        ('probe = "http:///x"', "probe", FORM),
        ('probe = "http://a/ b"', "probe", FORM),
        ('probe = "https://me:secret@a/"', "probe", "It must hold no name and no password."),
        ('probe = "http://a"\nwhen = "oom"', "probe", "Both when and probe: one must go."),
        ('when = "oom"\nevery = "5s"', "every", "It is for a probe only."),
        (
            'probe = "tcp://a:1"\nstatus = 200',
            "status",
            "Only HTTP has that: tcp:// only connects.",
        ),
        ('probe = "http://a"\nstatus = 20', "status", "It must be a status of HTTP: 100 to 599."),
        ('probe = "http://a"\non = "web"', "on", "Of a probe it can only say a host: host:nas."),
        (
            'probe = "http://a"\non = "host:n*"',
            "on",
            "Of a probe it can only say a host: host:nas.",
        ),
        ('probe = "http://a"\nclear = "cpu < 1%"', "clear", "It needs a when beside it."),
    ],
)
def test_what_is_wrong_with_one(tmp_path: Path, text: str, key: str, sentence: str) -> None:
    ((found, _, said),) = in_file(tmp_path, f'[[alert]]\nname = "a"\n{text}')
    assert (found, said) == (f"alert[0].{key}", sentence)

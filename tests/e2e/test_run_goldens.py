"""What is shown before something is made, and what is said of it after, to the letter."""

from __future__ import annotations

import pytest

from sandbox import Sandbox
from tests.e2e.conftest import OWNER, RUSSIAN, Clock, Pierhead
from tests.e2e.golden import Goldens
from tests.e2e.making import agreed
from tests.e2e.talk import Morning, ask, shows
from tests.private_engine import Engine

PLAN = (
    "/run -d --name web --rm -p 8080:80 -p 127.0.0.1:8443:443 -v data:/data -v /srv/web:/web:ro"
    " --network shop -e A=b -e PASSWORD=c -m 256m --cpus 1.5 -u 1000:1000"
    " --entrypoint sh busybox -c 'sleep 1000'"
)
OVER = {"en": "exit code", "ru": "код выхода"}
ROOT = "/create --name web --privileged --pid host busybox"


@pytest.fixture
def clock() -> Clock:
    return Morning()


@pytest.mark.parametrize(("person", "language"), [(OWNER, "en"), (RUSSIAN, "ru")])
async def test_goldens(
    pierhead: Pierhead,
    telegram: Sandbox,
    engine: Engine,
    clock: Clock,
    person: int,
    language: str,
) -> None:
    golden, phone = Goldens(language), telegram.private(person)
    engine.docker("run", "-d", "--name", "shop", "-p", "8080:80", "busybox", "sleep", "1000")
    async with pierhead.running():
        golden.check("run-plan", await ask(phone, PLAN))
        golden.check("create-root", await ask(phone, ROOT))
        taken = "/run -d --name web -p 8080:80 busybox"
        golden.check("run-port", await agreed(phone, taken))
        engine.docker("create", "--name", "other", "busybox")
        golden.check("run-name", await ask(phone, "/run -d --name other busybox"))
        gone = "/run -d --name web busybox sh -c 'echo why; exit 1'"
        golden.check("run-ended", await ask(phone, gone))
        script = "sh -c 'echo out; echo err >&2; exit 1'"
        seen = await ask(phone, f"/run --name job busybox {script}")
        golden.check("run", await shows(seen, OVER[language]))

"""Who may start what holds the host: an operator may, where it only mounts a folder."""

from __future__ import annotations

import pytest

from sandbox import Sandbox
from tests.e2e.conftest import OPERATOR, OWNER, Clock, Pierhead
from tests.e2e.talk import ask, shows, tap
from tests.private_engine import Engine


@pytest.mark.parametrize("verb", ["start", "restart"])
async def test_an_operator_starts_what_only_mounts_a_folder(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, verb: str
) -> None:
    for name, options in (
        ("plain", ("-v", "/srv/config:/config")),
        ("whole", ("-v", "/:/host")),
        ("priv", ("--privileged",)),
    ):
        engine.docker("create", "--name", name, *options, "busybox", "sleep", "1000")

    def state(name: str) -> str:
        return engine.docker("inspect", "-f", "{{.State.Status}}", name)

    async with pierhead.running():
        otto = telegram.private(OPERATOR)
        for name, why in (
            ("whole", "It mounts / of the host."),
            ("priv", "It is privileged."),
        ):
            denied = await ask(otto, f"/{verb} {name}")
            lines = denied.text.splitlines()
            assert lines[:2] == [f"Not done: {verb} {name}@local", why]
            assert "engine.root" in denied.text
            assert lines[-1] == "Nothing was changed."
            assert state(name) == "created"
        both = await ask(otto, f"/{verb} plain priv")
        assert "priv: It is privileged." in both.text
        assert state("plain") == "created"
        seen = await ask(otto, f"/{verb} plain")
        if verb == "start":
            await tap(seen, "Start plain@local")
        await shows(seen, "tarted plain@local.")
        seen = await ask(telegram.private(OWNER), f"/{verb} whole")
        if verb == "start":
            await tap(seen, "Start whole@local")
        await shows(seen, "tarted whole@local.")
        assert state("whole") == "running"
        # it runs already: nothing is given that is not there
        assert (await ask(otto, "/restart -t 0 whole")).text == "Restarted whole@local."

"""/stack ls and /stack ps of many: pages, orders, and what is asked for of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, Clock
from tests.e2e.talk import ask, monospace_of, played, screen, tap, verdict
from tests.hosts.scripted import answer, row

LABEL = "com.docker.compose."


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


async def test_lists_are_narrowed_ordered_and_paged(
    telegram: Sandbox, phone: Phone, tmp_path: Path, clock: Clock
) -> None:
    def one(n: int, stack: str, **more: object) -> dict[str, object]:
        labels = {f"{LABEL}project": stack, f"{LABEL}service": f"s{n}"}
        fields: dict[str, object] = {"Id": f"{n:064x}", "Names": [f"/{stack}-s{n}-1"], "Created": n}
        return row(Labels=labels, **fields | more)

    down = {"State": "exited", "Status": "Exited (0) 2 hours ago"}
    rows = [one(n, f"app-{n:02}") for n in range(20)]
    rows += [one(100 + n, "media", **(down if n < 3 else {})) for n in range(20)]
    async with played(telegram, tmp_path, clock) as world:
        world.engine.scripts["GET /containers/json"] = answer(rows)
        first = await ask(phone, "/stack ls")
        assert screen(first)[:2] == ["local: 21 stacks", "Page 1 of 2"]
        assert screen(first)[2].startswith("● media ")
        assert first.buttons[3:] == [
            ["Open…"],
            ["Page 2"],
            ["By name", "Newest first"],
            ["Refresh"],
        ]
        await tap(first, "Newest first")
        newest = await first.changed()
        assert screen(newest)[2].split()[1] == "media"
        await tap(newest, "Page 2")
        assert screen(await newest.changed())[2].split()[1] == "app-05"
        some = await ask(phone, "/stack ls -q --filter name=^app-0[12] --filter name=dia")
        assert some.text.splitlines() == ["local: 3 stacks", "media", "app-01", "app-02"]
        wrong = await ask(phone, "/stack ls --filter name=a)(")
        assert "is not a pattern" in wrong.text
        inside = await ask(phone, "/stack ps media")
        assert screen(inside)[:2] == ["media@local: 17 of 20 up", "Page 1 of 2"]
        assert inside.buttons == [
            ["Page 2"],
            ["By name", "By state"],
            ["Refresh"],
            ["Logs"],
            ["Start media@local"],
        ]
        await tap(inside, "By state")
        assert "exited" in screen(await inside.changed())[2]
        for asked in (
            "--status exited",
            "--filter status=exited",
            "--status exited --filter status=dead",
        ):
            ended = await ask(phone, f"/stack ps media {asked}")
            assert len(monospace_of(ended)) == 3
        assert await verdict(phone, "/stack ps media --status paused") == (
            "media@local: no container is paused"
        )

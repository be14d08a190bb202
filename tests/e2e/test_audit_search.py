"""/audit: by person, command, target, outcome and time, in pages."""

from __future__ import annotations

import re

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OPERATOR, OWNER, VIEWER, Clock, Pierhead
from tests.e2e.talk import ask, tap, verdict
from tests.private_engine import Engine

NOTHING = "The audit log holds nothing like that."


async def lines(phone: Phone, line: str) -> list[str]:
    """The entries of the answer, without number and time."""
    _, *found = (await ask(phone, line)).text.splitlines()
    return [re.sub(r"^#\d+ (\w+ \d+ \w+ )?\d\d:\d\d ", "", entry) for entry in found]


async def test_who_did_what(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock
) -> None:
    engine.docker("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    async with pierhead.running():
        owner, operator = telegram.private(OWNER), telegram.private(OPERATOR)
        await ask(operator, "/restart -t 0 web")
        await ask(telegram.private(VIEWER), "/restart web")
        await ask(owner, "/rm --time 3 web")
        asked = await ask(owner, "/rm -f web")
        every = await lines(owner, "/audit")
        assert every == [
            "owner (…0042): rm -f web, waits for an answer",
            "viewer (…0008): restart web, denied",
            "ops-1 (…0007): restart -t 0 web, done",
        ]
        await tap(asked, "Remove web@local")
        await asked.changed()
        assert (await lines(owner, "/audit -c rm")) == ["owner (…0042): rm -f web, done"]
        for who in (OPERATOR, "ops-1", "OPS-1", "0007", "…0007"):
            assert (await lines(owner, f"/audit -u {who}")) == every[2:]
        assert (await lines(owner, "/audit -u me -c rm"))[0] == "owner (…0042): rm -f web, done"
        unknown = await ask(owner, "/audit -u nobody")
        assert unknown.text.splitlines()[0] == "I know nobody called nobody."
        assert "ops-1 (…0007)" in unknown.text
        assert (await lines(owner, "/audit -o denied")) == every[1:2]
        assert every[2] in await lines(owner, "/audit -t web")
        assert every[2] in await lines(owner, "/audit --since 1h -c 'container restart'")
        steps = await lines(owner, "/audit --all -c restart -u 7")
        assert [step.rpartition(", ")[2] for step in steps] == ["done", "under way", "asked"]
        for line in ("/audit --until 1h", "/audit -t nothing", "/audit -u 999 -c ps"):
            assert await verdict(owner, line) == NOTHING
        assert "none of these" in await verdict(owner, "/audit -o well")
        assert "is no time" in await verdict(owner, "/audit --since never")


async def test_pages(pierhead: Pierhead, telegram: Sandbox, engine: Engine) -> None:
    async with pierhead.running():
        phone = telegram.private(OWNER)
        for n in range(11):
            await ask(phone, f"/logs none-{n}")
        seen = await ask(phone, "/audit -o failed")
        assert seen.text.splitlines()[0] == "Audit: 8 shown, newest first"
        assert "none-10" in seen.text
        assert seen.buttons == [["Older"]]
        await tap(seen, "Older")
        older = await seen.changed()
        assert [re.search(r"none-\d", line) is not None for line in older.text.splitlines()] == [
            False,
            *[True] * 3,
        ]
        assert older.buttons == [["Newest"]]
        await tap(older, "Newest")
        assert (await older.changed()).text == seen.text


async def test_who_counts_on_some_hosts_reads_of_those(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    pierhead.environment |= {
        "PIERHEAD_HOSTS__NAS__URL": engine.url,
        f"PIERHEAD_ACCESS__PEOPLE__{OPERATOR}__ROLE": "admin",
        f"PIERHEAD_ACCESS__PEOPLE__{OPERATOR}__HOSTS": "nas",
    }
    async with pierhead.running():
        owner, some = telegram.private(OWNER), telegram.private(OPERATOR)
        await ask(owner, "/logs @local here")
        await ask(owner, "/logs @nas there")
        assert len(await lines(owner, "/audit -c logs")) == 2
        assert await lines(some, "/audit -c logs") == ["owner (…0042): logs there @nas, failed"]
        assert len(await lines(some, "/audit --all -c logs")) == 2

"""Rules of alerts: shown, made, changed and removed in a chat, while the bot runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.watch import logrules
from sandbox import Sandbox
from tests.e2e.conftest import GROUP, OPERATOR, OWNER, VIEWER, Clock, Pierhead
from tests.e2e.luck import audited, count, eventually
from tests.e2e.measured import flat, measured, minutes
from tests.e2e.talk import Played, ask, played, tap, verdict
from tests.e2e.test_alerts import run, saying, started, told
from tests.private_engine import Engine

BUSY = ("sh", "-c", "while true; do :; done")
RULES = [
    ["exited", "oom"],
    ["unhealthy", "restart-loop"],
    ["unreachable", "disk"],
    ["disk-critical"],
]


def lines(text: str) -> list[str]:
    return text.splitlines()


async def test_a_rule_that_was_typed_fires_and_its_end_is_told_when_it_is_removed(
    watching: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    phone = telegram.private(OWNER)
    run(engine, "web", command=BUSY)
    async with watching.running():
        await started(tmp_path, clock, 1)
        made = await ask(phone, "/alert add cpu > 20% clear cpu < 10% for 20s on web*")
        *said, who, _ = lines(made.text)
        assert who.startswith("Made by owner (…0042), ")
        assert said == [
            "Rule cpu-web: warning",
            "Fires when cpu > 20%.",
            "It must hold for 20 s.",
            "It is over when cpu < 10%.",
            "About web*.",
            "It tells this chat.",
        ]
        card = await told(phone, clock, "Warning: web@local")
        assert "cpu is " in card.text
        measured(tmp_path, "web", minutes(clock() - 3600, clock()), cpu=flat(50))
        phone.unseen()
        await tap(card, "Chart")
        drawn = await phone.wait()
        assert drawn.text.startswith("web@local: CPU ")
        assert drawn.text.endswith(" of 3 h.")
        assert drawn.file
        assert drawn.file.photo
        seen = await ask(phone, "/alert show cpu-web")
        assert lines(seen.text)[-1] == "Fires now: web@local"
        question = await ask(phone, "/alert rm cpu-web")
        assert question.buttons == [["Keep it"], ["Remove rule cpu-web"]]
        await tap(question, "Remove rule cpu-web")
        await eventually(lambda: len(saying(phone, "No longer watched: web@local")) == 2, clock)
        assert not saying(phone, "Resolved"), "nobody has seen that"
        assert saying(phone, "Rule cpu-web was removed, or rests.")
        await eventually(lambda: count(tmp_path, "alert_state", "kind = 'card'") == 0, clock)
        assert (await ask(phone, "/alert ls")).text == "Nothing fires."
        assert await verdict(phone, "/alert show cpu-web") == "There is no rule cpu-web."


ADMIN, SCOPED = OPERATOR, VIEWER
SOME = {
    "PIERHEAD_FEATURES__WATCH": "true",
    f"PIERHEAD_ACCESS__PEOPLE__{ADMIN}__ROLE": "admin",
    f"PIERHEAD_ACCESS__PEOPLE__{SCOPED}__ROLE": "admin",
    f"PIERHEAD_ACCESS__PEOPLE__{SCOPED}__HOSTS": "nas",
    "PIERHEAD_HOSTS__NAS__URL": "unix:///nowhere/docker.sock",
}


@asynccontextmanager
async def bot(
    telegram: Sandbox, folder: Path, clock: Clock, more: dict[str, str], without: str = ""
) -> AsyncIterator[Played]:
    """A bot that watches one played Engine, and one that is silent."""
    async with played(telegram, folder, clock, starts=False) as world:
        world.pierhead.environment |= more
        world.pierhead.environment.pop(without, None)
        async with world.pierhead.running():
            yield world


async def test_rules_are_listed_and_what_is_built_in_can_be_changed_and_put_back(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    phone = telegram.private(ADMIN)
    async with bot(telegram, tmp_path, clock, SOME):
        listed = await ask(phone, "/alert rules")
        assert lines(listed.text)[0] == "7 rules"
        assert listed.buttons == RULES
        changed = await ask(phone, "/alert edit unhealthy for 10m severity critical")
        assert lines(changed.text)[0] == "Rule unhealthy: critical"
        assert "It must hold for 10 min." in changed.text
        assert "A gap of 1 min does not end it." in changed.text, "what was not said stays"
        assert "It tells the owners." in changed.text
        assert "Built in, changed by ops-1" in changed.text
        off = await ask(phone, "/alert off exited")
        assert "It is switched off." in off.text
        assert "exited: off" in (await ask(phone, "/alert rules")).text
        refused = await ask(phone, "/alert rm oom")
        assert lines(refused.text)[0] == "Rule oom is built in: it can't be removed."
    async with bot(telegram, tmp_path, clock, SOME):
        assert "It must hold for 10 min." in (await ask(phone, "/alert show unhealthy")).text
        back = await ask(phone, "/alert rm -f unhealthy")
        assert "It must hold for 1 min." in back.text
        assert "Built in." in back.text
        on = await ask(phone, "/alert on exited")
        assert "It is switched off." not in on.text
    assert [e["outcome"] for e in audited(tmp_path, "alert off")] == ["requested", "finished"]


async def test_a_rule_is_looked_at_only_where_its_author_may_have_one(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    phone = telegram.private(SCOPED)
    async with bot(telegram, tmp_path, clock, SOME):
        made = await ask(phone, "/alert add cpu > 80% name busy")
        assert "Only of nas: its author may see no other." in made.text
        there = await ask(phone, "/alert add cpu > 80% on host:local")
        assert lines(there.text)[0] == "Not done: add a rule"
        built_in = await ask(phone, "/alert edit oom for 10m")
        assert lines(built_in.text)[0] == "Not done: change a rule"
        assert "Nothing was changed." in built_in.text
    fewer = SOME | {f"PIERHEAD_ACCESS__PEOPLE__{SCOPED}__ROLE": "viewer"}
    async with bot(telegram, tmp_path, clock, fewer):
        seen = await ask(telegram.private(ADMIN), "/alert show busy")
        assert "It rests: they may not have rules there any more." in seen.text
        assert lines(seen.text)[-1] == "It is not looked at."
        assert await verdict(phone, "/alert add pids > 5") == "Not done: add a rule"


async def test_what_is_built_in_is_for_who_may_change_rules_everywhere(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    """Narrowed to one host by somebody, it is still no rule of that host alone."""
    phone, other = telegram.private(ADMIN), telegram.private(SCOPED)
    async with bot(telegram, tmp_path, clock, SOME):
        await ask(phone, "/alert edit unhealthy for 10m on host:nas")
        for line in ("edit unhealthy for 1m", "off unhealthy", "on unhealthy", "rm -f unhealthy"):
            refused = await ask(other, f"/alert {line}")
            assert lines(refused.text)[0].startswith("Not done: ")
            assert "It needs alert.edit on local." in refused.text
        seen = await ask(other, "/alert show unhealthy")
        assert "It must hold for 10 min." in seen.text
        assert "Built in, changed by ops-1" in seen.text
        assert seen.buttons == [["All rules"]]


async def test_of_hosts_that_one_may_not_see_nothing_is_told(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    phone, other = telegram.private(ADMIN), telegram.private(SCOPED)
    apart = SOME | {f"PIERHEAD_ACCESS__PEOPLE__{ADMIN}__HOSTS": "local"}
    async with played(telegram, tmp_path, clock, starts=False) as world:
        world.pierhead.environment |= apart
        world.pierhead.file = tmp_path / "config.toml"
        held = '[[maintenance]]\nhours = "00:00-00:00"\non = "db host:local"\n'
        world.pierhead.file.write_text(held)
        async with world.pierhead.running():
            assert "Maintenance: db on local" in (await ask(phone, "/alert ls")).text
            assert "local" not in (await ask(other, "/alert ls")).text
            made = await ask(other, "/alert add cpu > 80% name busy")
            assert "Only of nas: its author may see no other." in made.text
            assert "nas" not in (await ask(phone, "/alert show busy")).text


async def test_a_rule_about_a_log_takes_the_right_to_read_it(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    """What a pattern matches tells, letter by letter, what stands there."""
    phone, peeks = telegram.private(SCOPED), "/alert add log /pin=1/ > 0 in 1m on host:nas"
    async with bot(telegram, tmp_path, clock, SOME):
        assert "Rule pin: warning" in (await ask(phone, f"{peeks} name pin")).text
    roles = tmp_path / "roles.toml"
    roles.write_text('[access.roles.blind]\nallow = ["alert.*"]\n')
    blind = SOME | {f"PIERHEAD_ACCESS__PEOPLE__{SCOPED}__ROLE": "blind"}
    async with played(telegram, tmp_path, clock, starts=False) as world:
        world.pierhead.environment |= blind
        world.pierhead.file = roles
        async with world.pierhead.running():
            refused = await ask(phone, peeks)
            assert lines(refused.text)[0] == "Not done: add a rule"
            assert "It needs container.logs on nas." in refused.text
            seen = await ask(phone, "/alert show pin")
            assert "It rests: they may not have rules there any more." in seen.text


async def test_a_group_is_told_of_what_the_author_may_see_and_no_longer_than_that(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    group, phone = telegram.group(GROUP, SCOPED), telegram.private(OWNER)
    silent = SOME | {"PIERHEAD_HOSTS__LOCAL__URL": "unix:///nowhere/docker.sock"}
    async with bot(telegram, tmp_path, clock, silent):
        await ask(group, "/alert@pierhead_bot add unreachable severity info name silent")
        card = await told(group, clock, "Note: nas", 1)
        await told(phone, clock, "CRITICAL local", 1)  # which the owners hear of both
        assert not saying(group, "Note: local")
    fewer = silent | {f"PIERHEAD_ACCESS__PEOPLE__{SCOPED}__ROLE": "viewer"}
    async with bot(telegram, tmp_path, clock, fewer):
        await eventually(lambda: len(saying(group, "No longer watched: nas")) == 2, clock, 1)
        edited, reply = saying(group, "No longer watched: nas")
        assert (edited.id, reply.reply_to) == (card.id, card.id)
        assert not saying(group, "local")


async def test_a_rule_of_the_config_is_changed_there(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    phone = telegram.private(ADMIN)
    async with played(telegram, tmp_path, clock, starts=False) as world:
        world.pierhead.environment |= SOME
        world.pierhead.file = tmp_path / "config.toml"
        world.pierhead.file.write_text('[[alert]]\nname = "exited"\nfor = "5m"\n')
        async with world.pierhead.running():
            seen = await ask(phone, "/alert show exited")
            assert "From the config." in seen.text
            assert seen.buttons == [["All rules"]]
            for line in ("edit exited for 1m", "off exited", "rm -f exited"):
                refused = await ask(phone, f"/alert {line}")
                assert "It stands in the config: it is changed there." in refused.text
                assert refused.text.startswith("Not done: ")


async def test_a_rule_of_a_group_tells_it_as_long_as_it_is_linked(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    group, phone = telegram.group(GROUP, ADMIN), telegram.private(ADMIN)
    async with bot(telegram, tmp_path, clock, SOME):
        made = await ask(group, "/alert@pierhead_bot add pids > 500 name many")
        assert "It tells this chat." in made.text
        assert "It tells 1 chat." in (await ask(phone, "/alert show many")).text
    link = f"PIERHEAD_ACCESS__CHATS___{-GROUP}__HOSTS"
    async with bot(telegram, tmp_path, clock, SOME, without=link):
        seen = await ask(phone, "/alert show many")
        assert "It rests: its chat may not be told any more." in seen.text


@pytest.mark.parametrize(
    ("line", "verdict_"),
    [
        ("/alert add", "When does it fire? Write the condition first, as in /alert add cpu > 80%"),
        ("/alert add cpu > 80% for ever", "ever is no time up to 24 h: write 30s / 5m / 1h30m."),
        ("/alert add cpu > 80% for", "for needs a value."),
        ("/alert add cpu > 80% for 1m for 2m", "for is there twice: one must go."),
        ("/alert add cpu > 80% on host:moon", "There is no host moon."),
        ("/alert add cpu > 80% severity bad", "bad is none of info, warning and critical."),
        ("/alert add cpu > 80% name oom", "There is a rule oom already."),
        ("/alert add cpu > 80% | wc", "No shell runs here, so | can't be used."),
        ("/alert show moon", "There is no rule moon."),
        ("/alert edit oom", "What shall be another? Write /alert edit oom for 10m."),
    ],
)
async def test_what_can_t_be_understood_is_said(
    telegram: Sandbox, tmp_path: Path, clock: Clock, line: str, verdict_: str
) -> None:
    async with bot(telegram, tmp_path, clock, SOME):
        assert (await verdict(telegram.private(ADMIN), line)).startswith(verdict_)


async def test_logs_that_are_too_many_to_follow_are_told_where_rules_are_listed(
    watching: Pierhead,
    telegram: Sandbox,
    engine: Engine,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(logrules, "MOST", 1)
    phone = telegram.private(OWNER)
    for name in ("web", "db"):
        run(engine, name)
    async with watching.running():
        await started(tmp_path, clock, 2)
        assert "not followed" not in (await ask(phone, "/alert rules")).text
        wrong = await ask(phone, "/alert add log /ERROR now/ > 5")
        assert wrong.text.startswith("I can't read log /ERROR now/ > 5: write it like log /ERROR")
        await ask(phone, "/alert add 'log /ERROR now/ > 5 in 10m' name errors")
        await eventually(lambda: "are not followed" in caplog.text, clock)
        listed = await ask(phone, "/alert rules")
        assert lines(listed.text)[1] == "local: 1 log is not followed, 1 at once is all."


async def test_a_group_reads_along_and_only_who_may_takes_an_alert(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    owner, viewer = telegram.group(GROUP, OWNER), telegram.group(GROUP, VIEWER)
    silent = SOME | {f"PIERHEAD_ACCESS__PEOPLE__{VIEWER}__ROLE": "viewer"}
    async with bot(telegram, tmp_path, clock, silent):
        await ask(owner, "/alert@pierhead_bot add unreachable severity critical name silent")
        await told(owner, clock, "CRITICAL nas", 1)
        for label in ("I have it", "Snooze 1 h"):
            await tap(saying(viewer, "CRITICAL nas")[0], label)
            await told(viewer, clock, "You are viewer. It needs alert.")
            assert "Nobody has this yet." in saying(owner, "CRITICAL nas")[0].text
        asked = await ask(viewer, "/silence@pierhead_bot @nas for 1h")
        assert lines(asked.text)[0].startswith("Not done: ")
        await tap(saying(owner, "CRITICAL nas")[0], "I have it")
        await told(owner, clock, "has it. I ask again at", 1)


async def test_a_rule_tells_whom_its_author_names_and_nobody_else(
    telegram: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    group, admin, owner = (
        telegram.group(GROUP, OPERATOR),
        telegram.private(ADMIN),
        telegram.private(OWNER),
    )
    silent = SOME | {"PIERHEAD_HOSTS__LOCAL__URL": "unix:///nowhere/docker.sock"}
    async with bot(telegram, tmp_path, clock, silent):
        rule = "/alert@pierhead_bot add unreachable on host:nas severity info"
        mine = await ask(group, f"{rule} name mine tell me")
        assert "It tells 1 chat." in mine.text
        await told(admin, clock, "Note: nas", 1)
        assert not saying(group, "Note: nas")
        wrong = await verdict(admin, "/alert edit mine tell everybody")
        assert wrong == "everybody is none of here, me and owners."
        edited = await ask(admin, "/alert edit mine tell owners for 5s")
        assert "It tells the owners." in edited.text
        clock.advance(600)
        await ask(admin, f"{rule.replace('@pierhead_bot', '')} name ours tell owners")
        await told(owner, clock, "Note: nas", 1)
        assert not saying(group, "Note: nas")
        refused = await ask(admin, "/alert edit oom tell me")
        assert lines(refused.text)[0] == "Whom oom tells stands in the config."

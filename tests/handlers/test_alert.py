"""Who may take an alert, or put it off: only who may do that on the host that it is about."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from bot.access.policy import Policy, Role, Subject
from bot.command.build import Builder
from bot.command.call import Call
from bot.command.registry import Registry
from bot.command.turns import Turns
from bot.errors import Conflict, Denied, UsageError
from bot.message import Person, Untrusted
from handlers import COMMANDS
from handlers.alert.past import whole
from handlers.alert.taken import ack, snooze
from tests.command.samples import request, services


@dataclass
class Watch:
    """A watcher with one card, of the host `nas`."""

    done: list[tuple[object, ...]] = field(default_factory=list)

    def host_of(self, card: str) -> str | None:
        return "nas" if card == "c1" else None

    async def take(self, card: str, person: int, name: str) -> bool:
        self.done.append((card, person, name))
        return True

    async def snooze(self, card: str, seconds: float | None) -> bool:
        self.done.append((card, seconds))
        return True


def asked(line: str, watch: Watch, *hosts: str) -> Call:
    role = Role("operator", ("alert.*",))
    person = request(line).actor.id
    subject = Subject(Person(Untrusted("ops-1"), person), role, frozenset(hosts))
    known = services(registry=Registry(COMMANDS, frozenset()))
    known = replace(known, policy=Policy([subject]), watch=watch)
    (call,) = Builder(7, known, Turns()).typed(request(line))
    return call


async def test_an_alert_is_taken_by_whoever_may_on_its_host() -> None:
    watch = Watch()
    call = asked("/alert ack c1", watch, "nas")
    await ack.handler(call, **call.params)
    assert watch.done == [("c1", call.actor.id, "ops-1")]


async def test_an_alert_of_another_host_is_not() -> None:
    watch = Watch()
    for command, line in ((ack, "/alert ack c1"), (snooze, "/alert snooze c1 1h")):
        call = asked(line, watch, "db1")
        with pytest.raises(Denied):
            await command.handler(call, **call.params)
    assert watch.done == []


async def test_what_is_over_can_t_be_taken() -> None:
    call = asked("/alert ack gone", Watch(), "nas")
    with pytest.raises(Conflict):
        await ack.handler(call, **call.params)


@pytest.mark.parametrize(("text", "seconds"), [("15m", 900.0), ("resolved", None)])
async def test_how_long_it_is_put_off(text: str, seconds: float | None) -> None:
    watch = Watch()
    call = asked(f"/alert snooze c1 {text}", watch, "nas")
    await snooze.handler(call, **call.params)
    assert watch.done == [("c1", seconds)]


@pytest.mark.parametrize("text", ["8d", "0s", "ever"])
async def test_it_is_never_put_off_for_ever(text: str) -> None:
    call = asked(f"/alert snooze c1 {text}", Watch(), "nas")
    with pytest.raises(UsageError):
        await snooze.handler(call, **call.params)


def test_a_day_that_was_asked_for_a_moment_ago_is_stored_in_full() -> None:
    now, day = 1_780_974_000.0, 86_400.0
    assert whole(now - day - 0.5, now)
    assert not whole(now - day - 3600, now)

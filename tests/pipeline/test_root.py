"""Who may do what makes root on the host."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.access.policy import ROOT, Policy, Role, Subject
from bot.command.call import Call
from bot.errors import Denied
from bot.message import Message, Person, Untrusted, msg
from bot.pipeline.root import root
from bot.reply import Reply, say
from tests.command.samples import bench

WHY = msg("It mounts a path of the host.")


def call(role: str, *globs: str, reasons: tuple[Message, ...] = (WHY,)) -> Call:
    (made,) = bench().typed("/box mv web other")
    policy = Policy([Subject(Person(Untrusted("Olga"), made.actor.id), Role(role, globs))])

    async def find(_call: Call) -> tuple[Message, ...]:
        return reasons

    return replace(
        made,
        command=replace(made.command, root=find),
        services=replace(made.services, policy=policy),
    )


async def passed(_call: Call) -> Reply:
    return say(msg("Done."))


async def test_what_makes_no_root_passes() -> None:
    assert await root(call("admin", "*", reasons=()), passed) == await passed(call("admin"))


async def test_an_owner_passes() -> None:
    assert await root(call("owner", "*"), passed) == say(msg("Done."))


@pytest.mark.parametrize("glob", ["*", "engine.*", ROOT])
async def test_nobody_else_does_whatever_the_role_says(glob: str) -> None:
    with pytest.raises(Denied) as denied:
        await root(call("admin", glob), passed)
    assert WHY in denied.value.hints

"""`/hosts`: the Engines that the bot knows, and whether each answers."""

from __future__ import annotations

import asyncio

from bot.command.call import Call
from bot.command.spec import command
from bot.errors import BotError
from bot.hosts import Host
from bot.message import Message, Untrusted, msg, plural
from bot.reply import Button, Reply, Table, Text


@command("hosts", permission="host.ls", act=msg("list the hosts"), hostless=True)
async def hosts(call: Call) -> Reply:
    """List the hosts, and whether each answers."""
    policy, person = call.services.policy, call.actor.id
    known = tuple(
        host
        for host in call.services.hosts.values()
        if policy.decide(person, call.command.permission, host.name).allowed
    )
    states = await asyncio.gather(*(_state(host) for host in known))
    silent = sum(state is None for state in states)
    verdict = (
        plural(
            "{count} of {all} hosts is silent",
            "{count} of {all} hosts are silent",
            silent,
            all=len(known),
        )
        if silent
        else plural("{count} host, it answers", "{count} hosts, all answer", len(known))
    )
    rows = tuple(
        (Untrusted(host.name), state or msg("silent"))
        for host, state in zip(known, states, strict=True)
    )
    refresh = Button(msg("Refresh"), call.argv, inplace=True)
    return Reply((Text(verdict), Table(rows)), buttons=((refresh,),))


async def _state(host: Host) -> Message | None:
    try:
        found = await host.system.version()
    except BotError:
        return None
    return msg("Docker {version}", version=found.version)

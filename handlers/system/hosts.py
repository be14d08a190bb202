"""`/hosts`: the Engines that the bot knows, and what is wrong with those that don't answer."""

from __future__ import annotations

import asyncio

from bot.command.call import Call
from bot.command.spec import command
from bot.errors import BotError
from bot.hosts import Host
from bot.message import Message, Untrusted, msg, plural
from bot.reply import Button, Reply, Table, Text, say


@command("hosts", permission="host.ls", act=msg("list the hosts"), hostless=True)
async def hosts(call: Call) -> Reply:
    """List the hosts, and whether each answers."""
    policy, person = call.services.policy, call.actor.id
    known = tuple(
        host
        for host in call.services.hosts.values()
        if policy.decide(person, call.command.permission, host.name).allowed
    )
    if not known:
        return say(msg("No host here is yours to look at."))
    states = await asyncio.gather(*(_state(host) for host in known))
    troubled = sum(isinstance(state, BotError) for state in states)
    verdict = (
        msg("{count} of {all} hosts: trouble", count=troubled, all=len(known))
        if troubled
        else plural("{count} host, it answers", "{count} hosts, all answer", len(known))
    )
    wrong = tuple(
        Text(msg("x {host}: {why}", host=Untrusted(host.name), why=state.message))
        for host, state in zip(known, states, strict=True)
        if isinstance(state, BotError)
    )
    well = tuple(
        (Untrusted(host.name), state)
        for host, state in zip(known, states, strict=True)
        if not isinstance(state, BotError)
    )
    refresh = Button(msg("Refresh"), call.argv, inplace=True)
    return Reply((Text(verdict), *wrong, Table(well)), buttons=((refresh,),))


async def _state(host: Host) -> Message | BotError:
    try:
        found = await host.system.version()
    except BotError as error:
        return error
    return msg("Docker {version}", version=found.version)

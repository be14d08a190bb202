"""Somebody as people name them: by id, its last four digits, the name at enrolment, or `me`."""

from __future__ import annotations

import re

from bot.command.call import Call
from bot.errors import UsageError
from bot.message import Names, Untrusted, msg

_DIGITS = 4  # of an id, by which the bot shows people


def person_of(call: Call, typed: str) -> int:
    """The id of who is meant; also of somebody who is enrolled no more, if it is an id.

    Raises:
        UsageError: nobody is called so, or several are.
    """
    name = typed.removeprefix("@").removeprefix("…").casefold()
    if name == "me":
        return call.actor.id
    policy = call.services.policy
    known = [s.person for s in map(policy.subject, policy.people) if s is not None]
    found = [
        person
        for person in known
        if name in {str(person.id), person.name.raw.casefold(), f"{person.id % 10**_DIGITS:04}"}
    ]
    if len(found) == 1:
        return found[0].id
    if found:
        raise UsageError(
            msg("Several are called so: {people}.", people=Names(tuple(found))),
            msg("Give the whole id."),
        )
    if re.fullmatch(r"\d{1,16}", name, re.ASCII):
        return int(name)
    raise UsageError(
        msg("I know nobody called {name}.", name=Untrusted(typed)),
        msg("These I know: {people}.", people=Names(tuple(known[:8]))),
    )

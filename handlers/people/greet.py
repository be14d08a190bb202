"""`/start` without a target, `/start _CODE`, and `/whoami`."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.spec import argument, command
from bot.errors import Denied
from bot.message import Code, Person, Tappable, Untrusted, msg
from bot.reply import Button, Reply, Text


@command(
    "greet",
    permission="self.greet",
    act=msg("greet"),
    hostless=True,
    hidden=True,
)
async def greet(call: Call) -> Reply:
    """Greet, and show what the reader may do."""
    subject = call.services.policy.subject(call.actor.id)
    role = Code(subject.role.name if subject else "?")
    hosts = ", ".join(call.services.hosts)
    return Reply(
        (
            Text(msg("Pierhead is ready. You are {role}.", role=role)),
            Text(msg("I run Docker on {hosts}.", hosts=Untrusted(hosts))),
            Text(
                msg(
                    "Type what you would type in a terminal: {ps}, {logs}.",
                    ps=Tappable("/ps"),
                    logs=Code("/logs NAME"),
                )
            ),
            Text(msg("All that you may do: {help}", help=Tappable("/help"))),
        ),
        buttons=((Button(msg("Containers"), ("container", "ls")),),),
    )


@command(
    "claim",
    permission="self.claim",
    act=msg("become the owner"),
    hostless=True,
    hidden=True,
)
@argument("code")
async def claim(call: Call, code: str) -> Reply:
    """Become the owner with the code that the console shows."""
    raise Denied(
        msg("There is an owner already."),
        msg("The code {code} opens nothing now.", code=Untrusted(code)),
    )


@command("whoami", permission="self.whoami", act=msg("look at your rights"), hostless=True)
async def whoami(call: Call) -> Reply:
    """Show who you are here, and your rights."""
    policy = call.services.policy
    subject = policy.subject(call.actor.id)
    if subject is None:
        raise Denied(msg("I don't know you."))
    hosts = ", ".join(sorted(subject.hosts)) if subject.hosts is not None else None
    where = msg("On {hosts}.", hosts=Untrusted(hosts)) if hosts else msg("On every host.")
    return Reply(
        (
            Text(
                msg(
                    "{person}: {role}",
                    person=Person(subject.person.name, call.actor.id),
                    role=Code(subject.role.name),
                )
            ),
            Text(where),
            Text(msg("Rights: {rights}", rights=Code(", ".join(subject.role.allow)))),
        )
    )

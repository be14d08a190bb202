"""`/start` without a target, `/start _CODE`, and `/whoami`."""

from __future__ import annotations

from bot.access.policy import Role
from bot.command.call import Call
from bot.command.spec import argument, command
from bot.errors import Denied
from bot.message import Code, Names, Tappable, Untrusted, msg
from bot.reply import Block, Button, Excerpt, Fold, Reply, Text
from handlers.offer import may


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
    mine = [h for h in call.services.hosts if subject and h in (subject.hosts or {h})]
    hosts = Names(tuple(map(Untrusted, mine)))
    look = Button(msg("Containers"), ("container", "ls"))
    return Reply(
        (
            Text(msg("Pierhead is ready. You are {role}.", role=role)),
            Text(msg("I run Docker on {hosts}.", hosts=hosts)),
            Text(
                msg(
                    "Type what you would type in a terminal: {ps}, {logs}.",
                    ps=Tappable("/ps"),
                    logs=Code("/logs NAME"),
                )
            ),
            Text(msg("All that you may do: {help}", help=Tappable("/help"))),
        ),
        buttons=((look,),) if may(call, "container ls") else (),
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
        msg("The code {code} opens nothing now.", code=Untrusted(code)),
        msg("{claim} at the console shows a new one.", claim=Code("pierhead claim")),
    )


@command("whoami", permission="self.whoami", act=msg("look at your rights"), hostless=True)
async def whoami(call: Call) -> Reply:
    """Show who you are here, and your rights."""
    policy = call.services.policy
    subject = policy.subject(call.actor.id)
    if subject is None:
        raise Denied(msg("I don't know you."))
    where = msg("On every host.")
    if subject.hosts is not None:
        where = msg("On {hosts}.", hosts=Names(tuple(map(Untrusted, sorted(subject.hosts)))))
    verdict = msg("You are {person}, {role}", person=subject.person, role=Code(subject.role.name))
    return Reply((Text(verdict), Text(where), *_rights(subject.role)))


def _rights(role: Role) -> tuple[Block, ...]:
    if "*" in role.allow:
        return (Text(msg("You may do everything.")),)
    rights = Excerpt(Untrusted("\n".join(role.allow)), tail=False)
    return (Text(msg("Your rights:")), Fold((rights,)))

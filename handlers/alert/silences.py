"""`/silences` and `/silence rm`: what is not told for a time, and its end before that."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.spec import argument, command
from bot.errors import Conflict, Denied
from bot.message import Code, Message, Moment, Tappable, Untrusted, msg, plural
from bot.pipeline.authorize import refusal
from bot.reply import Button, Reply, Text, say
from bot.watch import stored
from bot.watch.calendar import Silence
from handlers.alert.chosen import hosts, watcher
from handlers.alert.scope import of_silence
from storage import alerts

SILENCE = "alert.silence"
_SHOWN, _KEYS = 20, 10


@command(
    "alert silences",
    shortcut="silences",
    aliases=("silence ls",),
    permission="alert.ls",
    act=msg("list the silences"),
    hostless=True,
)
async def silences(call: Call) -> Reply:
    """List what is not told for a time, and who wanted that."""
    found = await visible(call)
    if not found:
        example = Code("/silence web* for 2h")
        return say(msg("Nothing is silenced. {example} does it.", example=example))
    verdict = plural("{count} silence", "{count} silences", len(found))
    lines = tuple(Text(_line(one)) for one in found[:_SHOWN])
    mine = [one for one in found if not _refused(call, one)]
    return Reply((Text(verdict), *lines), buttons=buttons(mine))


@command(
    "alert unsilence",
    shortcut="unsilence",
    aliases=("silence rm",),
    permission=SILENCE,
    act=msg("end a silence"),
    hostless=True,
)
@argument("id")
async def unsilence(call: Call, id: str) -> Reply:  # noqa: A002 - what it is
    """End a silence; what still fires of it is told."""
    watch = watcher(call)
    one = next((s for s in await visible(call) if s.id == id), None)
    if one is None:
        raise Conflict(
            msg("There is no silence {id}.", id=Untrusted(id)),
            msg("{silences} shows those that there are.", silences=Tappable("/silences")),
        )
    if why := _refused(call, one):
        raise Denied(refusal(call), *why, msg("Nothing was changed."))
    bot = call.services.bot
    await call.services.database.write(
        lambda c: alerts.keep(c, bot, alerts.Kind.SILENCE, {one.id: None})
    )
    await watch.reload()
    return say(msg("The silence is over. Told again: {what}", what=of_silence(one)))


async def visible(call: Call) -> list[Silence]:
    """Those that hold now, of what the reader may see; what ends first comes first."""
    bot, now, mine = call.services.bot, call.services.clock(), hosts(call)
    bodies = await call.services.database.read(lambda c: alerts.load(c, bot, alerts.Kind.SILENCE))
    every = (stored.load(Silence, body) for body in bodies.values())
    found = [one for one in every if one.until > now and any(one.on.about(h) for h in mine)]
    return sorted(found, key=lambda one: one.until)


def _refused(call: Call, one: Silence) -> tuple[Message, ...]:
    """Why the reader may not end it; () if they may: they must on every host that it is about."""
    policy, person = call.services.policy, call.actor.id
    about = [host for host in call.services.hosts if one.on.about(host)]
    decisions = (policy.decide(person, SILENCE, host) for host in about)
    return next((found.reason for found in decisions if not found.allowed), ())


def _line(one: Silence) -> Message:
    until, by, what = Moment(one.until), Untrusted(one.by), of_silence(one)
    if one.comment:
        why = Untrusted(one.comment)
        return msg("{what} until {until}, by {by}: {why}", what=what, until=until, by=by, why=why)
    return msg("{what} until {until}, by {by}", what=what, until=until, by=by)


def buttons(found: list[Silence]) -> tuple[tuple[Button, ...], ...]:
    """What looks at all of them, and what ends each."""
    every = (Button(msg("All silences"), ("alert", "silences"), inplace=True),)
    ends = (
        (
            Button(
                msg("End: {what}", what=of_silence(one)),
                ("alert", "unsilence", one.id),
                inplace=True,
            ),
        )
        for one in found[:_KEYS]
    )
    return every, *ends

"""`/silence`: what is not told for a time, and never for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from bot.command.call import Call
from bot.command.grammar import usage
from bot.command.kinds import seconds
from bot.command.spec import command, option, words
from bot.errors import Conflict, UsageError
from bot.message import Code, Message, Moment, Tappable, msg, plural
from bot.reply import Reply, Text
from bot.watch import stored
from bot.watch.calendar import LONGEST, Silence, picks, scope
from bot.watch.subject import Selector, Subject
from handlers.alert.chosen import watcher
from handlers.alert.firing import firing
from handlers.alert.scope import of_silence
from handlers.alert.silences import SILENCE, buttons
from storage import alerts
from storage.database import Connection

_MOST = 100
_AT_ONCE = 10
_NAME, _COMMENT = 32, 128  # characters


@command(
    "alert silence",
    shortcut="silence",
    permission=SILENCE,
    act=msg("silence alerts on {host}"),
)
@option("--rule", default="*", help="Only what comes of this rule; * and ? stand for others")
@option("--comment", default="", help="Why")
@words("words", metavar="[WHAT…] for TIME")
async def silence(call: Call, rule: str, comment: str, words: tuple[str, ...]) -> Reply:
    """Have nothing told of what is named, for a time.

    `/silence web* db for 2h`, `/silence project:media for 30m`, `/silence @nas for 1d` for all of a
    host. A week at most. What still fires at its end is told then; that something which was told
    has resolved is told all the same.
    """
    watch, (what, length) = watcher(call), _read(call, words)
    subject = call.services.policy.subject(call.actor.id)
    by = subject.person.name if subject else call.actor.name
    until = call.services.clock() + length
    made = [
        Silence(_id(call, on), on, until, by.raw, rule=rule[:_NAME], comment=comment[:_COMMENT])
        for on in _meant(call, what)
    ]
    await call.services.database.write(lambda c: _store(c, call.services.bot, made))
    await watch.reload()
    verdict = msg("Silent until {until}:", until=Moment(until))
    lines = tuple(Text(of_silence(one)) for one in made)
    held = await _held(call, made)
    return Reply((Text(verdict), *lines, Text(held)), buttons=buttons(made))


def _read(call: Call, words: tuple[str, ...]) -> tuple[tuple[Selector, ...], float]:
    """What is meant, and for how many seconds.

    Raises:
        UsageError: it can't be understood, or is for ever.
    """
    match words:
        case (*what, "for", length) if len(what) <= _AT_ONCE:
            with suppress(ValueError):
                if 0 < (found := seconds(length)) <= LONGEST:
                    return _scope(call, what), found
    raise UsageError(
        msg(
            "Write what and how long, a week at most: {example}.",
            example=Code("/silence web* for 2h"),
        ),
        usage=usage(call.command),
    )


def _meant(call: Call, what: tuple[Selector, ...]) -> Iterator[Selector]:
    """On the host, and of a container that is there its service: alerts are about that."""
    host = call.host.name
    known = {one.name: one.subject for one in watcher(call).containers(host)}
    for on in what:
        one = known.get(on.name, Subject(host, on.name, on.project))
        yield replace(on, host=host, name=one.name, project=one.project)


def _scope(call: Call, what: list[str]) -> tuple[Selector, ...]:
    try:
        return scope(what)
    except UsageError as error:
        raise UsageError(error.message, *error.hints, usage=usage(call.command)) from error


def _store(connection: Connection, bot: int, made: list[Silence]) -> None:
    have = alerts.load(connection, bot, alerts.Kind.SILENCE)
    if len(have) + len(made) > _MOST:
        raise Conflict(
            msg("There are {most} silences already: end one first.", most=_MOST),
            msg("{silences} shows those that there are.", silences=Tappable("/silences")),
        )
    bodies = {one.id: stored.dump(one) for one in made}
    alerts.keep(connection, bot, alerts.Kind.SILENCE, bodies)


def _id(call: Call, on: Selector) -> str:
    """The same for a call that is begun anew."""
    return hashlib.sha256(f"{call.id} {on}".encode()).hexdigest()[:6]


async def _held(call: Call, made: list[Silence]) -> Message:
    """How much that fires now is held back by it."""
    fires = await firing(call)
    held = [a for a in fires if any(picks(one, a.rule, a.subject) for one in made)]
    if not held:
        return msg("Nothing that fires now is among it.")
    return plural(
        "{count} alert that fires now is among it.",
        "{count} alerts that fire now are among it.",
        len(held),
    )

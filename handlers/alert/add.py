"""`/alert add` and `/alert edit`: a rule as people say it in one line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.access.policy import Decision
from bot.command.call import Call
from bot.command.grammar import usage
from bot.command.spec import argument, command, words
from bot.errors import Conflict, Denied, UsageError
from bot.message import Code, Message, Tappable, Untrusted, msg
from bot.pipeline.authorize import refusal
from bot.reply import Reply
from bot.watch import sentence
from bot.watch.condition import Logged, written
from bot.watch.rule import Rule
from bot.watch.rulebook import Entry
from handlers.alert.card import shown
from handlers.alert.chosen import EDIT, changeable, watcher
from handlers.alert.told import free_to_tell, told
from storage import rules
from storage.rules import Added, Made

LOGS = "container.logs"
_EACH, _ALL = 20, 100  # of one person's, and of everybody's
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}", re.ASCII)


@command("alert add", permission=EDIT, act=msg("add a rule"), hostless=True, compares=True)
@words("words", metavar="CONDITION [CLAUSE…]")
async def add(call: Call, words: tuple[str, ...]) -> Reply:
    """Add a rule, whose alerts this chat is told.

    The condition comes first: `cpu > 80%`, `mem_bytes > 1 GB`, `restarts > 3 in 10m`, `unhealthy`.
    Then what else there is to say, in any order: `for 5m` (it must hold so long), `clear cpu < 70%`
    (when it is over), `keep 2m` (a gap so short does not end it), `on web* label:tier=web
    project:media host:nas`, `severity critical`, `missing firing` (what no news mean), `repeat 4h`,
    `tell me` or `tell owners` (whom, if not this chat), `name busy`.
    """
    watch, said = watcher(call), _clauses(call, words)
    chat = told(call, said)
    wanted = said.pop(sentence.NAME, None)
    rule = _rule(call, wanted or "", said)
    _about_some_host(call, rule)
    name = _checked(call, wanted) if wanted else _name(call, rule)
    made = _made(call, name, said, chat)
    match await call.services.database.write(lambda c: rules.add(c, made, each=_EACH, most=_ALL)):
        case Added.FULL:
            raise Conflict(
                msg("There are too many rules: {each} each, {all} in all.", each=_EACH, all=_ALL),
                msg("Remove one first: {rules}", rules=Tappable("/alert_rules")),
            )
        case Added.TAKEN:
            raise _taken(name)
    await watch.reload()
    return await shown(call, name)


@command("alert edit", permission=EDIT, act=msg("change a rule"), hostless=True, compares=True)
@argument("rule", required=False)
@words("words", metavar="[CONDITION] [CLAUSE…]")
async def edit(call: Call, rule: str | None, words: tuple[str, ...]) -> Reply:
    """Change a rule of the chat, or one that is built in.

    As with `/alert add`, only what is to be another: `/alert edit unhealthy for 10m`. A new
    condition takes the old `clear` with it.
    """
    entry = changeable(call, rule)
    if isinstance(entry, Reply):
        return entry
    said = _clauses(call, words)
    chat = told(call, said)
    if sentence.NAME in said or (not said and chat is None):
        line = Code(f"/alert edit {entry.rule.name} for 10m")
        raise UsageError(msg("What shall be another? Write {example}.", example=line))
    if chat is not None:
        free_to_tell(entry)
    made = _changed(call, entry, said, chat)
    await call.services.database.write(lambda c: rules.put(c, made))
    await watcher(call).reload()
    return await shown(call, entry.rule.name)


def _changed(call: Call, entry: Entry, new: Mapping[str, str], chat: int | None) -> Made:
    """What is stored of a changed rule, which is its changer's from now on."""
    old, name = entry.made, entry.rule.name
    said = sentence.merged(old.said if old else {}, new)
    base = None if entry.rule.chats else watcher(call).book.fixed.get(name)
    _about_some_host(call, _rule(call, name, said, base))
    made = _made(call, name, said, chat)
    if old is None:
        return made
    return replace(made, chat=old.chat if chat is None else chat, enabled=old.enabled)


def _clauses(call: Call, words: tuple[str, ...]) -> dict[str, str]:
    try:
        return sentence.clauses(words)
    except UsageError as error:
        raise UsageError(error.message, *error.hints, usage=usage(call.command)) from error


def _rule(call: Call, name: str, said: Mapping[str, str], base: Rule | None = None) -> Rule:
    try:
        return sentence.rule(name, said, base)
    except UsageError as error:
        raise UsageError(error.message, *error.hints, usage=usage(call.command)) from error


def _about_some_host(call: Call, rule: Rule) -> None:
    """Refuse what could never be looked at.

    Raises:
        Denied: its author may not have rules, or not read logs, on any host that it is about.
        UsageError: it is about none.
    """
    policy, person = call.services.policy, call.actor.id
    about = [host for host in call.services.hosts if rule.on.about(host)]
    if not about:
        raise UsageError(msg("There is no host {name}.", name=Untrusted(rule.on.host)))
    needed = (EDIT, LOGS) if isinstance(rule.when, Logged) else (EDIT,)
    lacking = [_lacking([policy.decide(person, one, host) for one in needed]) for host in about]
    if all(lacking):
        raise Denied(refusal(call), *lacking[0], msg("Nothing was changed."))


def _lacking(decisions: Sequence[Decision]) -> tuple[Message, ...]:
    """Why not, by the first of them that says no; () if none does."""
    return next((one.reason for one in decisions if not one.allowed), ())


def _made(call: Call, name: str, said: Mapping[str, str], chat: int | None) -> Made:
    actor, now = call.actor, call.services.clock()
    chat = call.request.chat.id if chat is None else chat
    return Made(call.services.bot, name, actor.id, actor.name.raw, chat, now, said)


def _checked(call: Call, name: str) -> str:
    """The name that somebody wants, if a rule can be called so.

    Raises:
        Conflict: one is called so already.
        UsageError: none can be.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            msg("{name} can't be a name: 1 to 32 of a-z, 0-9, - and _.", name=Untrusted(name))
        )
    if watcher(call).book.entry(name) is not None:
        raise _taken(name)
    return name


def _taken(name: str) -> Conflict:
    return Conflict(
        msg("There is a rule {name} already.", name=Untrusted(name)),
        msg("{edit} changes it.", edit=Code(f"/alert edit {name} …")),
    )


def _name(call: Call, rule: Rule) -> str:
    """One made of what it is about: `cpu-web`, or `cpu-web-2` where that is taken."""
    about = (rule.on.name, rule.on.project, rule.on.label.rpartition("=")[2])
    text = "-".join((re.split(r"\W", written(rule.when)[0])[0], *about)).lower()
    stem = re.sub(r"[^a-z0-9_]+", "-", text, flags=re.ASCII).strip("-_")[:28].rstrip("-_")
    book = watcher(call).book
    names = (stem, *(f"{stem}-{n}" for n in range(2, _ALL + 2)))
    return next((name for name in names if book.entry(name) is None), stem)

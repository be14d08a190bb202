"""`/language`: the language in which the reader is spoken to."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.kinds import choice
from bot.command.spec import argument, command
from bot.message import Untrusted, msg
from bot.reply import Button, Reply, Text, say

_NAMES = {"en": Untrusted("English"), "ru": Untrusted("Русский")}  # each as its speakers call it


@command("language", permission="self.language", act=msg("choose a language"), hostless=True)
@argument("code", required=False, type=choice("en", "ru", "auto"))
async def language(call: Call, code: str | None) -> Reply:
    """Choose the language that I speak with you."""
    languages = call.services.languages
    if code is None:
        buttons = tuple(
            Button(msg("{name}", name=name), ("language", key), inplace=True)
            for key, name in _NAMES.items()
        )
        auto = Button(msg("As in Telegram"), ("language", "auto"), inplace=True)
        current = _NAMES[languages.of(call.actor.id, call.actor.language)]
        return Reply(
            (Text(msg("Which language? Now it is {current}.", current=current)),),
            buttons=(buttons, (auto,)),
        )
    await languages.choose(call.actor.id, None if code == "auto" else code)
    return _confirmed(call)


def _confirmed(call: Call) -> Reply:
    """In the language chosen, unless the group has its own."""
    languages, actor = call.services.languages, call.actor
    chosen = languages.of(actor.id, actor.language)
    if languages.tongue(actor.id, actor.language, call.request.chat.id).locale == chosen:
        return say(msg("I speak English with you."))
    return say(
        msg("In our private chat I speak {language}.", language=_NAMES[chosen]),
        msg("This group has a language of its own."),
    )

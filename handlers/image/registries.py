"""Registries: which may be spoken with, and what it means when one refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.command.call import Call
from bot.errors import BotError, Denied
from bot.hosts.messages import Failed
from bot.hosts.reference import registry_of
from bot.message import Message, Names, Untrusted, msg
from bot.pipeline.authorize import refusal

_PULL = "image.pull"
_DENIED = ("unauthorized", "authentication required", "access denied", "denied:", "no basic auth")
_ABSENT = ("not found", "manifest unknown", "name unknown", "does not exist")
_TLS = ("x509:", "tls:", "server gave http response", "certificate")
_SILENT = ("no such host", "connection refused", "i/o timeout", "timeout exceeded", "unreachable")


def listed(call: Call, name: str) -> str:
    """The registry of an image, if it may be spoken with.

    Raises:
        Denied: it may not.
    """
    registry = registry_of(name)
    if registry in call.services.registries:
        return registry
    known = Names(tuple(Untrusted(one) for one in sorted(call.services.registries)))
    raise Denied(
        refusal(call),
        msg("The config does not list the registry {name}.", name=Untrusted(registry)),
        msg("Listed: {known}.", known=known),
        msg("Nothing was changed."),
    )


def may_pull(call: Call, *notes: Message) -> None:
    """Who may not pull may not have it done by another command.

    Raises:
        Denied: they may not.
    """
    decision = call.services.policy.decide(
        call.actor.id, _PULL, call.host_name, changes=call.command.changes
    )
    if not decision.allowed:
        raise Denied(refusal(call), *notes, *decision.reason, msg("Nothing was changed."))


@contextmanager
def explained(call: Call, registry: str) -> Iterator[None]:
    """Put what a registry says inside the block into words.

    Raises:
        BotError: what it comes to, with its own words.
    """
    try:
        yield
    except Failed as error:
        raise BotError(refusal(call), *reasons(call, error, registry), _own_words(error)) from error


def reasons(call: Call, error: Failed, registry: str) -> Iterator[Message]:
    """What it means, where that is known."""
    if error.hints:
        yield from error.hints
        return
    why = error.why.lower()
    name = Untrusted(registry)
    if any(word in why for word in _TLS):
        yield msg("{name} has no certificate that the host trusts, or speaks no TLS.", name=name)
    elif any(word in why for word in _SILENT):
        yield msg("{name} can't be reached from the host.", name=name)
    elif any(word in why for word in _ABSENT):
        yield msg("{name} has no such image, or shows it only to who is known there.", name=name)
    elif any(word in why for word in _DENIED):
        yield msg("{name} does not let the host do that.", name=name)
        if call.host.registry.knows(registry):
            yield msg("Are the name and the password right that the config has for it?")
        else:
            yield msg("The config can hold a name and a password for it.")


def _own_words(error: Failed) -> Message:
    return msg("It says: {why}", why=Untrusted(error.why))

"""Docker's words for the state of a container, in the reader's language."""

from __future__ import annotations

from bot.message import Message, Untrusted, msg

_WORDS = {
    "created": msg("created"),
    "running": msg("running"),
    "paused": msg("paused"),
    "restarting": msg("restarting"),
    "removing": msg("removing"),
    "exited": msg("exited"),
    "dead": msg("dead"),
    "unknown": msg("unknown"),
}


def state_word(state: str) -> Message | Untrusted:
    """The word for a state; one that Docker has made up since is shown as it is."""
    return _WORDS.get(state) or Untrusted(state)

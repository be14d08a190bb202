"""The webhook that the bot has set, if any, and how its delivery goes."""

from dataclasses import dataclass


@dataclass(slots=True)
class Hook:
    """Where updates are posted to; no address means that the bot polls."""

    url: str = ""
    secret: str = ""
    connections: int = 40
    failed_at: int = 0
    failure: str = ""

"""The keys of a rule that is a probe: an address that is asked, and what its answer must be."""

from __future__ import annotations

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, model_validator

from bot.config.kinds import Brief, Every, Section, Text, whole
from bot.config.problem import Refused
from bot.message import msg
from bot.watch.probe import Probe

_FORM = msg("It must be http:// or https:// and a host, or tcp:// with a host and a port.")
_LONGEST = 500
_LOWEST, _HIGHEST = 100, 599


def _address(value: str) -> str:
    """An address as it is written. It is asked as it stands, so a name in it would be sent."""
    try:
        url = urlsplit(value)
        port = url.port
    except ValueError:
        raise Refused(_FORM) from None
    known = url.scheme in {"http", "https"} or (url.scheme == "tcp" and port and not url.path)
    printable = value.isprintable() and " " not in value and len(value) <= _LONGEST
    if not (known and url.hostname and port != 0 and printable):
        raise Refused(_FORM)
    if "@" in url.netloc:
        raise Refused(msg("It must hold no name and no password."))
    return value


def _status(value: int) -> int:
    if not _LOWEST <= value <= _HIGHEST:
        raise Refused(msg("It must be a status of HTTP: 100 to 599."))
    return value


def _text(value: str) -> str:
    if not 0 < len(value) <= _LONGEST:
        raise Refused(msg("It must have 1 to {most} characters.", most=_LONGEST))
    return value


class ProbeKeys(Section):
    """What a rule says of its probe."""

    probe: Annotated[Text, AfterValidator(_address)] | None = None
    every: Every = 60
    timeout: Brief = 10
    status: Annotated[int, BeforeValidator(whole), AfterValidator(_status)] | None = None
    contains: Annotated[Text, AfterValidator(_text)] | None = None

    @model_validator(mode="after")
    def _of_a_probe(self) -> Self:
        given = self.model_fields_set
        for key in ("every", "timeout", "status", "contains"):
            if key in given and self.probe is None:
                raise Refused(msg("It is for a probe only."), at=(key,))
        if self.probe is not None and self.probe.startswith("tcp:"):
            for key in ("status", "contains"):
                if key in given:
                    raise Refused(msg("Only HTTP has that: tcp:// only connects."), at=(key,))
        return self

    def probed(self, host: str) -> Probe:
        """The probe, where there is one."""
        return Probe(
            self.probe or "",
            float(self.every),
            float(self.timeout),
            self.status,
            self.contains or "",
            host,
        )

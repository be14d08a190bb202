"""The kinds of values that a configuration holds: durations, ids, names, addresses.

TOML is typed and taken strictly. What comes from the environment is text, marked as such by
`FromEnvironment`, and only that is turned into numbers, flags and lists. No check names a value.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    SecretStr,
    ValidationInfo,
)

from bot.config.address import database, engine, server
from bot.config.problem import Problem, Refused, shown
from bot.message import Code, Message, Size, Span, msg

_DURATION = re.compile(r"(\d{1,6})([smh])", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_AMOUNT = re.compile(r"(\d{1,6}) ?(KB|MB|GB)", re.ASCII | re.IGNORECASE)
_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9}
_LEAST_BULK, _MOST_BULK = 10**6, 20 * 10**9
_WHOLE = re.compile(r"0|-?[1-9]\d{0,17}", re.ASCII)
_HOST = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}", re.ASCII)
_ORIGIN = re.compile(r"(https?://)?[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?", re.ASCII)
_REGISTRY = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?", re.ASCII)
_ROLE = re.compile(r"[a-z][a-z0-9_-]{0,31}", re.ASCII)
_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{1,128}", re.ASCII)
_GLOB = re.compile(r"[a-z0-9_.*?-]{1,64}", re.ASCII)
_T = TypeVar("_T")
_ID_BITS = 52  # Telegram's ids have at most 52 significant bits
_NAME_LENGTH = 64
_MOST_A_MINUTE = 600


class FromEnvironment(str):
    """Text of an environment variable, which may stand for a number, a flag or a list."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What a value is checked against that stands elsewhere: the hosts and roles there are.

    None: not known, as what should say it is broken itself.
    """

    hosts: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    warnings: tuple[Problem, ...] = ()


def _secret(value: SecretStr) -> SecretStr:
    if not is_token(value.get_secret_value()):
        raise Refused(msg("It is no token as @BotFather gives them: digits, a colon, letters."))
    return value


def is_token(text: str) -> bool:
    """Whether it has the form of a bot's token."""
    return _TOKEN.fullmatch(text) is not None


def closest(word: str, known: Collection[str], cutoff: float = 0.6) -> str | None:
    """The known word that was probably meant."""
    return next(iter(get_close_matches(word, sorted(known), n=1, cutoff=cutoff)), None)


def _flag(value: object) -> object:
    if isinstance(value, FromEnvironment):
        return {"true": True, "false": False}.get(value.lower(), value)
    return value


def whole(value: object) -> object:
    """The number that a variable of the environment spells."""
    if isinstance(value, FromEnvironment) and _WHOLE.fullmatch(value):
        return int(value)
    return value


def _key(value: object) -> object:
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise Refused(msg("It must be a numeric id."))
    return int(value) if isinstance(value, str) else value


def _items(value: object) -> object:
    if isinstance(value, FromEnvironment):
        return tuple(FromEnvironment(part.strip()) for part in value.split(",") if part.strip())
    return tuple(value) if isinstance(value, list) else value


def _plain(value: object) -> object:
    return str(value) if isinstance(value, FromEnvironment) else value


def _seconds(value: object) -> object:
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Refused(msg('It must be a time with its unit: "60s", "5m" or "1h".'))
    return int(found[1]) * _SECONDS[found[2]]


def _hours(value: object) -> object:
    found = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Refused(msg('It must be from when to when: "22:00-07:00".'))
    start, end = (int(found[n]) * 60 + int(found[n + 1]) for n in (1, 3))
    return start, end


def _between(least: int, most: int) -> AfterValidator:
    def check(value: int) -> int:
        if not least <= value <= most:
            raise Refused(
                msg("It must be from {least} to {most}.", least=Span(least), most=Span(most))
            )
        return value

    return AfterValidator(check)


def _bytes(value: object) -> object:
    found = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Refused(msg('It must be a size with its unit: "500MB" or "2GB".'))
    return int(found[1]) * _UNITS[found[2].upper()]


def _much(value: int) -> int:
    if not _LEAST_BULK <= value <= _MOST_BULK:
        raise Refused(
            msg(
                "It must be from {least} to {most}.", least=Size(_LEAST_BULK), most=Size(_MOST_BULK)
            )
        )
    return value


def _rate(value: int) -> int:
    if not 1 <= value <= _MOST_A_MINUTE:
        raise Refused(msg("It must be from 1 to {most}.", most=_MOST_A_MINUTE))
    return value


def _chat(value: int) -> int:
    if value == 0 or abs(value).bit_length() > _ID_BITS:
        raise Refused(msg("It must be the numeric id of a person or of a group."))
    return value


def _matching(pattern: re.Pattern[str], otherwise: Message) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise Refused(otherwise)
        return value

    return AfterValidator(check)


def _host_name(value: str) -> str:
    if value == "all":
        raise Refused(msg("This name is taken: @all means every host. Choose another."))
    return value


def _known_host(value: str, info: ValidationInfo) -> str:
    known = info.context.hosts if isinstance(info.context, Given) else None
    if known is not None and value not in known:
        raise Refused(_meant(value, known) or msg("There is no such host."))
    return value


def _known_role(value: str, info: ValidationInfo) -> str:
    known = info.context.roles if isinstance(info.context, Given) else None
    if known is not None and value not in known:
        raise Refused(_meant(value, known) or msg("There is no such role."))
    return value


def _meant(value: str, known: Collection[str]) -> Message | None:
    meant = closest(value, known)
    return (
        None
        if meant is None
        else msg("There is no such name: did you mean {meant}?", meant=Code(shown(meant)))
    )


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        meant = closest(value, available_timezones())
    example = Code(meant or "Europe/Berlin")
    raise Refused(msg("It is no time zone: did you mean {zone}?", zone=example))


def _label(value: str) -> str:
    if not value.strip() or len(value) > _NAME_LENGTH or not value.isprintable():
        raise Refused(msg("It must be 1 to 64 printable characters."))
    return value


def _identity(*, group: bool) -> AfterValidator:
    def check(value: int) -> int:
        if (value >= 0 if group else value <= 0) or abs(value).bit_length() > _ID_BITS:
            raise Refused(
                msg("It must be the id of a group: a negative number.")
                if group
                else msg("It must be the numeric id of a person: a positive number.")
            )
        return value

    return AfterValidator(check)


_ROLE_NAMES = _matching(_ROLE, msg("It must be 1 to 32 of a-z, 0-9, - and _, a letter first."))
_ORIGINS = _matching(_ORIGIN, msg("It must be a host, or http:// and a host: example.org, say."))
_REGISTRY_NAMES = _matching(_REGISTRY, msg("It must be the host of a registry: docker.io, say."))
_HOST_NAMES = _matching(_HOST, msg("It must be 1 to 32 of a-z, 0-9, - and _."))
_ALERT_NAMES = _matching(_HOST, msg("It must be 1 to 32 of a-z, 0-9, - and _."))
_GLOBS = _matching(_GLOB, msg("It must be a permission such as container.ls or container.*."))

Text = Annotated[str, BeforeValidator(_plain)]
Secret = Annotated[SecretStr, BeforeValidator(_plain)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Items = Annotated[tuple[_T, ...], BeforeValidator(_items)]
Choice = Annotated[_T, BeforeValidator(_plain)]
Language = Choice[Literal["en", "ru"]]
Token = Annotated[SecretStr, BeforeValidator(_plain), AfterValidator(_secret)]
PersonId = Annotated[int, BeforeValidator(whole), _identity(group=False)]
PersonKey = Annotated[int, BeforeValidator(_key), _identity(group=False)]
ChatKey = Annotated[int, BeforeValidator(_key), _identity(group=True)]
Rate = Annotated[int, BeforeValidator(whole), AfterValidator(_rate)]
Bulk = Annotated[int, BeforeValidator(_bytes), AfterValidator(_much)]
Every = Annotated[int, BeforeValidator(_seconds), _between(5, 3600)]
Brief = Annotated[int, BeforeValidator(_seconds), _between(1, 3600)]
Long = Annotated[int, BeforeValidator(_seconds), _between(10, 86_400)]
Hours = Annotated[tuple[int, int], BeforeValidator(_hours)]
Held = Annotated[int, BeforeValidator(_seconds), _between(0, 86_400)]
Told = Annotated[int, BeforeValidator(whole), AfterValidator(_chat)]
AlertName = Annotated[Text, _ALERT_NAMES]
Origin = Annotated[Text, _ORIGINS]
RegistryName = Annotated[Text, _REGISTRY_NAMES]
HostName = Annotated[Text, _HOST_NAMES, AfterValidator(_host_name)]
HostRef = Annotated[Text, AfterValidator(_known_host)]
RoleName = Annotated[Text, _ROLE_NAMES]
RoleRef = Annotated[Text, AfterValidator(_known_role)]
Glob = Annotated[Text, _GLOBS]
Engine = Annotated[Text, AfterValidator(engine)]
Server = Annotated[Text, AfterValidator(server)]
Database = Annotated[Text, AfterValidator(database)]
Zone = Annotated[Text, AfterValidator(_zone)]
Label = Annotated[Text, AfterValidator(_label)]


class Section(BaseModel):
    """A table of the file. Unknown keys are errors; errors keep values to themselves."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

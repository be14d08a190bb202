"""The settings: a frozen model for each table of the file, with every key and its default.

`config.example.toml` says what each key is for; a test holds the two together. Durations are in
seconds once they are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, PrivateAttr, SecretStr, model_validator

from bot.config.address import channel, passwords, sqlite_file, web
from bot.config.alert import AlertEntry
from bot.config.kinds import (
    Brief,
    Bulk,
    ChatKey,
    Choice,
    Database,
    Engine,
    Every,
    Flag,
    Given,
    HostName,
    HostRef,
    Hours,
    Items,
    Label,
    Language,
    Long,
    Origin,
    PersonId,
    PersonKey,
    Rate,
    RegistryName,
    RoleName,
    RoleRef,
    Secret,
    Section,
    Server,
    Text,
    Token,
    Zone,
)
from bot.config.maintenance import MaintenanceEntry
from bot.config.problem import Loc, Problem, Refused
from bot.config.reading import read
from bot.config.roles import OWNER, Role, flatten
from bot.message import Code, Message, msg

DEFAULT_HOST = "local"
_KEY = "pierhead.key"
_LARGEST_SECRET = 4096  # bytes of a file that holds one
_HALF = 16  # characters from which the second half of a token is no ordinary word
_READ_ONLY = AfterValidator(MappingProxyType)


def _none() -> Mapping[Any, Any]:
    return MappingProxyType({})


def _secret(given: SecretStr | None, file: str | None, key: str) -> str | None:
    """A secret, wherever it was put: in the settings, or in a file of its own.

    Raises:
        Refused: it is in both, or the file can't be read.
    """
    there = f"{key}_file"
    if given is not None and file is not None:
        both = msg("Both {key} and {file}: one must go.", key=Code(key), file=Code(there))
        raise Refused(both, at=(there,))
    if file is not None:
        return _at((there,), lambda: _contents(file))
    return given.get_secret_value() if given else None


def _contents(path: str) -> str:
    return read(path, _LARGEST_SECRET).text.strip()


def _at(at: Loc, check: Callable[[], str]) -> str:
    """What is checked; what is wrong with it is wrong at that key."""
    try:
        return check()
    except Refused as refused:
        message = refused.faults[0][1]
    raise Refused(message, at=at)


class Telegram(Section):
    """The bot's account, and the server through which it speaks."""

    token: Token
    token_file: Text | None = Field(default=None, repr=False)
    base_url: Server = "https://api.telegram.org"
    max_age: Brief = 60
    local: Flag = False

    def token_value(self) -> str:
        """The token itself, which `repr` never shows."""
        return self.token.get_secret_value()


class PersonEntry(Section):
    """Somebody the configuration enrols; without `hosts` the role counts on every host."""

    role: RoleRef
    name: Label | None = None
    hosts: Items[HostRef] | None = None


class ChatEntry(Section):
    """A group that an owner has linked, and the hosts whose secrets may be shown in it.

    `quiet` are its own quiet hours, in the place of those of `watch`.
    """

    hosts: Items[HostRef] = ()
    language: Language | None = None
    timezone: Zone | None = None
    quiet: Hours | None = None


class Access(Section):
    """Who may do what, and where the bot may speak."""

    owners: Items[PersonId] = ()
    people: Annotated[Mapping[PersonKey, PersonEntry], _READ_ONLY] = Field(default_factory=_none)
    roles: Annotated[Mapping[RoleName, Role], _READ_ONLY] = Field(default_factory=_none)
    chats: Annotated[Mapping[ChatKey, ChatEntry], _READ_ONLY] = Field(default_factory=_none)

    @cached_property
    def globs(self) -> Mapping[str, tuple[str, ...]]:
        """The permission globs of every role, built-in ones included, with what they inherit."""
        return MappingProxyType(flatten(self.roles))

    @model_validator(mode="after")
    def _one_list_of_owners(self) -> Self:
        faults: list[tuple[Loc, Message]] = []
        for person, entry in self.people.items():
            at: Loc = ("people", str(person), "role")
            if entry.role == OWNER and person not in self.owners:
                faults.append((at, msg("An owner must stand in access.owners as well.")))
            if entry.role != OWNER and person in self.owners:
                faults.append((at, msg("access.owners says owner: one of the two must go.")))
        if faults:
            (at, message), *more = faults
            raise Refused(message, *more, at=at)
        return self

    @model_validator(mode="after")
    def _roles_without_circles(self) -> Self:
        flatten(self.roles)
        return self


class HostEntry(Section):
    """One Docker Engine. On a read-only one nothing may be changed, by anyone.

    `disk` is a folder on the disk whose room is watched, as this program sees it.
    """

    url: Engine
    read_only: Flag = False
    disk: Text = ""


class RegistryEntry(Section):
    """A registry that images may come from and go to, and who the Engines are there."""

    username: Text = Field(default="", repr=False)
    password: Secret | None = None
    password_file: Text | None = Field(default=None, repr=False)
    _read: str = PrivateAttr(default="")

    def password_value(self) -> str:
        """The password itself, which `repr` never shows."""
        return self.password.get_secret_value() if self.password else self._read

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if self.password is not None and self.password_file is not None:
            both = msg("Both password and password_file: one must go.")
            raise Refused(both, at=("password_file",))
        if self.password_file is not None:
            self._read = _contents(self.password_file)
        if bool(self.username) is not bool(self.password_value()):
            raise Refused(msg("A name and a password belong together."), at=("username",))
        return self


class Storage(Section):
    """The database, and the key outside it that proves what was written."""

    url: Database = Field(default="sqlite:///pierhead.db", repr=False)
    key_file: Text | None = None

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database; None for any other."""
        return sqlite_file(self.url)

    @property
    def key_path(self) -> Path:
        """Where the key is, or is to be made: beside the SQLite file unless said otherwise."""
        return Path(self.key_file) if self.key_file else (self.file or Path()).parent / _KEY

    @model_validator(mode="after")
    def _key_has_a_place(self) -> Self:
        if self.file is None and not self.key_file:
            raise Refused(
                msg("It is needed, as the database is no SQLite file: the path of the key."),
                at=("key_file",),
            )
        return self


class Features(Section):
    """What exists at all: what is off does not, for anyone."""

    exec: Flag = True
    files: Flag = True
    build: Flag = True
    run: Flag = True
    prune: Flag = True
    update: Flag = True
    watch: Flag = True
    heal: Flag = True


class Log(Section):
    """The program's own log, on standard error."""

    level: Choice[Literal["debug", "info", "warning", "error"]] = "info"
    format: Choice[Literal["text", "json"]] = "text"


class Limits(Section):
    """How much and how long. `rate` is commands a minute for each person."""

    rate: Rate = 30
    pending_ttl: Long = 300
    deadline: Long = 120
    follow_for: Long = 600
    transfer: Bulk = 1_000_000_000
    downloads: Items[Origin] = ()


class Watch(Section):
    """What is done unasked. `every` is how often it is read what containers use.

    `df` is whether it is counted what Docker takes on the disk. `quiet` are minutes of the day:
    from the first to the second only what is critical rings.
    """

    every: Every = 15
    df: Flag = True
    quiet: Hours | None = None
    heartbeat_url: Secret | None = None
    heartbeat_url_file: Text | None = Field(default=None, repr=False)
    second: Items[Secret] = Field(default=(), repr=False)
    second_file: Text | None = Field(default=None, repr=False)
    _heartbeat: str | None = PrivateAttr(default=None)
    _channels: tuple[str, ...] = PrivateAttr(default=())

    @property
    def heartbeat(self) -> str | None:
        """What is called while all is well, which `repr` never shows."""
        return self._heartbeat

    @property
    def channels(self) -> tuple[str, ...]:
        """Where what is critical goes as well, which `repr` never shows."""
        return self._channels

    @model_validator(mode="after")
    def _second_channel(self) -> Self:
        given = SecretStr("\n".join(one.get_secret_value() for one in self.second))
        found = _secret(given if self.second else None, self.second_file, "second")
        at: Loc = ("second_file",) if self.second_file else ("second",)
        lines = (found or "").splitlines()
        self._channels = tuple(_at(at, partial(channel, line)) for line in lines if line.strip())
        return self

    @model_validator(mode="after")
    def _one_heartbeat(self) -> Self:
        found = _secret(self.heartbeat_url, self.heartbeat_url_file, "heartbeat_url")
        if found is not None:
            self._heartbeat = _at(("heartbeat_url",), lambda: web(found))
        return self


class Locale(Section):
    """What is spoken where neither the person nor the chat has said otherwise."""

    language: Language = "en"
    timezone: Zone = "UTC"


def _docker_here() -> Mapping[str, HostEntry]:
    return MappingProxyType({DEFAULT_HOST: HostEntry(url="unix:///var/run/docker.sock")})


def _docker_hub() -> Mapping[str, RegistryEntry]:
    return MappingProxyType({"docker.io": RegistryEntry()})


class Settings(Section):
    """All of it. `repr` shows no secret."""

    telegram: Telegram
    access: Access = Field(default_factory=Access)
    registries: Annotated[Mapping[RegistryName, RegistryEntry], _READ_ONLY] = Field(
        default_factory=_docker_hub
    )
    hosts: Annotated[Mapping[HostName, HostEntry], Field(min_length=1), _READ_ONLY] = Field(
        default_factory=_docker_here
    )
    storage: Storage = Field(default_factory=Storage)
    features: Features = Field(default_factory=Features)
    log: Log = Field(default_factory=Log)
    limits: Limits = Field(default_factory=Limits)
    watch: Watch = Field(default_factory=Watch)
    locale: Locale = Field(default_factory=Locale)
    alert: Items[AlertEntry] = ()
    maintenance: Items[MaintenanceEntry] = ()
    _warnings: tuple[Problem, ...] = PrivateAttr(default=())

    @model_validator(mode="after")
    def _alerts_are_told_apart(self) -> Self:
        """A name is there once, and the bot speaks only where an owner has let it."""
        known = {*self.access.owners, *self.access.people, *self.access.chats}
        names: set[str] = set()
        faults: list[tuple[Loc, Message]] = []
        for place, entry in enumerate(self.alert):
            if entry.name in names:
                faults.append((("alert", place, "name"), msg("This name is there already.")))
            for key, chats in (("chats", entry.chats), ("escalate", entry.asked)):
                if not known.issuperset(chats):
                    why = msg("Each must stand in access: an owner, a person, or a group.")
                    faults.append((("alert", place, key), why))
            names.add(entry.name)
        if faults:
            (at, message), *more = faults
            raise Refused(message, *more, at=at)
        return self

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401 - pydantic's signature
        """Keep what was noticed while reading."""
        if isinstance(context, Given):
            self._warnings = context.warnings

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What works and should be mended all the same."""
        return self._warnings

    def secrets(self) -> tuple[str, ...]:
        """Every text that must not be shown anywhere, for the redactor."""
        token = self.telegram.token_value()
        half = token.partition(":")[2]
        logins = (entry.password_value() for entry in self.registries.values())
        half_too = [half] if len(half) >= _HALF else []
        watch = filter(None, [self.watch.heartbeat, *self.watch.channels])
        return (token, *half_too, *passwords(self.storage.url), *filter(None, logins), *watch)

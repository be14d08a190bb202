"""What an alert is about: a service on a host, or the host itself; and which of them a rule picks.

The fingerprint is the host with the compose project and service, else the name: a container that
was made anew is the same subject, and so are all containers of one service.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import UsageError
from bot.message import Code, Untrusted, msg

_PROJECT, _SERVICE = "com.docker.compose.project", "com.docker.compose.service"
_NAMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}", re.ASCII)
NOWHERE = ""  # the host of what is of none
_MOST = 128  # characters of a pattern


@dataclass(frozen=True, slots=True)
class Subject:
    """A service of a host: `name` is the container's or the service's. Without it, the host.

    What is probed may be of no host.
    """

    host: str
    name: str = ""
    project: str = ""

    @property
    def fingerprint(self) -> str:
        """What tells it from every other, also after a restart."""
        return f"{self.host}/{self.project}/{self.name}"

    @property
    def shown(self) -> Untrusted:
        """As a person reads it: `web@nas`, or `nas` alone."""
        both = self.name and self.host
        return Untrusted(f"{self.name}@{self.host}" if both else self.name or self.host)


def subject_of(host: str, name: str, labels: Mapping[str, str]) -> Subject:
    """The subject that a container belongs to: labels that Compose can't have written count not."""
    project, service = labels.get(_PROJECT, ""), labels.get(_SERVICE, "")
    known = _NAMED.fullmatch(project) and _NAMED.fullmatch(service)
    return Subject(host, service, project) if known else Subject(host, name)


@dataclass(frozen=True, slots=True)
class Selector:
    """Which containers a rule is about; a pattern that is empty fits all. `label` is `key=value`.

    `project` and `name` are patterns with * and ?; `name` fits the container's or the service's.
    """

    host: str = "*"
    name: str = "*"
    project: str = ""
    label: str = ""

    def fits(self, subject: Subject, name: str, labels: Mapping[str, str]) -> bool:
        """Whether a container called `name` is meant."""
        return (
            self.about(subject.host)
            and (_like(name, self.name) or _like(subject.name, self.name))
            and (not self.project or _like(subject.project, self.project))
            and (not self.label or self._labelled(labels))
        )

    def about(self, host: str) -> bool:
        """Whether anything on that host may be meant."""
        return _like(host, self.host)

    def _labelled(self, labels: Mapping[str, str]) -> bool:
        key, equals, value = self.label.partition("=")
        return key in labels and (not equals or labels[key] == value)


def _like(text: str, pattern: str) -> bool:
    """Whether a pattern fits; that of everything is asked for each container in each look."""
    return pattern == "*" or fnmatch.fnmatchcase(text, pattern)


def written(on: Selector) -> str:
    """A selector as it is typed; "" where it fits all."""
    parts = {"host": on.host, "project": on.project, "label": on.label}
    named = [f"{key}:{value}" for key, value in parts.items() if value not in {"", "*"}]
    name = on.name if ":" not in on.name else f"name:{on.name}"
    return " ".join((*([] if on.name == "*" else [name]), *named))


def selector(text: str) -> Selector:
    """Read `web*`, `host:nas`, `label:tier=web`, `project:media`, or several with spaces between.

    Raises:
        UsageError: it can't be understood.
    """
    found: dict[str, str] = {}
    for word in text.split():
        kind, colon, pattern = word.partition(":")
        key = kind if colon else "name"
        if key not in {"name", "host", "label", "project"} or not (pattern or not colon):
            raise UsageError(
                msg(
                    "I can't read {word}: name it like {name}, {label}, {project} or {host}.",
                    word=Untrusted(word[:_MOST]),
                    name=Code("web*"),
                    label=Code("label:tier=web"),
                    project=Code("project:media"),
                    host=Code("host:nas"),
                )
            )
        if key in found:
            raise UsageError(msg("{word} is there twice: one must go.", word=Code(f"{key}:")))
        found[key] = (pattern if colon else word)[:_MOST]
    return Selector(**found)

"""A compose file that somebody sent, read by ourselves before any program sees it.

Such a file can make `docker compose` read files and run programs of the machine that it runs on,
which is ours: `env_file`, `extends`, `include`, `build`, `provider`. So only what is known to do
neither is let through, and what compose then gets is JSON that was made of what was understood
here: there is nothing that it could read in another way.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import yaml

from bot.errors import BotError
from bot.hosts.answer import Unexpected, mapping
from bot.message import Message, Untrusted, msg

MOST = 128 * 1024  # bytes
_NODES = 20_000  # an alias counts as often as it is used
_DEEP = 32
_TAG = "tag:yaml.org,2002:"
_TOP = frozenset({"version", "name", "services", "networks", "volumes", "configs", "secrets"})
# What a service may have. Whatever is new in compose is refused until somebody has looked at it.
_SERVICE = frozenset(
    [
        "attach",
        "cap_add",
        "cap_drop",
        "cgroup",
        "cgroup_parent",
        "command",
        "configs",
        "container_name",
        "cpu_count",
        "cpu_percent",
        "cpu_period",
        "cpu_quota",
        "cpu_rt_period",
        "cpu_rt_runtime",
        "cpu_shares",
        "cpus",
        "cpuset",
        "depends_on",
        "deploy",
        "device_cgroup_rules",
        "devices",
        "dns",
        "dns_opt",
        "dns_search",
        "domainname",
        "entrypoint",
        "environment",
        "expose",
        "extra_hosts",
        "gpus",
        "group_add",
        "healthcheck",
        "hostname",
        "image",
        "init",
        "ipc",
        "labels",
        "links",
        "logging",
        "mac_address",
        "mem_limit",
        "mem_reservation",
        "mem_swappiness",
        "memswap_limit",
        "network_mode",
        "networks",
        "oom_kill_disable",
        "oom_score_adj",
        "pid",
        "pids_limit",
        "platform",
        "ports",
        "privileged",
        "profiles",
        "pull_policy",
        "read_only",
        "restart",
        "runtime",
        "scale",
        "secrets",
        "security_opt",
        "shm_size",
        "stdin_open",
        "stop_grace_period",
        "stop_signal",
        "sysctls",
        "tmpfs",
        "tty",
        "ulimits",
        "user",
        "userns_mode",
        "uts",
        "volumes",
        "volumes_from",
        "working_dir",
    ]
)
# What a config or secret may have: not `file`, nor `environment`, which are ours.
_CONTENT = frozenset({"content", "name", "external", "labels"})


class BadCompose(BotError):
    """It can't be understood, or has what is not taken."""

    def __init__(self, why: Message, *hints: Message) -> None:
        super().__init__(why, *hints, msg("Nothing was changed."))


def read(data: bytes) -> Mapping[str, object]:
    """What a compose file says, as JSON can say it.

    Raises:
        BadCompose: it is none, or has what could reach our own machine.
    """
    if len(data) > MOST:
        raise BadCompose(msg("It is too long for a compose file."))
    try:
        tree = mapping(_plain(yaml.load(data, _Loader), 0, [_NODES]))  # noqa: S506 - a safe one
        check(tree)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadCompose(msg("It is no YAML that I understand: line {line}.", line=line)) from error
    except (yaml.YAMLError, Unexpected, RecursionError, ValueError) as error:
        raise BadCompose(msg("It is no compose file that I understand.")) from error
    return tree


def check(tree: Mapping[str, object]) -> None:
    """Refuse what could read files or run programs of ours.

    Raises:
        BadCompose: there is such a thing.
        Unexpected: something is not of the kind that it should be.
    """
    _only(tree, _TOP, "compose.yaml")
    for name, service in mapping(tree.get("services")).items():
        _only(mapping(service), _SERVICE, name)
    for kind in ("configs", "secrets"):
        for name, entry in mapping(tree.get(kind)).items():
            _only(mapping(entry), _CONTENT, name)


def _only(found: Mapping[str, object], known: frozenset[str], where: str) -> None:
    for key in found:
        if key not in known and not key.startswith("x-"):
            raise BadCompose(
                msg("{where}: I don't take {key}.", where=Untrusted(where), key=Untrusted(key)),
                msg("What reads files, builds or runs on my own machine is refused."),
            )


def _plain(value: Any, depth: int, left: list[int]) -> object:  # noqa: ANN401 - whatever YAML holds
    """The value, copied as a tree without aliases, if it is not endless."""
    left[0] -= 1
    if left[0] < 0 or depth > _DEEP:
        raise BadCompose(msg("It is too large, or nested too deep."))
    match value:
        case dict():
            return {_key(key): _plain(one, depth + 1, left) for key, one in value.items()}
        case list():
            return [_plain(one, depth + 1, left) for one in value]
        case float() if not math.isfinite(value):
            raise Unexpected("number")
        case _:
            return value


def _key(key: object) -> str:
    if isinstance(key, bool) or not isinstance(key, str | int | float):
        raise Unexpected("key")
    return str(key)


class _Loader(yaml.SafeLoader):
    """YAML as compose reads it: `22:22` is text, and so are `on`, `yes` and dates."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as PyYAML has it
    yaml_constructors: ClassVar[dict[Any, Any]] = {}


def _resolves(kind: str, pattern: str, first: str | Sequence[str]) -> None:
    _Loader.add_implicit_resolver(f"{_TAG}{kind}", re.compile(rf"(?:{pattern})\Z"), list(first))


_resolves("bool", "true|True|TRUE|false|False|FALSE", "tTfF")
_resolves("null", "~|null|Null|NULL|", ["~", "n", "N", ""])
_resolves("int", r"[-+]?(?:0|[1-9][0-9]*|0[0-7]+|0x[0-9a-fA-F]+)", "-+0123456789")
_resolves("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?", "-+.0123456789")
_resolves("merge", "<<", "<")
for _kind, _make in (
    ("null", yaml.SafeLoader.construct_yaml_null),
    ("bool", yaml.SafeLoader.construct_yaml_bool),
    ("int", yaml.SafeLoader.construct_yaml_int),
    ("float", yaml.SafeLoader.construct_yaml_float),
    ("str", yaml.SafeLoader.construct_yaml_str),
    ("seq", yaml.SafeLoader.construct_yaml_seq),
    ("map", yaml.SafeLoader.construct_yaml_map),
):
    _Loader.yaml_constructors[f"{_TAG}{_kind}"] = _make
_Loader.yaml_constructors[None] = yaml.SafeLoader.construct_undefined

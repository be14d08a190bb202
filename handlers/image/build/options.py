"""The options of a build as the API takes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.errors import UsageError
from bot.message import Code, Untrusted, msg

# What is the same word in Docker's command line and in the API.
_SAME = {
    "target": "target",
    "platform": "platform",
    "network": "networkmode",
    "cgroup_parent": "cgroupparent",
    "cpuset_cpus": "cpusetcpus",
    "cpuset_mems": "cpusetmems",
    "cpu_period": "cpuperiod",
    "cpu_quota": "cpuquota",
    "cpu_shares": "cpushares",
    "memory": "memory",
    "memory_swap": "memswap",
    "shm_size": "shmsize",
}


def query(params: Mapping[str, Any], dockerfile: str) -> list[tuple[str, str]]:
    """The query of `POST /build`, for the classic builder.

    Containers that a step leaves behind are removed whether it went well or not.

    Raises:
        UsageError: a value has no `=` where it needs one.
    """
    asked = [("version", "1"), ("dockerfile", dockerfile), ("rm", "1"), ("forcerm", "1")]
    asked += [("t", tag) for tag in params["tag"]]
    asked += [(name, str(params[key])) for key, name in _SAME.items() if params[key] is not None]
    asked += [("nocache", "1")] if params["no_cache"] else []
    asked += [("extrahosts", host) for host in params["add_host"]]
    asked += list(_mapped(params, "build_arg", "buildargs", "--build-arg"))
    asked += list(_mapped(params, "label", "labels", "--label", empty=True))
    if params["ulimit"]:
        asked.append(("ulimits", json.dumps(list(params["ulimit"]))))
    if params["cache_from"]:
        names = [name for given in params["cache_from"] for name in given.split(",")]
        asked.append(("cachefrom", json.dumps(names)))
    return asked


def args(params: Mapping[str, Any]) -> dict[str, str]:
    """The build args, by name.

    Raises:
        UsageError: one has no value.
    """
    return dict(_pair(one, "--build-arg", empty=False) for one in params["build_arg"])


def _mapped(
    params: Mapping[str, Any], key: str, name: str, option: str, *, empty: bool = False
) -> Iterator[tuple[str, str]]:
    given: Sequence[str] = params[key]
    if given:
        yield name, json.dumps(dict(_pair(one, option, empty=empty) for one in given))


def _pair(word: str, option: str, *, empty: bool) -> tuple[str, str]:
    """`KEY=VALUE`. Alone, a key would stand for a value of the bot's own environment."""
    key, mark, value = word.partition("=")
    if not key or not (mark or empty):
        raise UsageError(
            msg("{option} {word} has no value.", option=Code(option), word=Untrusted(word)),
            msg("Write {example}.", example=Code(f"{option} KEY=VALUE")),
        )
    return key, value

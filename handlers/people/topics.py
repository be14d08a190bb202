"""Many options in groups, so that `/help run` is a screen to choose from and no wall of text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import click

from bot.message import Message, msg


def _topic(title: Message, *names: str) -> tuple[Message, re.Pattern[str]]:
    return title, re.compile(f"--({'|'.join(names)})")


_TOPICS = (
    _topic(
        msg("Used most"),
        "detach|interactive|tty|rm|name|env|publish|volume|network|restart|user|workdir",
        "tag|file|build-arg|target|no-cache|pull",
    ),
    _topic(
        msg("Network"),
        "add-host|dns.*|domainname|expose|hostname|ip6?|link.*|mac-address|net.*|publish-all",
    ),
    _topic(
        msg("Files and volumes"),
        "mount|tmpfs|volume.*|read-only|shm-size|storage-opt|env-file|label-file|cidfile",
    ),
    _topic(
        msg("Limits"),
        "blkio.*|cpu.*|device-(read|write).*|io-.*|kernel-memory|memory.*|oom.*|pids.*|ulimit",
    ),
    _topic(msg("Health"), "health.*|no-healthcheck"),
    _topic(
        msg("Rights and isolation"),
        "cap-.*|cgroup.*|device.*|gpus|group-add|ipc|isolation|pid|privileged|runtime",
        "security-opt|sysctl|use-api-socket|userns|uts",
    ),
)
_MORE = msg("More")


def by_topic(options: Iterable[click.Option]) -> Iterator[tuple[Message, list[click.Option]]]:
    """Each topic that has options, with them; what has none comes last."""
    left = list(options)
    for title, names in _TOPICS:
        found = [param for param in left if any(map(names.fullmatch, param.opts))]
        left = [param for param in left if param not in found]
        if found:
            yield title, found
    if left:
        yield _MORE, left

"""What the lists and summaries of volumes and networks have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.message import Message, Untrusted, Value, msg

_LISTED = 6
_PROJECT = "com.docker.compose.project"

Row = tuple[Value, ...]

SORTED: Mapping[str, Message] = {
    "name": msg("By name"),
    "created": msg("Newest first"),
    "driver": msg("By driver"),
}


def option_rows(options: Mapping[str, str]) -> Iterator[Row]:
    """Options of a driver. Key and value in one cell: so a password among them is known as one."""
    for key, value in sorted(options.items())[:_LISTED]:
        yield msg("option"), Untrusted(f"{key}={value}")
    if len(options) > _LISTED:
        yield msg("and {more} more", more=len(options) - _LISTED), Untrusted("")


def label_rows(labels: Mapping[str, str]) -> Iterator[Row]:
    """Which stack it belongs to, and how many labels it has."""
    if project := labels.get(_PROJECT):
        yield msg("stack"), Untrusted(project)
    if labels:
        yield msg("labels"), len(labels)

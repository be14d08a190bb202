"""The parameters of a command that Click does not have: names of things, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
from click.core import ParameterSource

from bot.command.kinds import PAGE, BadValue, seconds
from bot.hosts.types import Container, Kind, Target
from bot.message import Code, Message, msg


class Refused(click.Option):
    """An option of Docker's that makes no sense in a chat: given, it is answered with `why`.

    `usual` is what a boolean one is with Docker if not given: to say so changes nothing.
    """

    def __init__(
        self, names: Sequence[str], why: Message, *, value: bool, usual: bool | None
    ) -> None:
        super().__init__(
            names, is_flag=not value, hidden=True, expose_value=False, callback=_refuse
        )
        self.why = why
        self.usual = usual


def _refuse(ctx: click.Context, param: click.Parameter, value: object) -> None:
    given = ctx.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE
    if given and isinstance(param, Refused) and (param.usual is None or value is not param.usual):
        name = Code(max(param.opts, key=len))
        raise BadValue(msg("{option} is not for a chat.", option=name), param.why)


class Targets(click.Argument):
    """An argument that names things on a host; the pipeline turns the names into targets.

    `kinds` says, by the command's values, among which kinds of things a name is looked for, in
    this order; without it, among those of its `kind` alone.
    """

    def __init__(
        self,
        kind: Kind,
        name: str,
        *,
        nargs: int,
        required: bool,
        among: Callable[[Container], bool] | None,
        kinds: Callable[[Mapping[str, Any]], Sequence[Kind]] | None = None,
    ) -> None:
        super().__init__([name], nargs=nargs, required=False, type=click.STRING)
        self.kind = kind
        self.needed = required
        self.among = among
        self._kinds = kinds

    def kinds(self, params: Mapping[str, Any]) -> Sequence[Kind]:
        """Among which kinds of things its names are looked for; at least one."""
        return (self.kind,) if self._kinds is None else self._kinds(params)

    def names(self, words: Sequence[str]) -> tuple[str, ...]:
        """The names in what was typed."""
        return tuple(words)

    def filled(self, words: Any, found: Sequence[Target]) -> Any:  # noqa: ANN401 - a parameter's value
        """What the handler gets for what was typed: the targets in the place of their names."""
        del words
        return tuple(found) if self.nargs == -1 else next(iter(found), None)


class Offered(click.Argument):
    """An argument whose value may be the name of something on the host, or any other.

    Where it is missing, what there is of that kind is offered; it is no target.
    """

    among = None
    needed = True

    def __init__(self, kind: Kind, name: str, **attrs: Any) -> None:  # noqa: ANN401 - Click's own
        super().__init__([name], required=False, **attrs)
        self.kind = kind


class Words(click.Argument):
    """An argument of words that make a sentence: it is ours to read, with options among them."""


class Choices(click.Option):
    """The page of a picker: what its buttons add to a command that still lacks a name.

    No handler gets it: it stays in the context, under its name.
    """

    NAME = "--choices"

    def __init__(self) -> None:
        super().__init__(
            [self.NAME], type=PAGE, default=1, hidden=True, expose_value=False, callback=_keep
        )


def _keep(ctx: click.Context, param: click.Parameter, value: int) -> None:
    ctx.meta[str(param.name)] = value


class Paths(Targets):
    """An argument of paths, of which some are in a container: `web:/etc/hosts`.

    The handler gets them as they were typed; the containers are the call's targets.
    """

    def __init__(self, name: str) -> None:
        super().__init__(Kind.CONTAINER, name, nargs=-1, required=False, among=None)

    def names(self, words: Sequence[str]) -> tuple[str, ...]:
        """The containers'. What begins with a dot or a slash is a path of one's own machine."""
        named = (w.partition(":") for w in words if not w.startswith((".", "/")))
        return tuple(name for name, colon, _ in named if colon and name)

    def filled(self, words: Any, found: Sequence[Target]) -> Any:  # noqa: ANN401 - a parameter's value
        """The paths."""
        del found
        return words


class Stacks(Targets):
    """An argument of a stack, and of those of its services that are meant; without any: all.

    The handler gets the stack's target and the names of the services.
    """

    def __init__(self, name: str) -> None:
        super().__init__(Kind.STACK, name, nargs=-1, required=True, among=None)
        self.metavar = "STACK [SERVICE…]"

    def names(self, words: Sequence[str]) -> tuple[str, ...]:
        """The stack's."""
        return tuple(words[:1])

    def filled(self, words: Any, found: Sequence[Target]) -> Any:  # noqa: ANN401 - a parameter's value
        """The stack, and the names of services."""
        return *found[:1], tuple(words[1:])


class Lately(Targets):
    """An argument of containers, at whose end may stand how far back one looks: `web db 24h`.

    The handler gets the targets, and the seconds, None where none were given.
    """

    def __init__(self, name: str) -> None:
        super().__init__(Kind.CONTAINER, name, nargs=-1, required=False, among=None)
        self.metavar = "[CONTAINER…] [TIME]"

    def names(self, words: Sequence[str]) -> tuple[str, ...]:
        """The containers'."""
        return tuple(words[: len(words) - (self._time(words) is not None)])

    def filled(self, words: Any, found: Sequence[Target]) -> Any:  # noqa: ANN401 - a parameter's value
        """The targets, and how far back."""
        return tuple(found), self._time(words)

    @staticmethod
    def _time(words: Sequence[str]) -> float | None:
        try:
            return seconds(words[-1]) if words else None
        except ValueError:
            return None

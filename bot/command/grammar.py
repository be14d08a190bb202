"""From words to a command's values, by Click, with everything that it says put in our own words.

Parsing touches nothing: no files, no Engine, and Click's thread-local context is left before it
returns. Click's own messages are never shown (their language is process-wide, ours is a person's).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import click
from click.exceptions import BadOptionUsage, NoSuchOption
from click.parser import _Option, _OptionParser, _ParsingState

from bot.command.kinds import BadValue
from bot.command.spec import Command
from bot.errors import UsageError
from bot.message import Code, Message, Names, Untrusted, msg

_BOOLEANS = {"true": True, "1": True, "t": True, "false": False, "0": False, "f": False}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a line asks for: the values by parameter name, and the host if one was named."""

    params: Mapping[str, Any]
    host: str | None


class _Parser(_OptionParser):
    """Click's parser, with Docker's `--rm=false` and `-it=true`, and `@host` before the targets."""

    host: str | None = None

    def _match_long_opt(self, opt: str, explicit_value: str | None, state: _ParsingState) -> None:
        option = self._long_opt.get(opt)
        if option is None or option.takes_value or explicit_value is None:
            super()._match_long_opt(opt, explicit_value, state)
        else:
            self._set(option, explicit_value, opt, state)

    def _match_short_opt(self, arg: str, state: _ParsingState) -> None:
        letters, mark, value = arg.partition("=")
        options = [self._short_opt.get(f"-{letter}") for letter in letters[1:]]
        if mark and options and all(o is not None and not o.takes_value for o in options):
            for found in options[:-1]:
                cast("_Option", found).process(None, state)
            self._set(cast("_Option", options[-1]), value, letters, state)
        else:
            super()._match_short_opt(arg, state)

    def _set(self, option: _Option, value: str, name: str, state: _ParsingState) -> None:
        if value.lower() not in _BOOLEANS:
            raise click.BadParameter(value, param_hint=name)
        state.opts[str(option.dest)] = _BOOLEANS[value.lower()]
        state.order.append(option.obj)

    def _process_args_for_args(self, state: _ParsingState) -> None:
        rest = state.largs + state.rargs
        if rest and rest[0].startswith("@") and len(rest[0]) > 1:
            self.host = rest.pop(0)[1:]
            state.largs, state.rargs = rest, []
        super()._process_args_for_args(state)


class _Grammar(click.Command):
    """A command that only parses; the words that it has no room for stay in the context."""

    def __init__(self, command: Command) -> None:
        super().__init__(
            command.name,
            params=list(command.params),
            add_help_option=False,
            context_settings={"allow_extra_args": True},
        )

    def make_parser(self, ctx: click.Context) -> _OptionParser:
        """Our parser in place of Click's; the context keeps it, for the host that it finds."""
        parser = _Parser(ctx)
        for param in self.get_params(ctx):
            param.add_to_parser(parser, ctx)
        ctx.obj = parser
        return parser


def parse(command: Command, words: tuple[str, ...]) -> Parsed:
    """The values of a command line, without the command's own words.

    Raises:
        UsageError: with the usage line of the command.
    """
    try:
        context = _Grammar(command).make_context(command.name, list(words))
    except BadValue as error:
        raise UsageError(error.told, *error.hints, usage=usage(command)) from error
    except click.UsageError as error:
        raise UsageError(*_in_our_words(error), usage=usage(command)) from error
    if context.args:
        extra = msg("{word} is one word too many.", word=Untrusted(context.args[0]))
        raise UsageError(extra, usage=usage(command))
    return Parsed(context.params, context.obj.host)


def usage(command: Command) -> str:
    """The usage line: `/container_restart [-t SECONDS] CONTAINER…`, the short spelling if any."""
    parts = [command.spelling]
    for param in command.params:
        if isinstance(param, click.Option):
            if not getattr(param, "hidden", False):
                parts.append(f"[{_option_usage(param)}]")
        else:
            name = (param.name or "").removesuffix("s" if param.nargs == -1 else "").upper()
            word = name + ("…" if param.nargs == -1 else "")
            parts.append(word if getattr(param, "needed", param.required) else f"[{word}]")
    return " ".join(parts)


def _option_usage(param: click.Option) -> str:
    name = min(param.opts, key=len)
    return name if param.is_flag else f"{name} {param.type.name.upper()}"


def _in_our_words(error: click.UsageError) -> tuple[Message, ...]:
    """Click's error by its type and attributes: the sentence, and what may have been meant."""
    match error:
        case NoSuchOption():
            near = tuple(Code(name) for name in (error.possibilities or ())[:3])
            hint = (msg("Did you mean {options}?", options=Names(near)),) if near else ()
            return msg("There is no option {name}.", name=Untrusted(error.option_name)), *hint
        case BadOptionUsage():
            return (msg("{name} needs a value.", name=Code(error.option_name)),)
        case click.MissingParameter():
            name = error.param.name if error.param and error.param.name else ""
            return (msg("{name} is missing.", name=Code(name.upper())),)
        case click.BadParameter():
            name = error.param.opts[-1] if error.param else str(error.param_hint or "")
            return (msg("That value does not fit {name}.", name=Code(name)),)
        case _:
            return (msg("This can't be understood."),)

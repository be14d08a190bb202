"""From words to a command's values, by Click, with everything that it says put in our own words.

Parsing touches nothing: no files, no Engine, and Click's thread-local context is left before it
returns. Click's own messages are never shown (their language is process-wide, ours is a person's).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast

import click
from click.exceptions import BadOptionUsage, NoSuchOption
from click.parser import _Option, _OptionParser, _ParsingState

from bot.command.kinds import BadValue
from bot.command.params import Choices
from bot.command.spec import Command
from bot.errors import UsageError
from bot.message import Code, Message, Names, Untrusted, msg

_BOOLEANS = {"true": True, "1": True, "t": True, "false": False, "0": False, "f": False}
GLANCE = 12  # options that fit a phone's screen
_HELP = "--help"  # the place of its value; no parameter can be called so
_TARGETS = 50  # names in one command: each is looked for among all that a host has


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a line asks for: the values by parameter name, and the host if one was named.

    Several hosts have commas between them.
    `words` are those that say so, without the host: parsed again they give the same values.
    `choices` is the page of the picker that is shown where a name lacks.
    """

    params: Mapping[str, Any]
    host: str | None
    words: tuple[str, ...] = ()
    choices: int = 1


class _Parser(_OptionParser):
    """Click's parser, with Docker's `--rm=false` and `-it=true`, and `@host` before the targets.

    Where there can be none, it may stand anywhere, and so may `several`. `hosts` are the places,
    among all words, of those that name one.
    """

    def __init__(self, ctx: click.Context, *, hosted: bool, several: bool) -> None:
        super().__init__(ctx)
        self.hosts: list[int] = []
        self._hosted = hosted
        self._several = several

    def add_help(self) -> None:
        """Understand `--help`, and `-h` where that means nothing else, as Docker does."""
        names = ["--help", *({"-h"} - self._short_opt.keys())]
        self.add_option(click.Option(names), names, _HELP, action="store_const", const=True)

    def _process_args_for_options(self, state: _ParsingState) -> None:
        """As Click does it, but for the host."""
        count = len(state.rargs)
        while state.rargs:
            word = state.rargs.pop(0)
            if word == "--":
                return
            if len(word) > 1 and word[0] == "-":
                self._process_opts(word, state)
            elif len(word) > 1 and word[0] == "@" and self._may_name_host(state):
                self.hosts.append(count - len(state.rargs) - 1)
            elif self.allow_interspersed_args:
                state.largs.append(word)
            else:
                state.rargs.insert(0, word)
                return

    def _may_name_host(self, state: _ParsingState) -> bool:
        return self._hosted and (self._several or not (self.hosts or state.largs))

    def _process_opts(self, arg: str, state: _ParsingState) -> None:
        """One dash means short options: Click would first look for a long one, and for its like."""
        if arg.startswith("--"):
            super()._process_opts(arg, state)
        else:
            self._match_short_opt(arg, state)

    def _match_long_opt(self, opt: str, explicit_value: str | None, state: _ParsingState) -> None:
        option = self._long_opt.get(opt)
        if option is None or option.takes_value or explicit_value is None:
            super()._match_long_opt(opt, explicit_value, state)
        else:
            self._set(option, explicit_value, opt, state)

    def _match_short_opt(self, arg: str, state: _ParsingState) -> None:
        letters, mark, value = arg.partition("=")
        options = [self._short_opt.get(f"-{letter}") for letter in letters[1:]]
        *flags, last = options or [None]
        if mark and last is not None and all(o is not None and not o.takes_value for o in flags):
            for found in flags:
                cast("_Option", found).process(None, state)
            # As with Docker, -e= sets "=" and not "": only a long option can be given nothing.
            self._set(last, value or ("=" if last.takes_value else ""), letters, state)
            return
        try:
            super()._match_short_opt(arg, state)
        except NoSuchOption:
            if get_close_matches(arg, self._long_opt):  # -tail is no five short ones
                raise NoSuchOption(arg, possibilities=self._long_opt) from None
            raise

    def _set(self, option: _Option, value: str, name: str, state: _ParsingState) -> None:
        """An option with "=" and its value, which for a flag is a boolean."""
        if option.takes_value:
            option.process(value, state)
            return
        if value.lower() not in _BOOLEANS:
            raise click.BadParameter(value, param_hint=name)
        state.opts[str(option.dest)] = _BOOLEANS[value.lower()]
        state.order.append(option.obj)


class _Grammar(click.Command):
    """A command that only parses; the words that it has no room for stay in the context.

    Without `hosted` no word names a host.
    """

    def __init__(self, command: Command, *, hosted: bool) -> None:
        super().__init__(
            command.name,
            params=[*command.params, *([Choices()] if command.named or command.offers else [])],
            add_help_option=False,
            context_settings={
                "allow_extra_args": True,
                "allow_interspersed_args": not command.passes_on,
            },
        )
        self._hosted = hosted
        self._several = command.names_nothing

    def make_parser(self, ctx: click.Context) -> _Parser:
        """Our parser in place of Click's; the context keeps it, for the host that it finds."""
        parser = _Parser(ctx, hosted=self._hosted, several=self._several)
        for param in self.get_params(ctx):
            param.add_to_parser(parser, ctx)
        ctx.obj = parser
        return parser


def parse(command: Command, words: tuple[str, ...], host: str | None = None) -> Parsed:
    """The values of a command line, without the command's own words.

    `host` is known where the words were stored with it: then none of them names one.

    Raises:
        UsageError: with the usage line of the command.
    """
    grammar = _Grammar(command, hosted=host is None and not command.hostless)
    try:
        context = grammar.make_context(command.name, list(words))
        _bound(command, context)
    except BadValue as error:
        raise UsageError(error.told, *error.hints, usage=usage(command)) from error
    except click.UsageError as error:
        raise UsageError(*_in_our_words(error), usage=usage(command)) from error
    if places := context.obj.hosts:
        host = ",".join(words[place][1:] for place in places)
        words = tuple(word for place, word in enumerate(words) if place not in places)
    return Parsed(context.params, host, words, context.meta.get("choices", 1))


def asks_for_help(command: Command, words: tuple[str, ...]) -> bool:
    """Whether `--help` or `-h` stands where it is the command's own, as in `docker ps -ah`."""
    if not any(word.startswith("-") and "h" in word for word in words):
        return False
    return bool(_values(command, words).get(_HELP))


def passed_on(command: Command, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words that are for somebody else to read: `ls -t` of `exec -i web ls -t`."""
    if not command.passes_on:
        return ()
    *_, last = (p.name for p in command.params if isinstance(p, click.Argument))
    found = _values(command, words).get(last or "")
    return found if isinstance(found, tuple) else ()  # else there are none


def _values(command: Command, words: tuple[str, ...]) -> dict[str, Any]:
    """What the words are, as far as they can be understood, whatever they are worth."""
    grammar = _Grammar(command, hosted=not command.hostless)
    context = click.Context(grammar, resilient_parsing=True, **grammar.context_settings)
    parser = grammar.make_parser(context)
    parser.add_help()
    values, *_ = parser.parse_args(list(words))
    return values


def _bound(command: Command, context: click.Context) -> None:
    """Refuse more words than there is room for, and more targets than are looked for in no time."""
    if context.args:
        raise BadValue(msg("{word} is one word too many.", word=Untrusted(context.args[0])))
    for asked in command.named:
        if asked.nargs == -1 and len(context.params[str(asked.name)]) > _TARGETS:
            raise BadValue(msg("At most {most} at once, please.", most=_TARGETS))


def options(command: Command) -> tuple[click.Option, ...]:
    """The options that are told of."""
    return tuple(p for p in command.params if isinstance(p, click.Option) and not p.hidden)


def usage(command: Command) -> str:
    """The usage line, in Docker's order: `/restart [-t SECONDS] [-s SIGNAL] CONTAINER…`.

    More options than a phone shows at a glance are told as `[OPTIONS]`.
    """
    known = options(command)
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    told = map(_option_usage, known) if len(known) <= GLANCE else ("[OPTIONS]",)
    return " ".join((command.spelling, *told, *map(_argument_usage, arguments)))


def _option_usage(param: click.Option) -> str:
    name = min(param.opts, key=len)
    return f"[{name}]" if param.is_flag else f"[{name} {param.type.name.upper()}]"


def _argument_usage(param: click.Argument) -> str:
    if param.metavar:
        return param.metavar
    many = param.nargs == -1
    name = (param.name or "").removesuffix("s" if many else "").upper() + ("…" if many else "")
    return name if getattr(param, "needed", param.required) else f"[{name}]"


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

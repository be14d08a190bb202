"""Lines that Docker's own parser takes, in every spelling that it has for them, and their sense."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from bot.reference.dockers import Flag, Verb
from tests.command.docker.pflag import FALSE, TRUE

TEXT = st.sampled_from(
    ["", "-", "--", "-x", "--rm", "=", "a=b", "@nas", "é→ж", "a b", "'", "x" * 2000]
) | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12)
_NUMBER = st.integers(0, 2**31).map(str) | st.sampled_from(["-1", "0x10", "0o17", "017", "1_000"])
_TYPES: dict[str, st.SearchStrategy[str]] = {
    "bytes": st.sampled_from(["5m", "1g", "512", "1.5GB", "0"]),
    "decimal": st.sampled_from(["0.5", "2", "1.25"]),
    "duration": st.sampled_from(["0s", "1m30s", "5ms", "1.5h"]),
    "filter": st.sampled_from(["status=exited", "name=", "label=a=b", "label!=x"]),
    "gpu-request": st.sampled_from(["all", "2", '"device=0,1"']),
    "int": _NUMBER,
    "map": st.sampled_from(["a=b", "net.core.somaxconn=1024", "net.ipv4.ip_forward=1"]),
    "mount": st.sampled_from(["type=tmpfs,dst=/a", "type=bind,src=/a,dst=/b,ro"]),
    "network": st.sampled_from(["host", "none", "name=a,alias=b", "container:web"]),
    "string": TEXT,
    "list": TEXT,
    "strings": st.sampled_from(["a", "a,b", '"a,b",c', ""]),
    "uint": st.integers(0, 2**32).map(str),
    "uint16": st.integers(0, 65535).map(str),
    "ulimit": st.sampled_from(["nofile=1024", "core=-1", "nproc=1:2"]),
}
_NAMED = st.builds("{}={}".format, st.sampled_from(["A", "a.b", "é"]), TEXT)
_DEVICE = st.sampled_from(["/dev/sda:100", "/dev/vda:10"])
_NAMES: dict[str, st.SearchStrategy[str]] = {  # whose values Docker looks at while it parses
    "add-host": st.sampled_from(["a:10.0.0.1", "a=::1", "a:host-gateway"]),
    "attach": st.sampled_from(["stdin", "STDOUT", "stderr"]),
    "blkio-weight-device": _DEVICE,
    "build-arg": _NAMED,
    "device-cgroup-rule": st.sampled_from(["c 1:3 mr", "a *:* rwm"]),
    "device-read-bps": _DEVICE,
    "device-read-iops": _DEVICE,
    "device-write-bps": _DEVICE,
    "device-write-iops": _DEVICE,
    "dns": st.sampled_from(["10.0.0.1", "::1"]),
    "dns-search": st.sampled_from(["example.com", "."]),
    "env": _NAMED | st.just("PATH"),
    "label": _NAMED | st.just("a"),
    "link": st.sampled_from(["web", "web:db"]),
    "tag": st.sampled_from(["a", "a:b", "localhost:5000/a/b:c"]),
}


@dataclass(frozen=True)
class Typed:
    """A line, and what each flag and word in it was meant to be."""

    verb: Verb
    line: tuple[str, ...]
    values: dict[str, list[str | bool]]
    words: tuple[str, ...]


@st.composite
def typed(draw: st.DrawFn, verb: Verb) -> Typed:
    """A line for a verb that Docker's own parser takes."""
    flags = draw(st.lists(st.sampled_from(verb.flags), max_size=5)) if verb.flags else []
    values: dict[str, list[str | bool]] = {}
    options: list[list[str]] = []
    open_ = False  # whether the last word may be gone on with, as -i in -itm 5m
    for flag in flags:
        spelled, meant = draw(_value(flag) if flag.takes_value else _switch(flag))
        values.setdefault(flag.name, []).append(meant)
        short = not spelled[0].startswith("--")
        if open_ and short and draw(st.booleans()):
            options[-1] = [options[-1][0] + spelled[0][1:], *spelled[1:]]
        else:
            options.append(spelled)
        open_ = short and not flag.takes_value and "=" not in spelled[0]
    words = draw(_words(verb))
    return Typed(verb, draw(_ordered(verb, options, words)), values, tuple(words))


@st.composite
def _value(draw: st.DrawFn, flag: Flag) -> tuple[list[str], str | bool]:
    value = draw(_NAMES.get(flag.name, _TYPES[flag.type]))
    forms = [[f"--{flag.name}", value], [f"--{flag.name}={value}"]]
    if flag.short:
        forms.append([f"-{flag.short}", value])
        if value:
            forms.append([f"-{flag.short}={value}"])
        if value and not value.startswith("="):
            forms.append([f"-{flag.short}{value}"])
    return draw(st.sampled_from(forms)), value


@st.composite
def _switch(draw: st.DrawFn, flag: Flag) -> tuple[list[str], str | bool]:
    meant = draw(st.booleans())
    said = draw(st.sampled_from(TRUE if meant else FALSE))
    forms = [f"{name}={said}" for name in flag.names] + [*flag.names] * meant
    return [draw(st.sampled_from(forms))], meant


@st.composite
def _words(draw: st.DrawFn, verb: Verb) -> list[str]:
    most = verb.least + 3 if verb.most is None else verb.most
    return draw(st.lists(TEXT, min_size=verb.least, max_size=most))


@st.composite
def _ordered(
    draw: st.DrawFn, verb: Verb, options: list[list[str]], words: list[str]
) -> tuple[str, ...]:
    """Options and words in one line, with `--` where a word looks like an option, or anyway."""
    after = next((n for n, word in enumerate(words) if _looks(word)), len(words))
    if verb.stops:
        mark = ["--"] if after == 0 or draw(st.booleans()) else []
        return (*(part for parts in options for part in parts), *mark, *words)
    after = draw(st.integers(0, after))
    mark = ["--"] if after < len(words) or draw(st.booleans()) else []
    order = draw(st.permutations([1] * len(options) + [0] * after))
    given, said = iter(options), iter(words[:after])
    line = [part for one in order for part in (next(given) if one else [next(said)])]
    return (*line, *mark, *words[after:])


def _looks(word: str) -> bool:
    return word.startswith("-") and word != "-"

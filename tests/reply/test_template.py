"""`--format`: what of Go's templates is understood, what comes out, and what is answered else."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import ENGLISH
from bot.message import Untrusted
from bot.reply import Excerpt, Filled, Table
from bot.reply.evaluation import WORK, Enough, Evaluation
from bot.reply.filling import fill, misfit
from bot.reply.redact import MASK, Redactor
from bot.reply.syntax import read
from bot.reply.template import FUNCTIONS, NoTemplate
from bot.reply.words import Words

WORDS = Words("en", "UTC", ENGLISH, lambda: 0.0)
REDACTOR = Redactor(("known-secret",))
ROW = {
    "ID": "0123456789ab",
    "Names": "web",
    "Status": "Up 5 minutes",
    "Labels": {"com.docker.compose.project": "shop", "api.token": "s3cr3t", "tier": "a,b"},
}
WEB = {
    "Id": "0123",
    "Path": "known-secret",
    "State": {"Status": "running", "Pid": 7, "Paused": False, "Health": None, "Load": 0.5},
    "Config": {"Env": ["DB_PASSWORD=hunter2 and more", "A=b"], "Labels": {"api.token": "s3cr3t"}},
    "Mounts": [{"Source": "/srv", "RW": True}],
    "NetworkSettings": {"Ports": {"80/tcp": [{"HostPort": "8080"}], "53/udp": None}},
}


def line(template: str, row: dict[str, Any], *, flat: bool = True) -> str:
    made = fill(Filled(read(template), (row,), flat=flat), REDACTOR.json)
    assert isinstance(made, Excerpt)
    return made.text.raw


@pytest.mark.parametrize(
    ("template", "out"),
    [
        ("{{.Names}}", "web"),
        ("{{ .Names }}: {{.Status}}", "web: Up 5 minutes"),
        ("{{.names}}", "web"),
        (r"{{.ID}}\t{{.Names}}\n", "0123456789ab\tweb\n"),
        ("  {{- .Names -}}  .", "web."),
        ("{{.Names | upper}}", "WEB"),
        ("{{upper .Names | lower | json}}", '"web"'),
        ('{{"x}}"}} {{.Names}}', "x}} web"),
        ("{{`a`}}{{.Names}}", "aweb"),
        ('{{join (split .Status " ") "-"}}', "Up-5-minutes"),
        ('{{index (split .Status " ") 1}}', "5"),
        ("{{truncate .ID 4}}", "0123"),
        ("{{len .Names}}", "3"),
        ("{{title .Names}}", "Web"),
        ('{{.Label "com.docker.compose.project"}}', "shop"),
        ("{{.Label “com.docker.compose.project”}}", "shop"),
        ('{{.Label "none"}}', ""),
        ('{{.Label "api.token"}}', MASK),
        ("{{.Labels}}", f"api.token={MASK},com.docker.compose.project=shop,tier=a,b"),
        ("{{.Nowhere}}", "<no value>"),
    ],
)
def test_a_line_of_a_list(template: str, out: str) -> None:
    assert line(template, ROW) == out


def test_json_has_all_fields_by_name() -> None:
    for template in ("json", "{{json .}}"):
        found = json.loads(line(template, ROW))
        assert list(found) == ["ID", "Labels", "Names", "Status"]
        assert found["Labels"].startswith(f"api.token={MASK},")


@pytest.mark.parametrize(
    ("template", "out"),
    [
        ("{{.State.Status}}", "running"),
        ("{{.ID}}", "0123"),
        ("{{.State.Paused}} {{.State.Pid}} {{.State.Load}}", "false 7 0.5"),
        ("{{.State.Health}}", "<no value>"),
        ("{{json .State}}", '{"Health":null,"Load":0.5,"Paused":false,"Pid":7,"Status":"running"}'),
        ("{{.Config.Env}}", f"[DB_PASSWORD={MASK} A=b]"),
        ('{{join .Config.Env ";"}}', f"DB_PASSWORD={MASK};A=b"),
        ("{{index .Config.Env 0}}", f"DB_PASSWORD={MASK}"),
        ("{{.Config.Labels}}", f"map[api.token:{MASK}]"),
        ('{{index .Config.Labels "api.token"}}', MASK),
        ('{{index .Config.Labels "none"}}', ""),
        ("{{(index .Mounts 0).Source}}", "/srv"),
        ('{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}', "8080"),
        ('{{index .NetworkSettings.Ports "80/tcp" 0 "HostPort"}}', "8080"),
        ("{{len .Mounts}} {{len .State}}", "1 5"),
        ("{{.Path}}", MASK),
        ("{{truncate .Path 5}}", MASK[:5]),
    ],
)
def test_what_is_inspected(template: str, out: str) -> None:
    assert misfit(read(template), WEB) == ()
    assert line(template, WEB, flat=False) == out


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{.Nope}}", "There is no field .Nope. There are: Config, Id, Mounts, NetworkSettings"),
        ("{{.State.Health.Status}}", "There is no field .State.Health.Status."),
        ("{{index .Mounts 3}}", "There is nothing at 3."),
        ("{{index .Path 0}}", "There is nothing at 0."),
    ],
)
def test_what_is_not_there_is_told_with_what_is(template: str, why: str) -> None:
    told = " ".join(WORDS.plain(message) for message in misfit(read(template), WEB))
    assert told.startswith(why)
    assert line(template, WEB, flat=False) == "<no value>"


def test_a_table_has_a_head_and_columns() -> None:
    template = read(r'table {{.ID}}\t{{upper .Names}}\t{{.Label "com.docker.compose.project"}}')
    made = fill(Filled(template, (ROW, ROW | {"Names": "d\tb\n"})), REDACTOR.json)
    assert isinstance(made, Table)
    cells = [[cell.raw for cell in row if isinstance(cell, Untrusted)] for row in made.rows]
    assert cells[0] == ["ID", "NAMES", "PROJECT"]
    assert cells[1] == ["0123456789ab", "WEB", "shop"]
    assert cells[2][1] == r"D B\n"


def test_a_table_alone_is_the_usual_one() -> None:
    assert read("table").bare
    assert not read("table {{.ID}}").bare


@pytest.mark.parametrize(
    ("template", "word"),
    [
        ("{{range .Mounts}}{{.Source}}{{end}}", "range"),
        ("{{if .Names}}x{{end}}", "if"),
        ("{{$x}}", "$"),
        ('{{printf "%s" .Names}}', "printf"),
        ("{{.Names | .ID}}", ".ID"),
        ("{{.Names .ID}}", ".ID"),
        ("{{/* why */}}{{.Names}}", "/"),
        ("{{}}", "}}"),
        ("{{(.Names}}", "}}"),
        ("{{.Names)}}", ")"),
    ],
)
def test_what_is_refused_is_named_with_what_is_known(template: str, word: str) -> None:
    with pytest.raises(NoTemplate) as caught:
        read(template)
    told = [WORDS.plain(message) for message in (caught.value.told, *caught.value.hints)]
    assert told[0] == f"A template can't have {word} here."
    assert all(name in told[1] for name in FUNCTIONS)
    assert "{{.Names}}" in told[2]


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{json", "A template needs }} after {{."),
        ("{{.Names", "A template needs }} after {{."),
        ("", "names no field."),
        ("Names", "Names names no field."),
        ("table x", "table x names no field."),
        ("raw", "raw names no field."),
        ("{{join .Names}}", "join lacks a value."),
        ("{{json .Names .ID}}", "json does not take so many values."),
        ("{{.Names}}" * 101, "A template has 1,000 characters at most."),
        ("{{" + "(" * 20 + ".A" + ")" * 20 + "}}", "That is too much for one template."),
        ("{{.A" + "|json" * 20 + "}}", "That is too much for one template."),
        ("{{.A}}" * 150, "That is too much for one template."),
    ],
)
def test_what_is_unfinished_or_too_much(template: str, why: str) -> None:
    with pytest.raises(NoTemplate) as caught:
        read(template)
    assert WORDS.plain(caught.value.told).strip() == why


LETTERS = st.text(alphabet='{}.()|-"`\\ \tAjsonLabelindexlen0', max_size=60)
PIECES = st.sampled_from(
    [*(f"{{{{{name} " for name in FUNCTIONS), "{{", "}}", "(", ")", ".A", ".B.C", '"x"', "0", " | "]
)
TEMPLATES = st.lists(PIECES | LETTERS, max_size=12).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=20,
)


@given(TEMPLATES, st.dictionaries(st.sampled_from(["A", "B", "C", "Labels"]), JSON), st.booleans())
def test_any_template_is_filled_or_refused(text: str, row: dict[str, Any], flat: bool) -> None:
    try:
        template = read(text)
    except NoTemplate:
        return
    misfit(template, row)
    made = fill(Filled(template, (row, row), flat=flat), REDACTOR.json)
    assert isinstance(made, Table if template.table else Excerpt)


FIELDS = st.sampled_from([".", ".A", ".B"])
CALLS = st.recursive(
    FIELDS,
    lambda inner: st.one_of(
        st.builds("({} {})".format, st.sampled_from(["json", "upper", "len"]), inner),
        st.builds("(join (split {} {}) {})".format, inner, inner, inner),
    ),
    max_leaves=12,
)


@given(st.lists(CALLS.map("{{{{{}}}}}".format), min_size=1, max_size=9).map("".join))
def test_no_template_does_more_than_it_may(text: str) -> None:
    """Counted in characters, not in seconds: each step's share is bounded before it is done."""
    try:
        template = read(text)
    except NoTemplate:
        return
    row = {"A": '"' * 60_000, "B": ["x" * 1000] * 500}
    made = fill(Filled(template, (row,) * 3, flat=False), lambda value: value)
    assert isinstance(made, Excerpt)
    assert len(made.text.raw) <= 1_000_000
    evaluation = Evaluation(row)
    with suppress(Enough):
        for piece in template.pieces:
            if not isinstance(piece, str):
                evaluation.printed(piece)
    assert evaluation.left > -WORK


def test_a_secret_is_not_to_be_had_letter_by_letter() -> None:
    template = '{{index (split (index .Config.Labels "api.token") "") 0}}'
    assert line(template, WEB, flat=False) == MASK[0]
    whole = line("{{json .}}", WEB, flat=False)
    assert not re.search("hunter2|more|s3cr3t|known", whole)

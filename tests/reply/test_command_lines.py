"""Passwords in the words of a command line, and in a line of a shell."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reply.redact import MASK, Redactor
from bot.reply.regions import apart

KNOWN = "correct horse"
redactor = Redactor([KNOWN])


@pytest.mark.parametrize(
    ("words", "masked"),
    [
        (["redis-server", "--requirepass", "hunter2"], ["redis-server", "--requirepass", MASK]),
        (["mysqladmin", "-uroot", "-phunter2"], ["mysqladmin", "-uroot", f"-p{MASK}"]),
        (["redis-cli", "-a", "hunter2", "ping"], ["redis-cli", "-a", MASK, "ping"]),
        (["curl", "-u", "user:hunter2"], ["curl", "-u", f"user:{MASK}"]),
        (["curl", "-uuser:hunter2"], ["curl", f"-uuser:{MASK}"]),
        (["x", "--dbpass", "hunter2"], ["x", "--dbpass", MASK]),
        (["x", "--dbpass=hunter2"], ["x", f"--dbpass={MASK}"]),
        (["docker", "login", "-p", "hunter2"], ["docker", "login", "-p", MASK]),
        (["sqlcmd", "-U", "sa", "-P", "hunter2"], ["sqlcmd", "-U", "sa", "-P", MASK]),
        (["x", "--password", "a b 'c'"], ["x", "--password", MASK]),
        (["x", "--password=a b", "c"], ["x", f"--password={MASK}", "c"]),
        (["mysql", "-pa b"], ["mysql", f"-p{MASK}"]),
        (["-H", "Authorization: Bearer abcdef"], ["-H", f"Authorization: {MASK}"]),
        (["correct", "horse"], [MASK, MASK]),
        (["-----BEGIN PRIVATE KEY-----", "MII"], ["-----BEGIN PRIVATE KEY-----", MASK]),
        (["DBPASS=a b", "PATH=/bin"], [f"DBPASS={MASK}", "PATH=/bin"]),
        (["URL=redis://:pw@db:1/0"], [f"URL=redis://:{MASK}@db:1/0"]),
        (["run", "-e", "DB_PASSWORD=a b"], ["run", "-e", f"DB_PASSWORD={MASK}"]),
        (["run", "-eDB_PASSWORD=a b"], ["run", f"-eDB_PASSWORD={MASK}"]),
        (["run", "-e=DB_PASSWORD=a b"], ["run", f"-e=DB_PASSWORD={MASK}"]),
        (["run", "-deDB_PASSWORD=a b"], ["run", f"-deDB_PASSWORD={MASK}"]),
        (["run", "--env=DB_PASSWORD=a b", "x"], ["run", f"--env=DB_PASSWORD={MASK}", "x"]),
    ],
)
def test_the_words_are_read_as_a_line(words: list[str], masked: list[str]) -> None:
    assert redactor.json(words) == masked
    assert redactor.json({"Config": {"Cmd": tuple(words)}}) == {"Config": {"Cmd": tuple(masked)}}


@pytest.mark.parametrize(
    "words",
    [
        ["X_TOKEN=", "PATH=/bin"],
        ["docker", "run", "-p", "8080:80", "-u", "1000:1000", "web"],
        ["docker", "run", "--name", "mysql", "-p", "3306:3306"],
        ["mysql", "-P", "3306"],
        ["-a", "-p", "-u", "root"],
        [],
    ],
)
def test_what_is_no_password_stays(words: list[str]) -> None:
    assert redactor.json(words) == words


@pytest.mark.parametrize(
    "line",
    [
        "mysqladmin -uroot -phunter2 ping",
        "mysqladmin -u root -p hunter2 ping",
        "redis-cli -a hunter2 ping; redis-cli -a 'hunter2' get x",
        "curl -fsS -u user:hunter2 http://x",
        "PGPASSWORD=hunter2 psql -h db",
        'sqlcmd -P "hunter2" -Q 1',
    ],
)
def test_a_line_of_a_shell_wherever_it_stands(line: str) -> None:
    for shown in (
        redactor.text(f"sh: {line}"),
        redactor.text(json.dumps({"log": f"sh -c '{line}'"})),
        redactor.text(json.dumps(line.split())),
        redactor.text(json.dumps(json.dumps(line.split()))),
        json.dumps(redactor.json(["CMD-SHELL", line]), ensure_ascii=False),
        json.dumps(redactor.json(line.split()), ensure_ascii=False),
        json.dumps(redactor.json({"Test": line}), ensure_ascii=False),
    ):
        assert "hunter2" not in shown
        assert MASK in shown


def test_a_program_that_docker_keeps_apart_counts() -> None:
    assert redactor.json({"Args": ["-a", "x", "get"], "Path": "redis-cli"}) == {
        "Args": ["-a", MASK, "get"],
        "Path": "redis-cli",
    }
    assert redactor.json({"Entrypoint": ["mysql", "-h"], "Cmd": ["-px"]})["Cmd"] == [f"-p{MASK}"]


@pytest.mark.parametrize("program", [None, 5, {"mysql": 1}, []])
def test_where_no_program_is_said_there_is_none(program: object) -> None:
    assert redactor.json({"Entrypoint": program, "Cmd": ["-px"]})["Cmd"] == ["-px"]


def test_a_name_beside_its_value_counts() -> None:
    assert redactor.json([{"Name": "DB_PASS", "Value": "x"}, {"Name": "DEBUG", "Value": "1"}]) == [
        {"Name": "DB_PASS", "Value": MASK},
        {"Name": "DEBUG", "Value": "1"},
    ]


LOUD = st.text(st.sampled_from("Q!$%&/()=?*+#<>|;@ \\\"'é"), min_size=1).map(lambda t: f"Z7{t}7Z")
WORDS = st.lists(st.sampled_from(["run", "-v", "web", "/x", "a=b", "mysql", "-p"]), max_size=4)
KEYS = st.sampled_from(["DB_PASSWORD", "DBPASS", "apiKey", "token", "WG_PRIVKEY", "ROOTPW"])


@given(LOUD, WORDS, WORDS, KEYS)
def test_what_stands_behind_a_name_is_masked_however_it_is_written(
    secret: str, before: list[str], behind: list[str], key: str
) -> None:
    option = "--" + key.lower()
    for value in (
        [*before, option, secret, *behind],
        [*before, f"{option}={secret}", *behind],
        [*before, f"{key}={secret}", *behind],
        {"a": [{key: secret}]},
        {"a": {key: {"b": [secret]}}},
        {"a": [{"name": key, "value": secret}]},
    ):
        masked = redactor.json(value)
        shown = json.dumps(masked, ensure_ascii=False)
        assert "Z7" not in shown
        assert "7Z" not in shown
        assert redactor.json(masked) == masked


PIECES = st.sampled_from(
    [
        "correct",
        "horse",
        KNOWN,
        "token",
        "--token",
        "-p",
        "-a",
        "mysql",
        "=",
        ":",
        '"',
        "'",
        " ",
        "\n",
        "\x0c",
        "login",
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "\\",
        MASK,
        "://u:",
        "@",
    ]
)


@given(st.lists(st.lists(PIECES, max_size=4).map("".join), max_size=6))
def test_a_list_masked_again_is_the_same_and_holds_no_known_secret(words: list[str]) -> None:
    masked = redactor.json(words)
    assert redactor.json(masked) == masked
    assert KNOWN not in " ".join(masked)


@given(st.lists(st.text("abc xyz/.,+", max_size=8), max_size=8))
def test_words_without_a_secret_stay(words: list[str]) -> None:
    assert redactor.json(words) == words


@given(
    st.lists(st.text("ab", max_size=4)),
    st.lists(st.integers(0, 20), unique=True),
    st.integers(0, 2),
)
def test_regions_taken_apart_cover_the_same_letters(
    pieces: list[str], cuts: list[int], seam: int
) -> None:
    whole = ("-" * seam).join(pieces)
    at = sorted(cut for cut in cuts if cut <= len(whole))
    regions = list(zip(at[::2], at[1::2], strict=False))
    covered = "".join(
        "#" if any(s <= i < e for s, e in regions) else "." for i in range(len(whole))
    )
    start = 0
    for piece, here in zip(pieces, apart(regions, pieces, seam), strict=True):
        assert all(first < last for first, last in here)
        drawn = "".join("#" if any(s <= i < e for s, e in here) else "." for i in range(len(piece)))
        assert drawn == covered[start : start + len(piece)]
        start += len(piece) + seam


def calls(work: Callable[[], object]) -> int:
    """How many functions are called meanwhile, those of C among them."""
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "words",
    [["-p"], ["login", "-p"], ["--token"], ["mysql"], ["-pa", "redis-cli"], ["token=x y"], [KNOWN]],
)
def test_twice_as_many_words_take_twice_the_work(words: Sequence[str]) -> None:
    once, twice = (calls(partial(redactor.json, [*words] * n)) for n in (500, 1000))
    assert twice < 2.2 * once


@pytest.mark.parametrize(
    "text",
    [
        "token=x ",
        "token=x\n",
        "token",
        "monkey=",
        "key=",
        "login -p x ",
        "login ",
        "://a:b@ ",
        "-u a:b ",
        f"{KNOWN} ",
        "token=\\",
        'token="',
        "-eyJ-ghp_" + "a" * 20,
        "password a\n",
        "é token=é ",
    ],
)
def test_a_text_twice_as_long_takes_twice_the_work(text: str) -> None:
    once, twice = (calls(partial(redactor.text, text * n)) for n in (500, 1000))
    assert twice < 2.2 * once + 100

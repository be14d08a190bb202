"""What is wrong is told at once: key, place, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import ConfigError, load
from bot.config.file import lines
from tests.config.conftest import ENOUGH, write

NOT_TOML = "This line is no TOML: text needs quotes, a list needs brackets."
OPEN = "What begins here is no TOML: is a quote or a bracket still open?"
NO_SUCH = "There is no such key: remove it."
TABLE = "It must be a table, with keys of its own."
ADDRESS = "It must be https:// and a host, with no name, path or query in it."
DURATION = 'It must be a time with its unit: "60s", "5m" or "1h".'
SOCKET = "It must be unix:// and the full path of the socket."
MISSING = "It is missing: give it, or token_file, the path of a file that holds it."
NO_TOKEN = "It is no token as @BotFather gives them: digits, a colon, letters."
HTTP = "It must be https://: http would show the token to the network."
UNIX = "Only unix:// is understood: unix:///var/run/docker.sock, say."
TEXT = "It must be text, in quotes."
LIST = 'It must be a list: ["a", "b"], or a,b in the environment.'
PERSON = "It must be the numeric id of a person: a positive number."
GROUP = "It must be the id of a group: a negative number."
GLOB = "It must be a permission such as container.ls or container.*."
LABEL = "It must be 1 to 64 printable characters."
CIRCLE = "A role cannot include itself, by way of others or directly."
HOST = "It must be 1 to 32 of a-z, 0-9, - and _."


def told(path: Path | None, environ: dict[str, str]) -> list[tuple[str, str, str]]:
    with pytest.raises(ConfigError) as caught:
        load(path, environ)
    assert caught.value.__context__ is None
    where = str(path)
    return [
        (p.key, place, str(p).removeprefix(f"{p.place}: ").removeprefix(f"{p.key}: "))
        for p in caught.value.problems
        for place in [p.place.removeprefix(where).removeprefix(":")]
    ]


def in_file(folder: Path, text: str) -> list[tuple[str, str, str]]:
    return told(write(folder, text), ENOUGH)


@pytest.mark.parametrize(
    ("text", "key", "line", "sentence"),
    [
        ("tokne = 1", "tokne", 1, NO_SUCH),
        ("token = 1", "token", 1, "There is no such key: did you mean telegram.token?"),
        ("[acess]\nowners = [1]", "acess", 1, "There is no such key: did you mean access?"),
        ("access.ownres = [1]", "access.ownres", 1, "There is no such key: did you mean owners?"),
        (
            '[hosts.a]\nurl = "unix:///a"\nread-only = true',
            "hosts.a.read-only",
            3,
            "There is no such key: did you mean read_only?",
        ),
        ("telegram = 1", "telegram", 1, TABLE),
        ("hosts = 1", "hosts", 1, TABLE),
        ("[hosts]\na = 1", "hosts.a", 2, TABLE),
        ("[hosts]", "hosts", 1, "There must be at least one."),
        ("[hosts.a]\nread_only = true", "hosts.a.url", 1, "It is missing."),
        (
            '[hosts.all]\nurl = "unix:///a"',
            "hosts.all",
            1,
            "This name is taken: @all means every host. Choose another.",
        ),
        ('[hosts.A]\nurl = "unix:///a"', "hosts.A", 1, HOST),
        (f'[hosts.{"a" * 33}]\nurl = "unix:///a"', f"hosts.{'a' * 33}", 1, HOST),
        ('[hosts.a]\nurl = "tcp://10.0.0.1:2376"', "hosts.a.url", 2, UNIX),
        ('[hosts.a]\nurl = "ssh://root@nas"', "hosts.a.url", 2, UNIX),
        ('[hosts.a]\nurl = "/var/run/docker.sock"', "hosts.a.url", 2, SOCKET),
        ('[hosts.a]\nurl = "unix://docker.sock"', "hosts.a.url", 2, SOCKET),
        ('[hosts.a]\nurl = "unix:///a\\nb"', "hosts.a.url", 2, SOCKET),
        ("[telegram]\nmax_age = 60", "telegram.max_age", 2, DURATION),
        ('[telegram]\nmax_age = "1d"', "telegram.max_age", 2, DURATION),
        ('[telegram]\nmax_age = "-1s"', "telegram.max_age", 2, DURATION),
        ('[telegram]\nmax_age = "0s"', "telegram.max_age", 2, "It must be from 1 s to 3600 s."),
        ('[telegram]\nmax_age = "61m"', "telegram.max_age", 2, "It must be from 1 s to 3600 s."),
        ('[telegram]\nbase_url = "http://10.0.0.1"', "telegram.base_url", 2, HTTP),
        ('[telegram]\nbase_url = "http://localhost.evil.org"', "telegram.base_url", 2, HTTP),
        ('[telegram]\nbase_url = "https://a:b@c.org"', "telegram.base_url", 2, ADDRESS),
        ('[telegram]\nbase_url = "https://c.org/bot"', "telegram.base_url", 2, ADDRESS),
        ('[telegram]\nbase_url = "https://c.org?a=b"', "telegram.base_url", 2, ADDRESS),
        ('[telegram]\nbase_url = "https://c.org:99999"', "telegram.base_url", 2, ADDRESS),
        ('[telegram]\nbase_url = "https://[c"', "telegram.base_url", 2, ADDRESS),
        ('[telegram]\nbase_url = "ftp://c.org"', "telegram.base_url", 2, ADDRESS),
        ("[access]\nowners = 1", "access.owners", 2, LIST),
        ('[access]\nowners = [\n1,\n"2",\n]', "access.owners[1]", 2, "It must be a whole number."),
        ("[access]\nowners = [true]", "access.owners[0]", 2, "It must be a whole number."),
        ("[access]\nowners = [0]", "access.owners[0]", 2, PERSON),
        (f"[access]\nowners = [{2**52}]", "access.owners[0]", 2, PERSON),
        ('[access.people.-1]\nrole = "viewer"', "access.people.-1", 1, PERSON),
        (
            '[access.people.ann]\nrole = "viewer"',
            "access.people.ann",
            1,
            "It must be a numeric id.",
        ),
        (
            '[access.people.042]\nrole = "viewer"',
            "access.people.042",
            1,
            "It must be a numeric id.",
        ),
        ('[access.people.42]\nname = "a"', "access.people.42.role", 1, "It is missing."),
        (
            '[access.people.42]\nrole = "opertor"',
            "access.people.42.role",
            2,
            "There is no such name: did you mean operator?",
        ),
        ('[access.people.42]\nrole = "x"', "access.people.42.role", 2, "There is no such role."),
        (
            '[access.people.42]\nrole = "owner"',
            "access.people.42.role",
            2,
            "An owner must stand in access.owners as well.",
        ),
        (
            '[access]\nowners = [42]\n[access.people.42]\nrole = "viewer"',
            "access.people.42.role",
            4,
            "access.owners says owner: one of the two must go.",
        ),
        ('[access.people.42]\nrole = "viewer"\nname = ""', "access.people.42.name", 3, LABEL),
        (
            '[access.people.42]\nrole = "viewer"\nname = "\\u202e"',
            "access.people.42.name",
            3,
            LABEL,
        ),
        (
            '[access.people.42]\nrole = "viewer"\nhosts = ["nas"]',
            "access.people.42.hosts[0]",
            3,
            "There is no such host.",
        ),
        ("[access.chats.1001]", "access.chats.1001", 1, GROUP),
        (
            '[access.chats.-1]\ntimezone = "Europe/Berln"',
            "access.chats.-1.timezone",
            2,
            "It is no time zone: did you mean Europe/Berlin?",
        ),
        (
            '[access.chats.-1]\nlanguage = "de"',
            "access.chats.-1.language",
            2,
            "It must be 'en' or 'ru'.",
        ),
        (
            '[access.roles."A b"]\nallow = []',
            "access.roles.A b",
            1,
            "It must be 1 to 32 of a-z, 0-9, - and _, a letter first.",
        ),
        ('[access.roles.a]\nallow = ["container ls"]', "access.roles.a.allow[0]", 2, GLOB),
        ('[access.roles.a]\nincludes = ["a"]', "access.roles.a.includes", 2, CIRCLE),
        ('[access.roles.viewer]\nincludes = ["admin"]', "access.roles.viewer.includes", 2, CIRCLE),
        (
            '[access.roles.a]\nincludes = ["vewer"]',
            "access.roles.a.includes[0]",
            2,
            "There is no such name: did you mean viewer?",
        ),
        (
            '[storage]\nurl = "pierhead.db"',
            "storage.url",
            2,
            "It must be a database URL such as sqlite:///pierhead.db.",
        ),
        (
            '[storage]\nurl = "sqlite://"',
            "storage.key_file",
            1,
            "It is needed, as the database is no SQLite file: the path of the key.",
        ),
        ("[storage]\nkey_file = 1", "storage.key_file", 2, TEXT),
        ('[features]\nexec = "true"', "features.exec", 2, "It must be true or false."),
        ("[features]\nexec = 0", "features.exec", 2, "It must be true or false."),
        (
            '[log]\nlevel = "trace"',
            "log.level",
            2,
            "It must be 'debug', 'info', 'warning' or 'error'.",
        ),
        ("[limits]\nrate = 0", "limits.rate", 2, "It must be from 1 to 600."),
        ('[limits]\nrate = "5"', "limits.rate", 2, "It must be a whole number."),
        ('[limits]\ndeadline = "25h"', "limits.deadline", 2, "It must be from 10 s to 86400 s."),
        (
            '[locale]\ntimezone = "../../etc/passwd"',
            "locale.timezone",
            2,
            "It is no time zone: did you mean Europe/Berlin?",
        ),
    ],
)
def test_one_thing_is_wrong_in_the_file(
    tmp_path: Path, text: str, key: str, line: int, sentence: str
) -> None:
    assert in_file(tmp_path, text) == [(key, str(line), sentence)]


@pytest.mark.parametrize(
    ("name", "value", "key", "sentence"),
    [
        ("TELEGRAM_TOKEN", "", "telegram_token", "did you mean PIERHEAD_TELEGRAM__TOKEN?"),
        ("ACESS__OWNERS", "1", "acess", "did you mean PIERHEAD_ACCESS__OWNERS?"),
        ("HOSTS__NAS__URI", "", "hosts.nas.uri", "did you mean PIERHEAD_HOSTS__NAS__URL?"),
        ("log__level", "info", "log__level", "did you mean PIERHEAD_LOG__LEVEL?"),
        ("", "", "", "There is no such key: remove it."),
        ("COLOUR", "", "colour", "There is no such key: remove it."),
        ("LOG", '{"level": "info"}', "log", "must be a table"),
        ("LOG__LEVEL__X", "1", "log.level", "It must be 'debug'"),
        ("ACCESS__OWNERS", "[1]", "access.owners[0]", "It must be a whole number."),
        ("ACCESS__OWNERS", "1,١", "access.owners[1]", "It must be a whole number."),
        ("FEATURES__EXEC", "no", "features.exec", "It must be true or false."),
        ("FEATURES__EXEC", "", "features.exec", "It must be true or false."),
        ("LIMITS__RATE", "1.5", "limits.rate", "It must be a whole number."),
        ("ACCESS__CHATS___X__HOSTS", "", "access.chats.-x", "It must be a numeric id."),
        ("ACCESS__PEOPLE__7__ROLE", "owner", "access.people.7.role", "must stand in access.owners"),
        ("TELEGRAM__MAX_AGE", "60", "telegram.max_age", DURATION),
        ("LOG__LEVEL", "\udcff", "log.level", "It must be text in UTF-8."),
    ],
)
def test_one_thing_is_wrong_in_the_environment(
    name: str, value: str, key: str, sentence: str
) -> None:
    environ = ENOUGH | {"PIERHEAD_HOSTS__NAS__URL": "unix:///a", f"PIERHEAD_{name}": value}
    ((found, place, said),) = told(None, environ)
    assert (found, place) == (key, f"PIERHEAD_{name}")
    assert sentence in said


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = '[log]\nlevle = 1\n[telegram]\nmax_age = 60\n[hosts.local]\nurl = "tcp://a"\nx = [\n1]\n'
    environ = {"PIERHEAD_LIMITS__RATE": "many", "PIERHEAD_LOG__X": "1", "PIERHEAD_HOSTS__B__X": ""}
    assert [row[:2] for row in told(write(tmp_path, text), environ)] == [
        ("log.levle", "2"),
        ("telegram.token", "3"),
        ("telegram.max_age", "4"),
        ("hosts.local.url", "6"),
        ("hosts.local.x", "7"),
        ("hosts.b.url", "PIERHEAD_HOSTS__B__X"),
        ("hosts.b.x", "PIERHEAD_HOSTS__B__X"),
        ("limits.rate", "PIERHEAD_LIMITS__RATE"),
        ("log.x", "PIERHEAD_LOG__X"),
    ]


def test_a_key_given_in_both_is_told_where_it_counts(tmp_path: Path) -> None:
    path = write(tmp_path, '[log]\nlevel = "info"\nx = 1\n')
    assert told(path, ENOUGH | {"PIERHEAD_LOG__LEVEL": "x", "PIERHEAD_LOG__X": "1"}) == [
        ("log.x", "3", NO_SUCH),
        ("log.level", "PIERHEAD_LOG__LEVEL", "It must be 'debug', 'info', 'warning' or 'error'."),
        ("log.x", "PIERHEAD_LOG__X", NO_SUCH),
    ]


def test_a_table_cannot_be_a_value_as_well() -> None:
    environ = ENOUGH | {"PIERHEAD_LOG": "x", "PIERHEAD_LOG__LEVEL": "x"}
    assert [row[:2] for row in told(None, environ)] == [
        ("log", "PIERHEAD_LOG"),
        ("log.level", "PIERHEAD_LOG__LEVEL"),
    ]


@pytest.mark.parametrize(
    ("text", "environ", "rows"),
    [
        ("", {}, [("telegram.token", "", MISSING)]),
        ("\n[telegram]\n", {}, [("telegram.token", "2", MISSING)]),
        ("[telegram]\ntoken = 1", {}, [("telegram.token", "2", TEXT)]),
        ("[telegram]\ntoken_file = 1", {}, [("telegram.token_file", "2", TEXT)]),
        ('[telegram]\ntoken = "12:"', {}, [("telegram.token", "2", NO_TOKEN)]),
        (
            '[telegram]\ntoken = "x"\ntoken_file = 1\nmax_age = 1',
            {},
            [
                ("telegram.token_file", "3", "Both token and token_file: one must go."),
                ("telegram.max_age", "4", DURATION),
            ],
        ),
        ("", {"TOKEN": ""}, [("telegram.token", "PIERHEAD_TELEGRAM__TOKEN", NO_TOKEN)]),
    ],
)
def test_what_is_wrong_with_the_token(
    tmp_path: Path, text: str, environ: dict[str, str], rows: list[tuple[str, str, str]]
) -> None:
    given = {f"PIERHEAD_TELEGRAM__{name}": value for name, value in environ.items()}
    assert told(write(tmp_path, text), given) == rows


def test_nothing_at_all_is_told_with_the_variable_to_set() -> None:
    assert told(None, {}) == [("telegram.token", "PIERHEAD_TELEGRAM__TOKEN", MISSING)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no token", "What the file holds is no token."),
        (b"", "What the file holds is no token."),
        (b"\xff\xfe", "The file is no text in UTF-8."),
        (b"1" * 5000, "The file is larger than 4096 bytes."),
        (None, "There is no such file."),
    ],
)
def test_what_is_wrong_with_the_token_file(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    rows = told(None, {"PIERHEAD_TELEGRAM__TOKEN_FILE": str(path)})
    assert rows == [("telegram.token_file", "PIERHEAD_TELEGRAM__TOKEN_FILE", sentence)]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/", "The file cannot be read: Is a directory."),
        ("a\0b", "This is not the path of a file."),
    ],
)
def test_a_token_file_that_is_no_file(path: str, sentence: str) -> None:
    rows = told(None, {"PIERHEAD_TELEGRAM__TOKEN_FILE": path})
    assert rows == [("telegram.token_file", "PIERHEAD_TELEGRAM__TOKEN_FILE", sentence)]


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "no")

    monkeypatch.setattr(Path, "open", refuse)
    assert told(tmp_path / "c", ENOUGH) == [("", "", "This user may not read the file.")]


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("[log]\nlevel = info\n", "2", NOT_TOML),
        ("[log]\n[log]\n", "2", NOT_TOML),
        ("[log]\nlevel = 'info\n", "2", OPEN),
        ('[log]\nlevel = "info', "2", OPEN),
        ("[access]\nowners = [\n1,\n", "2", OPEN),
        (f"\nx = {'9' * 5000}", "2", OPEN),
        (f"\nx = {'[' * 5000}", "2", OPEN),
    ],
)
def test_a_file_that_is_no_toml_leaves_only_the_environment_to_judge(
    tmp_path: Path, text: str, line: str, sentence: str
) -> None:
    environ = {"PIERHEAD_LOG__X": "", "PIERHEAD_ACCESS__PEOPLE__1__ROLE": "of-the-file"}
    assert told(write(tmp_path, text), environ) == [
        ("", line, sentence),
        ("log.x", "PIERHEAD_LOG__X", NO_SUCH),
    ]


def test_a_configuration_has_a_size(tmp_path: Path) -> None:
    ((key, place, sentence),) = in_file(tmp_path, "#" * (256 * 1024 + 1))
    assert (key, place, sentence) == ("", "", "The file is larger than 262144 bytes.")


def test_names_of_keys_are_shown_without_tricks(tmp_path: Path) -> None:
    rows = in_file(tmp_path, f'"a\\u202eb\\u001b[2J" = 1\n{"x" * 99} = 1\n"123456:AAbb_-9" = 1\n')
    assert [row[0] for row in rows] == ["a\\u202eb\\x1b[2J", "x" * 63 + "…", "…"]


def test_lines_are_found_through_quotes_dots_and_long_values() -> None:
    text = (
        'a."b.c" = 1\n\n[ t . "x y" ]  # [no]\nk = """\n[fake]\nk2 = 1\n"""\n'
        "l = [\n  1,\n]\nm = {n = 1}\n[[u.v]]\no = 1\n"
    )
    assert lines(text) == {
        ("a",): 1,
        ("a", "b.c"): 1,
        ("t", "x y"): 3,
        ("t", "x y", "k"): 4,
        ("t", "x y", "l"): 8,
        ("t", "x y", "m"): 11,
        ("t", "x y", "m", "n"): 11,
        ("u", "v"): 12,
        ("u", "v", "0"): 12,
        ("u", "v", "0", "o"): 13,
    }


def test_from_a_very_long_statement_on_keys_are_told_with_their_table(tmp_path: Path) -> None:
    path = write(tmp_path, "[log]\nx = 1\n[access]\nowners = [\n" + "1,\n" * 2000 + "]\ny = 1\n")
    assert told(path, ENOUGH) == [("log.x", "2", NO_SUCH), ("access.y", "3", NO_SUCH)]

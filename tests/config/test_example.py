"""`config.example.toml` is valid, says the truth about defaults, and forgets no key."""

from __future__ import annotations

import re
from pathlib import Path

from bot.config import load
from bot.config.file import lines
from bot.config.spelling import ANY, every_key
from bot.watch.probe import Probe

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
_OFF = re.compile(r"# (\[\[?[a-z.]+\S*\]|[a-z_]+ = .*)")
_NAMED = {
    *("people", "roles", "chats", "hosts", "registries"),
    *("alert", "escalate", "maintenance"),
}


def everything() -> str:
    """The example with every commented line in force."""
    return "\n".join(_on(line) for line in EXAMPLE.read_text(encoding="utf-8").splitlines())


def _on(line: str) -> str:
    found = _OFF.fullmatch(line)
    return found[1] if found else line


def _general(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(ANY if n and keys[n - 1] in _NAMED else key for n, key in enumerate(keys))


def test_it_is_valid_as_it_is() -> None:
    settings = load(EXAMPLE, {})
    assert settings.access.owners == ()


def test_it_names_every_key_there_is_and_no_other() -> None:
    named = {_general(keys) for keys in lines(everything())}
    tables = {keys[:n] for keys in named for n in range(1, len(keys))}
    assert {k for k in named | tables if k[-1] != ANY} == set(every_key())


def test_its_examples_work_together(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    files = ("token_file =", "password_file =", "heartbeat_url_file =", "second_file =")
    dropped = (*files, "downloads = []", "owners = []")
    kept = [line for line in everything().splitlines() if not line.startswith(dropped)]
    path.write_text("\n".join(kept), encoding="utf-8")
    settings = load(path, {})
    rule, shop = (entry.rule() for entry in settings.alert)
    assert shop.when == Probe("https://shop.example/health", 60.0, 10.0, 200, "ok", "nas")
    assert (rule.name, rule.wait, rule.chats) == ("cpu-high", 300.0, (987654321,))
    assert [step.chat for step in rule.chain] == [123456789, -1001234567890]
    access = settings.access
    assert access.owners == (123456789,)
    assert access.people[987654321].name == "ops-1"
    assert "container.restart" in access.globs["on-call"]
    assert "container.stop" not in access.globs["on-call"]
    assert access.chats[-1001234567890].timezone == "Europe/Berlin"


def test_what_is_commented_out_is_the_default(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    examples = re.compile(r"# An? .*|.*# an example|.*An example.*")
    text, skipping = [], False
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        skipping = bool(examples.fullmatch(line)) or (skipping and line.startswith("#"))
        text.append("" if skipping else _on(line))
    path.write_text("\n".join(text), encoding="utf-8")
    given, default = load(path, {}), load(EXAMPLE, {})
    assert given.hosts == default.hosts
    assert "rate = 30" in "\n".join(text)
    for section in (
        "telegram",
        "access",
        "storage",
        "features",
        "log",
        "limits",
        "watch",
        "locale",
    ):
        assert getattr(given, section) == getattr(default, section)


def test_the_environment_shown_in_it_works(tmp_path: Path) -> None:
    shown = re.findall(
        r"^#     (PIERHEAD_\w+)=(\S+)$", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE
    )
    token = tmp_path / "token"
    token.write_text("123:ABC", encoding="utf-8")
    settings = load(None, dict(shown) | {"PIERHEAD_TELEGRAM__TOKEN_FILE": str(token)})
    assert settings.access.owners == (123456789, 987654321)
    assert settings.access.chats[-1001234567890].hosts == ("local",)

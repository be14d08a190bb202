"""What is installed, and how: only what is missing, and never so that a daemon starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from sandbox.engine import EngineUnavailable, install_engine, packages
from sandbox.engine.packages import CannotInstall, install, main, missing, no_daemons


class Apt:
    """Plays apt-get: what it was told, and what is installed by it."""

    def __init__(self, *, broken: int = 0) -> None:
        self.here: set[str] = set()
        self.commands: list[Sequence[str]] = []
        self.broken = broken  # so many installations fail

    def run(self, command: Sequence[str]) -> str | None:
        self.commands.append(command)
        if command[-2] == "install":
            if self.broken:
                self.broken -= 1
                return "E: Unable to locate package"
            self.here.add(command[-1])
        return None


@pytest.fixture
def apt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Apt:
    apt = Apt()
    present = {name: lambda name=name: name in apt.here for name in packages.PRESENT}
    monkeypatch.setattr(packages, "PRESENT", present)
    monkeypatch.setattr(packages, "why_not", lambda: None)
    monkeypatch.setattr(packages, "_run", apt.run)
    monkeypatch.setattr(packages, "no_daemons", lambda: no_daemons(tmp_path / "policy-rc.d"))
    return apt


def test_only_what_is_missing(apt: Apt) -> None:
    apt.here.add("iptables")
    lines: list[str] = []
    install(["iptables", "chromium"], lines.append)
    assert [command[-1] for command in apt.commands] == ["chromium"]
    assert lines == ["Installing chromium …"]


def test_nothing_missing_is_silent(apt: Apt) -> None:
    apt.here.add("chromium")
    install(["chromium"], pytest.fail)
    assert apt.commands == []


def test_what_another_package_brought_is_not_installed(
    apt: Apt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def brings_both(command: Sequence[str]) -> str | None:
        apt.here.add("docker-cli")
        return apt.run(command)

    monkeypatch.setattr(packages, "_run", brings_both)
    install(["docker.io", "docker-cli"], lambda _line: None)
    assert [command[-1] for command in apt.commands] == ["docker.io"]


def test_lists_are_updated_once_when_it_fails(apt: Apt) -> None:
    apt.broken = 1
    install(["chromium"], lambda _line: None)
    assert [command[-1] for command in apt.commands] == ["chromium", "update", "chromium"]


def test_failure_is_told(apt: Apt) -> None:
    apt.broken = 2
    with pytest.raises(CannotInstall, match="could not install chromium:\nE: Unable to locate"):
        install(["chromium"], lambda _line: None)


def test_nothing_is_replaced_but_busybox(apt: Apt) -> None:
    install(["docker.io", "busybox-static"], lambda _line: None)
    kept = {command[-1]: "--no-remove" in command for command in apt.commands}
    assert kept == {"docker.io": True, "busybox-static": False}


def test_elsewhere_a_sentence(apt: Apt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "why_not", lambda: "you are not root.")
    with pytest.raises(EngineUnavailable, match=r"Install Docker and start it\..*you are not root"):
        install_engine(pytest.fail)
    assert apt.commands == []


def test_program(
    apt: Apt, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["python3-venv"]) == 0
    monkeypatch.setattr(packages, "why_not", lambda: "you are not root.")
    assert main(["--if-possible", "chromium"]) == 0
    assert main(["chromium"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "Installing python3-venv …",
        "chromium must be installed first: you are not root.",
    ]


def test_every_package_can_be_asked_for() -> None:
    assert set(missing(list(packages.PRESENT))) <= set(packages.PRESENT)


@pytest.mark.parametrize("before", [None, "#!/bin/sh\nexit 0\n", packages.FORBID])
def test_no_daemon_starts_meanwhile(tmp_path: Path, before: str | None) -> None:
    policy = tmp_path / "policy-rc.d"
    if before:
        policy.write_text(before)
        policy.chmod(0o755)
    with no_daemons(policy):
        assert packages._forbids(policy)
    assert (policy.read_text() if policy.exists() else None) == before
    assert not policy.exists() or policy.stat().st_mode & 0o111


def test_policy_comes_back_after_a_failure(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with pytest.raises(CannotInstall), no_daemons(policy):
        raise CannotInstall
    assert not policy.exists()

"""A registry that asks who one is, and one whose certificate nobody trusts."""

from __future__ import annotations

import logging
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.conftest import NETWORK
from tests.e2e.conftest import OWNER, Pierhead, serving
from tests.e2e.luck import audited
from tests.e2e.test_registry import end
from tests.private_engine import Engine
from tests.unavailable import unavailable

FAR = "198.51.100.7"  # of those that are kept for examples
USER, PASSWORD = "anna", "correct-horse-battery"


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry that lets nobody in but Anna."""
    folder = tmp_path_factory.mktemp("locked")
    # The registry takes bcrypt only, which is what perl's `crypt` gives for this salt.
    line = "print crypt($ARGV[0], q($2y$05$abcdefghijklmnopqrstuu))"
    digest = _run("perl", "-e", line, PASSWORD)
    (folder / "htpasswd").write_text(f"{USER}:{digest}\n")
    auth = f"auth: {{htpasswd: {{realm: shop, path: {folder}/htpasswd}}}}\n"
    with serving(folder, auth) as address:
        yield address


def _run(program: str, *words: str) -> str:
    path = shutil.which(program) or unavailable(f"{program} is not installed")
    done = subprocess.run([path, *words], check=True, capture_output=True, text=True)
    return done.stdout


def known_as(pierhead: Pierhead, registry: str, folder: Path, password: str) -> None:
    """Have a config that lists it, with a password from a secret file if there is one."""
    secret = folder / "secret"
    secret.write_text(f"{password}\n")
    login = f'username = "{USER}"\npassword_file = "{secret}"\n' if password else ""
    pierhead.file = folder / "config.toml"
    pierhead.file.write_text(f'[registries."{registry}"]\n{login}')


def traces(folder: Path, phone: Phone, caplog: pytest.LogCaptureFixture) -> str:
    """All that is kept and said: audit, database, log, chat."""
    files = [path.read_bytes().decode("latin-1") for path in folder.glob("bot.db*")]
    said = [seen.text for seen in phone.history]
    return "\n".join((*files, *said, caplog.text, *map(str, audited(folder))))


@pytest.mark.parametrize("password", ["", "wrong-horse-battery"])
@pytest.mark.parametrize("verb", ["pull", "push"])
async def test_who_is_not_known_there(
    pierhead: Pierhead,
    phone: Phone,
    engine: Engine,
    locked: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    password: str,
    verb: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    known_as(pierhead, locked, tmp_path, password)
    name = f"{locked}/shop/box:1"
    if verb == "push":
        engine.docker("tag", "busybox", name)
    async with pierhead.running():
        await phone.send(f"/{verb} {name}")
        seen = await end(phone, "Not done")
    assert f"{locked} does not let the host do that." in seen.text.splitlines()
    can_hold = "The config can hold a name and a password for it."
    right = "Are the name and the password right that the config has for it?"
    assert (right if password else can_hold) in seen.text.splitlines()
    assert not password or password not in traces(tmp_path, phone, caplog)


async def test_who_is_known_there_by_a_secret_file(
    pierhead: Pierhead,
    phone: Phone,
    engine: Engine,
    locked: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    known_as(pierhead, locked, tmp_path, PASSWORD)
    name = f"{locked}/shop/box:2"
    engine.docker("tag", "busybox", name)
    async with pierhead.running():
        await phone.send(f"/push {name}")
        assert (await end(phone, "Pushed", "Not done")).text.startswith(f"Pushed {name}@local")
        engine.docker("rmi", name)
        await phone.send(f"/pull {name}")
        assert (await end(phone, "Pulled", "Not done")).text.startswith(f"Pulled {name}@local")
    assert engine.docker("images", "-q", name)
    assert PASSWORD not in traces(tmp_path, phone, caplog)


@pytest.fixture
def untrusted(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A registry with a certificate of its own making, where an Engine looks at certificates.

    At 127.0.0.0/8 it does not, so it has another address, which only our own loopback can be given.
    """
    if not request.config.stash[NETWORK]:
        unavailable("this network is not ours to give an address")
    days = ("-days", "1", "-subj", f"/CN={FAR}", "-addext", f"subjectAltName=IP:{FAR}")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    out = ("-keyout", str(key), "-out", str(certificate))
    _run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *days, *out)
    _run("ip", "address", "add", f"{FAR}/32", "dev", "lo")
    tls = f", tls: {{certificate: {certificate}, key: {key}}}"
    try:
        with serving(tmp_path, address=FAR, http=tls) as address:
            yield address
    finally:
        _run("ip", "address", "del", f"{FAR}/32", "dev", "lo")


@pytest.mark.parametrize("verb", ["pull", "push"])
async def test_a_certificate_that_nobody_trusts(
    pierhead: Pierhead, phone: Phone, engine: Engine, untrusted: str, tmp_path: Path, verb: str
) -> None:
    known_as(pierhead, untrusted, tmp_path, "")
    name = f"{untrusted}/shop/box:1"
    if verb == "push":
        engine.docker("tag", "busybox", name)
    async with pierhead.running():
        await phone.send(f"/{verb} {name}")
        seen = await end(phone, "Not done")
    told = f"{untrusted} has no certificate that the host trusts, or speaks no TLS."
    assert told in seen.text.splitlines()
    assert "x509:" in seen.text.splitlines()[-1]

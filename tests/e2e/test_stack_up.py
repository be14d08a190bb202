"""`/stack up`: what is asked of `docker compose`, and what of a document is never shown to it.

The program is played: it writes down what it is called with, and makes on the real Engine what a
test says.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from sandbox import Phone, Sandbox, Seen
from tests.e2e.conftest import OPERATOR, OWNER, Clock, Pierhead, environment_of
from tests.e2e.talk import ask, later, shows, tap
from tests.private_engine import Engine

PROGRAM = """\
#!/bin/sh
# Plays docker compose; anything else is for the real program.
here=$(dirname "$0")
[ "$1" = compose ] || exec {docker} "$@"
env > "$here/environment"
for word in "$@"; do echo "$word"; done >> "$here/words"
for word in "$@"; do
  case $word in
    version) exit 0 ;;
    config) cat "$here/normal.json"; exit 0 ;;
    up) . "$here/up.sh" ;;
  esac
done
"""
LABEL = "com.docker.compose."
MAKES = f"""\
echo " Container shop-web-1 Started"
{{docker}} run -d --name shop-web-1 --label {LABEL}project=shop --label {LABEL}service=web \\
  --stop-signal KILL busybox sleep 1000
"""


class Played:
    """The program, in a folder of its own that stands first on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.docker = next(
            path
            for place in os.environ["PATH"].split(":")
            if (path := f"{place}/docker") and os.access(path, os.X_OK)
        )
        program = folder / "docker"
        program.write_text(PROGRAM.format(docker=self.docker))
        program.chmod(0o755)
        self.up(MAKES)

    def up(self, script: str) -> None:
        (self.folder / "up.sh").write_text(script.format(docker=self.docker))

    def normal(self, **service: object) -> None:
        """What the file comes to, with a service `web`."""
        web = {"image": "busybox", "networks": {"default": None}} | service
        tree = {"name": "shop", "services": {"web": web}, "networks": {"default": {}}}
        own = {"type": "none", "o": "bind", "device": "/etc"}
        tree["volumes"] = {"data": {"name": "shop_data"}, "etc": {"driver_opts": own}}
        (self.folder / "normal.json").write_text(json.dumps(tree))

    @property
    def words(self) -> list[str]:
        path = self.folder / "words"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def environment(self) -> dict[str, str]:
        lines = (self.folder / "environment").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Played:
    folder = tmp_path / "bin"
    folder.mkdir()
    played = Played(folder)
    played.normal()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return played


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


def document(**service: object) -> bytes:
    return yaml.safe_dump({"services": {"web": {"image": "busybox"} | service}}).encode()


def exists(path: str) -> bool:
    return Path(path).exists()


def lives(process: int) -> bool:
    """Whether it runs; one that has ended may wait for somebody to look."""
    state = Path(f"/proc/{process}/stat")
    return state.exists() and state.read_text().split()[2] != "Z"


async def sent(phone: Phone, content: bytes, caption: str = "/stack up shop") -> Seen:
    later(phone, 1.1)
    phone.unseen()
    await phone.send_document("compose.yaml", content, caption)
    return await phone.wait()


async def test_it_is_shown_and_then_brought_up(
    pierhead: Pierhead,
    phone: Phone,
    engine: Engine,
    clock: Clock,
    program: Played,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOKEN", "hunter2hunter2")
    port = {"target": 80, "published": "8080", "protocol": "tcp", "host_ip": "127.0.0.1"}
    program.normal(ports=[port], volumes=[{"type": "volume", "source": "data", "target": "/d"}])
    async with pierhead.running():
        seen = await sent(phone, document(command="echo ${TOKEN}"))
        lines = seen.text.splitlines()
        assert lines[0] == "Bring up shop@local, 1 service?"
        assert "127.0.0.1:8080→80/tcp" in seen.text
        assert "data" in seen.text
        assert "up" not in program.words
        assert engine.docker("ps", "-aq") == ""
        await tap(seen, "Bring up shop@local")
        done = await shows(seen, "is brought up")
        assert done.text == "shop@local is brought up: 1 of 1 up"
    assert engine.docker("ps", "--format", "{{.Names}}") == "shop-web-1"
    env = program.environment
    assert "hunter2hunter2" not in str(env)
    assert not {name for name in env if name.startswith("PIERHEAD")}
    assert set(env) - {"PWD", "SHLVL", "_", "OLDPWD"} == {
        *("PATH", "HOME", "DOCKER_CONFIG", "DOCKER_HOST", "COMPOSE_DISABLE_ENV_FILE", "LC_ALL")
    }
    assert env["DOCKER_HOST"] == engine.url
    assert not exists(env["HOME"])
    last = program.words[program.words.index("up") - 13 :]
    folder = env["HOME"]
    assert last == [
        *("compose", "--project-name", "shop", "--project-directory", folder),
        *("--file", f"{folder}/compose.json", "--env-file", "/dev/null"),
        *("--ansi", "never", "--progress", "plain"),
        *("up", "--detach", "--no-build", "--pull", "never"),
    ]


async def test_what_reads_files_of_ours_is_refused_before_compose_sees_it(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock, program: Played
) -> None:
    service = {"image": "busybox"}
    bad = (
        {"include": ["/etc/passwd"], "services": {"web": service}},
        *(
            {"services": {"web": service | more}}
            for more in (
                {"env_file": "/run/secrets/token"},
                {"extends": {"file": "/etc/other.yaml", "service": "x"}},
                {"build": "/"},
                {"label_file": "/etc/passwd"},
                {"credential_spec": {"file": "x"}},
                {"provider": {"type": "x"}},
                {"use_api_socket": True},
                {"post_start": [{"command": "x"}]},
                {"never_heard_of": 1},
            )
        ),
        {"services": {"web": service}, "secrets": {"s": {"file": "/run/secrets/token"}}},
        {"services": {"web": service}, "configs": {"s": {"environment": "TOKEN"}}},
    )
    async with pierhead.running():
        for tree in bad:
            seen = await sent(phone, yaml.safe_dump(tree).encode())
            assert "I don't take " in seen.text, tree
            assert "Nothing was changed." in seen.text
        for content in (
            b"services: {web: {image: busybox, <<: {env_file: /etc/passwd}}}",
            b"services: {web: {image: busybox, !!str 'env_file': /etc/passwd}}",
            b"x-a: &a {env_file: /etc/passwd}\nservices: {web: *a}",
        ):
            assert "I don't take env_file." in (await sent(phone, content)).text
        for content, said in (
            (b"services: !reset {}", "no YAML that I understand: line 1."),
            (b"a: [\n  b: {", "no YAML that I understand: line 2."),
            (b"x" * 200_000, "too long"),
            (b"a: &a [x]\nx-b: [*a]\n" + b"[" * 5000, "I understand"),
            (
                b"x-a: &a [" + b"x," * 100 + b"]\nx-b: &b [" + b"*a," * 100 + b"]\n"
                b"x-c: [" + b"*b," * 100 + b"]",
                "too large",
            ),
            (b"x-a: &a [*a]", "too large"),
            (b"services: 7", "no compose file"),
            (b"- a", "no compose file"),
            (b"\xff\xfe\x00", "no compose file"),
        ):
            assert said in (await sent(phone, content)).text, content[:80]
    assert program.words == []


async def test_what_compose_makes_of_it_is_looked_at_too(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock, program: Played
) -> None:
    async with pierhead.running():
        program.normal(env_file=["/etc/passwd"])
        assert "I don't take env_file." in (await sent(phone, document())).text
        program.normal(security_opt=["seccomp:/etc/passwd"])
        assert "A profile of seccomp" in (await sent(phone, document())).text
        program.normal(scale=1000)
        assert "At most 50" in (await sent(phone, document())).text
        (program.folder / "normal.json").write_text("[]")
        assert "I don't understand what compose" in (await sent(phone, document())).text
    assert "up" not in program.words


async def test_what_gives_root_is_for_owners(
    telegram: Sandbox, engine: Engine, tmp_path: Path, clock: Clock, program: Played
) -> None:
    engine.docker("create", "--name", "top", "--privileged", "-v", "held:/x", "busybox")
    bind = {"type": "bind", "source": "/etc", "target": "/x"}
    ways = (
        {"privileged": True},
        {"volumes": [bind]},
        {"network_mode": "host"},
        {"pid": "host"},
        {"ipc": "host"},
        {"uts": "host"},
        {"userns_mode": "host"},
        {"cgroup": "host"},
        {"cgroup_parent": "/"},
        {"cap_add": ["SYS_ADMIN"]},
        {"security_opt": ["seccomp=unconfined"]},
        {"devices": [{"source": "/dev/sda", "target": "/dev/sda", "permissions": "rwm"}]},
        {"devices": ["/dev/sda:/dev/sda"]},
        {"device_cgroup_rules": ["a *:* rwm"]},
        {"gpus": [{"count": -1}]},
        {"deploy": {"resources": {"reservations": {"devices": [{"capabilities": ["gpu"]}]}}}},
        {"sysctls": {"kernel.core_pattern": "|/x"}},
        {"runtime": "other"},
        {"volumes_from": ["container:top:rw"]},
        {"pid": "container:top"},
        {"volumes": [{"type": "volume", "source": "held", "target": "/x"}]},
        {"volumes": [{"type": "volume", "source": "etc", "target": "/x"}]},
        {"logging": {"driver": "syslog", "options": {"syslog-address": "unixgram:///dev/log"}}},
    )
    people = f"PIERHEAD_ACCESS__PEOPLE__{OPERATOR}__ROLE"
    settings = environment_of(telegram, engine.url, tmp_path) | {people: "admin"}
    phone = telegram.private(OPERATOR)
    async with Pierhead(settings, clock).running():
        for way in ways:
            program.normal(**way)
            seen = await sent(phone, document())
            assert seen.text.startswith("Not done: bring up a stack on local\nweb: "), way
            assert "engine.root" in seen.text
        named = {"type": "volume", "source": "data", "target": "/d", "volume": {}}
        port = {"mode": "ingress", "target": 80, "published": "8080", "protocol": "tcp"}
        log = {"driver": "json-file", "options": {"max-size": "10m"}}
        program.normal(
            volumes=[named, {"type": "tmpfs", "target": "/t"}], ports=[port], logging=log
        )
        seen = await sent(phone, document())
        assert seen.text.startswith("Bring up shop@local, 1 service?")
        assert "shop_data" in seen.text
        labels = ("--label", f"{LABEL}project=shop", "--label", f"{LABEL}service=web")
        engine.docker("create", "--name", "old", "-v", "/etc:/x", *labels, "busybox")
        again = await sent(phone, document())
        assert "old, made again: It mounts /etc of the host." in again.text
    assert "up" not in program.words


async def test_a_path_that_is_not_whole_would_be_ours(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock, program: Played
) -> None:
    (program.folder / "docker").write_text(
        PROGRAM.format(docker=program.docker).replace(
            'cat "$here/normal.json"', 'sed "s|HERE|$PWD|" "$here/normal.json"'
        )
    )
    program.normal(volumes=[{"type": "bind", "source": "HERE/data", "target": "/d"}])
    async with pierhead.running():
        seen = await sent(phone, document(volumes=["./data:/d"]))
        assert "/data is not a whole path." in seen.text


async def test_only_listed_registries_are_asked(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock, program: Played
) -> None:
    program.normal(image="elsewhere.example/shop:1")
    async with pierhead.running():
        seen = await sent(phone, document())
        assert "The config does not list the registry elsewhere.example." in seen.text


async def test_cancel_ends_all_that_it_started(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock, program: Played
) -> None:
    program.up('sleep 987 & echo $! > "$here/child"; echo pulling; echo $$ > "$here/own"; wait\n')
    async with pierhead.running():
        seen = await sent(phone, document())
        await tap(seen, "Bring up shop@local")
        seen = await shows(seen, "pulling")
        assert seen.text.startswith("Bringing up shop@local")
        await tap(seen, "Cancel")
        ended = await shows(seen, "Cancelled")
        assert "What it made until then stays" in ended.text
        for name in ("own", "child"):
            assert not lives(int((program.folder / name).read_text()))


async def test_how_it_failed_is_told(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock, program: Played
) -> None:
    program.up("for n in $(seq 20000); do echo line $n; done; echo port is taken >&2; exit 17\n")
    async with pierhead.running():
        seen = await sent(phone, document())
        await tap(seen, "Bring up shop@local")
        failed = await shows(seen, "Not done")
        assert "Compose failed, with code 17." in failed.text
        assert "port is taken" in failed.text
        assert len(failed.text) < 2000


async def test_without_the_program_it_says_so(
    pierhead: Pierhead,
    phone: Phone,
    engine: Engine,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with pierhead.running():
        monkeypatch.setenv("PATH", str(tmp_path))
        seen = await sent(phone, document())
        assert "There is no docker compose where I run." in seen.text
        program = tmp_path / "docker"
        program.write_text("#!/bin/sh\nexit 1\n")
        program.chmod(0o755)
        seen = await sent(phone, document())
        assert "There is no docker compose where I run." in seen.text
        assert "There is no document with it." in (await ask(phone, "/stack up shop")).text
        seen = await sent(phone, document(), "/stack up")
        assert "How is the stack called?" in seen.text
        seen = await sent(phone, document(), "/stack up ../x")
        assert "A stack can't be called ../x." in seen.text

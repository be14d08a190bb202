"""What makes root on the host is for owners, whichever way it is spelled; and they are asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.making import ADMIN, agreed, names, with_admin
from tests.e2e.talk import ask, tap
from tests.private_engine import Engine

WAYS = {
    "--privileged": "It is privileged.",
    "--privileged=true": "It is privileged.",
    "-v /:/x": "It mounts / of the host.",
    "-v=/:/x:ro": "It mounts / of the host.",
    "-v/:/x": "It mounts / of the host.",
    "-div /:/x": "It mounts / of the host.",
    "--volume /srv/web:/x:ro": "It mounts /srv/web of the host.",
    "--volume=/srv/../etc:/x": "It mounts /etc of the host.",
    "-v //:/x": "It mounts / of the host.",
    "-v /var/run/docker.sock:/s:ro": "It has Docker's socket.",
    "-v /run:/x": "It mounts /run of the host.",
    "--mount type=bind,src=/,dst=/x,ro": "It mounts / of the host.",
    "--mount type=bind,source=/etc,target=/x": "It mounts /etc of the host.",
    "--mount TYPE=BIND,SRC=/etc,DST=/x": "It mounts /etc of the host.",
    "--mount=dst=/x,src=/etc,type=bind": "It mounts /etc of the host.",
    '--mount "type=bind",\'"src=/etc"\',dst=/x': "It mounts /etc of the host.",
    "--mount src=vol,dst=/x,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/": (
        "It mounts / of the host."
    ),
    "--mount src=vol,dst=/x,volume-driver=local,volume-opt=device=/dev/sda,volume-opt=type=ext4": (
        "It has a volume that is /dev/sda."
    ),
    "--mount src=vol,dst=/x,volume-opt=type=tmpfs,volume-opt=o=bind,volume-opt=device=/": (
        "It mounts / of the host."
    ),
    "--mount src=vol,dst=/x,volume-driver=other": (
        "The driver other says what of the host its volume is."
    ),
    "--volume-driver other -v vol:/x": "The driver other says what of the host its volume is.",
    "-v etc:/x": "It mounts /etc of the host.",
    "--mount src=etc,dst=/x": "It mounts /etc of the host.",
    "-v state:/x:ro": "panel uses its volume. It has Docker's socket.",
    "--volumes-from panel": "It shares with panel. It has Docker's socket.",
    "--volumes-from=guest:ro": "panel uses its volume. It has Docker's socket.",
    "--network host": "It has the host's network.",
    "--network=host": "It has the host's network.",
    "--net host": "It has the host's network.",
    "--network name=host": "It has the host's network.",
    "--network name=HOST": "It has the host's network.",
    "--network {host}": "It has the host's network.",
    "--network {short}": "It has the host's network.",
    "--network container:panel": "It shares with panel. It has Docker's socket.",
    "--pid host": "It sees the host's processes.",
    "--pid=container:panel": "It shares with panel. It has Docker's socket.",
    "--ipc host": "It shares the host's memory.",
    "--ipc container:panel": "It shares with panel. It has Docker's socket.",
    "--uts host": "It has the host's name.",
    "--userns host": "Its users are the host's.",
    "--cgroupns host": "It sees the host's groups of processes.",
    "--cgroup-parent /x": "It is in the host's group /x.",
    "--cap-add SYS_ADMIN": "It has the capability SYS_ADMIN.",
    "--cap-add=all": "It has the capability ALL.",
    "--cap-add cap_net_admin": "It has the capability NET_ADMIN.",
    "--security-opt seccomp=unconfined": "Its security is set by seccomp=unconfined.",
    "--security-opt apparmor:unconfined": "Its security is set by apparmor:unconfined.",
    "--security-opt label=disable": "Its security is set by label=disable.",
    "--security-opt systempaths=unconfined": "It sees all that the kernel tells of the host.",
    "--device /dev/sda": "It has the device /dev/sda.",
    "--device=/dev/null:/dev/x": "It has the device /dev/null.",
    "--device vendor.com/gpu=all": "It has a graphics card, or another device.",
    "--device-cgroup-rule 'b 8:* rwm'": "It may use devices: b 8:* rwm.",
    "--gpus all": "It has a graphics card, or another device.",
    "--runtime other": "It is run by other.",
    "--log-driver syslog --log-opt syslog-address=unix:///run/x": (
        "Its log goes by unix:///run/x of the host."
    ),
}
PLAIN = (
    "-v data:/x",
    "-v /x",
    "--tmpfs /x",
    "--network bridge",
    "--network container:guest",
    "--cap-drop ALL --cap-add CHOWN",
    "--security-opt no-new-privileges",
    "--ipc private",
    "--cgroupns private",
    "--sysctl net.core.somaxconn=9",
    "-v /etc/localtime:/etc/localtime:ro",
    "--runtime runc",
)


@pytest.fixture
def pierhead(telegram: Sandbox, engine: Engine, tmp_path: Path, clock: Clock) -> Pierhead:
    return with_admin(telegram, engine, tmp_path, clock)


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(ADMIN)


@pytest.fixture
def world(engine: Engine) -> dict[str, str]:
    """A container with the socket, one that has a volume with it, and a volume that is a path."""
    options = ("type=none", "o=bind", "device=/etc")
    engine.docker("volume", "create", *(word for o in options for word in ("-o", o)), "etc")
    socket = "/var/run/docker.sock:/s"
    engine.docker("create", "--name", "panel", "-v", socket, "-v", "state:/x", "busybox")
    engine.docker("run", "-d", "--name", "guest", "-v", "state:/x", "busybox", "sleep", "1000")
    host = engine.docker("network", "inspect", "-f", "{{.Id}}", "host")
    return {"host": host, "short": host[:12]}


async def test_an_admin_may_none_of_it(
    pierhead: Pierhead, phone: Phone, engine: Engine, world: dict[str, str], clock: Clock
) -> None:
    before = names(engine)
    async with pierhead.running():
        for way, why in WAYS.items():
            for verb in ("run", "create"):
                options = way.format(**world)
                if verb == "create":
                    options = options.replace("-div", "-iv")  # it has no -d
                line = f"/{verb} --name web {options} busybox sleep 1000"
                lines = (await ask(phone, line)).text.splitlines()
                assert lines[0] == f"Not done: {verb} a container on local", line
                assert why in lines[1:-2], (line, lines)
                assert any("engine.root" in text for text in lines), line
                assert lines[-1] == "Nothing was changed."
        assert names(engine) == before


async def test_an_admin_may_what_gives_nothing(
    pierhead: Pierhead, phone: Phone, engine: Engine, world: dict[str, str], clock: Clock
) -> None:
    async with pierhead.running():
        for options in PLAIN:
            seen = await agreed(phone, f"/create --name web {options} busybox")
            assert seen.text == "Created web@local.", (options, seen.text)
            engine.docker("rm", "-v", "web")


async def test_an_owner_is_asked_each_time(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, world: dict[str, str], clock: Clock
) -> None:
    phone = telegram.private(OWNER)
    async with pierhead.running():
        for way, why in WAYS.items():
            if "div" in way:
                continue
            asked = await ask(phone, f"/create --name web {way.format(**world)} busybox")
            assert asked.text.startswith("Create web@local?"), way
            assert "Who gets into it is root on local:" in asked.text, way
            assert why in asked.text, way
            assert asked.buttons[0] == ["Not now"]
        assert "web" not in names(engine)
        asked = await ask(phone, "/run -d --name web -v /etc:/x:ro busybox sleep 1000")
        await tap(asked, "Run web on local")
        assert (await asked.changed()).text.startswith("Started web@local.")
        assert engine.docker("exec", "web", "ls", "/x/hostname") == "/x/hostname"


async def test_nobody_slips_in_what_was_not_asked_about(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, world: dict[str, str], clock: Clock
) -> None:
    """Between an admin's question and their answer the volume came to somebody who has the host."""
    phone = telegram.private(ADMIN)
    async with pierhead.running():
        asked = await ask(phone, "/run -d --name web -v later:/x busybox sleep 1000")
        assert asked.text.startswith("Run web@local?")
        engine.docker("create", "--name", "root", "--privileged", "-v", "later:/x", "busybox")
        await tap(asked, "Run web on local")
        denied = await asked.changed()
        assert "root uses its volume. It is privileged." in denied.text
        assert "Nothing was changed." in denied.text
    assert "web" not in names(engine)

"""Each flag of `docker run`: what is made in the chat is what Docker's own command line makes."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox
from tests.e2e.conftest import OWNER, Clock, Pierhead
from tests.e2e.making import agreed, inspected
from tests.e2e.talk import ask
from tests.handlers.container.run.dockers import slim
from tests.private_engine import Engine

GROUPS = {
    "process": [
        "-u 1000:1000 -w /x -h box --domainname example.com --group-add 7",
        "-e A=b -e 'C=d e' -l a=b -l c",
        "--entrypoint sh --init --read-only",
        "--entrypoint '' ",
        "-i -t",
        "--stop-signal USR1 --stop-timeout 3",
        "--restart on-failure:3",
        "--restart unless-stopped --init=false",
        "--rm",
        "--platform linux/amd64 --pull never",
    ],
    "network": [
        "-p 8080:80 -p 127.0.0.1::81/udp -p 9000-9001:90-91 --expose 70-72",
        "-P --expose 80",
        "--network none",
        "--network shop --network-alias a --net-alias b --ip 172.30.0.9",
        "--network name=shop,alias=a,ip=172.30.0.8",
        "--network shop --link other:alias",
        "--link other:alias",
        "--dns 10.0.0.1 --dns-search example.com --dns-option ndots:2 --add-host a:10.0.0.2",
        "--network container:other",
    ],
    "storage": [
        "-v data:/x -v /anonymous -v more:/y:ro,nocopy",
        "-v /srv/x:/x:ro",
        "--mount type=volume,src=data,dst=/x,readonly,volume-nocopy",
        "--mount type=bind,src=/etc,dst=/x,bind-propagation=rslave",
        "--mount type=tmpfs,dst=/x,tmpfs-size=1m,tmpfs-mode=1770",
        "--tmpfs /x --tmpfs /y:size=1m --shm-size 32m",
        "--volumes-from other:ro",
        "--log-driver json-file --log-opt max-size=1m --log-opt tag=x",
    ],
    "health": [
        "--health-cmd 'test -e /x' --health-interval 30s --health-retries 2 --health-timeout 2s",
        "--health-cmd x --health-start-period 1m30s",
        "--no-healthcheck",
    ],
    "limits": [
        "-m 64m --memory-reservation 32m --memory-swap 128m --memory-swappiness 0",
        "--memory-swap -1 -m 64m --oom-kill-disable --oom-score-adj 100",
        "--cpus 0.5 -c 512 --cpuset-cpus 0 --cpuset-mems 0",
        "--cpu-period 50000 --cpu-quota 25000",
        "--pids-limit 50 --ulimit nofile=100:200 --ulimit core=0",
        "--blkio-weight 300",
        "--sysctl net.core.somaxconn=100",
    ],
    "rights": [
        "--privileged",
        "--cap-add net_admin --cap-drop ALL --security-opt no-new-privileges",
        "--security-opt seccomp=unconfined --security-opt systempaths=unconfined",
        "--device /dev/null:/dev/x:rw --device-cgroup-rule 'c 1:3 mr'",
        "--pid host --uts host",
        "--ipc shareable --cgroupns host --runtime runc",
        "--network host",
        "--cgroup-parent /pierhead-test",
    ],
}


@pytest.fixture
def other(engine: Engine) -> Engine:
    """An Engine with a network, and a container that runs."""
    engine.docker("network", "create", "--subnet", "172.30.0.0/16", "shop")
    options = ("--network", "shop", "-v", "files:/files")
    engine.docker("run", "-d", "--name", "other", *options, "busybox", "sleep", "1000")
    engine.docker("network", "connect", "bridge", "other")
    return engine


def plain(found: dict[str, Any]) -> dict[str, Any]:
    """What was asked of it: without its ids, its paths, and its state.

    Docker's own program keeps some in maps, and so sends them in any order.
    """
    config, mounts, host = slim(found["Config"]), found["Mounts"], slim(found["HostConfig"])
    for facts in (config, host):
        for unordered in {"Binds", "Env", "Ulimits"} & facts.keys():
            facts[unordered] = sorted(facts[unordered], key=str)
    if config["Hostname"] == found["Id"][:12]:
        config["Hostname"] = "(its id)"
    for mount in mounts:
        if len(mount.get("Name", "")) == len(found["Id"]):
            mount |= {"Name": "(unnamed)", "Source": "(unnamed)"}
    networks = {
        name: {key: joined[key] for key in ("IPAMConfig", "Links", "Aliases", "MacAddress")}
        for name, joined in found["NetworkSettings"]["Networks"].items()
    }
    for joined in networks.values():
        joined["Aliases"] = [a for a in joined["Aliases"] or () if a != found["Id"][:12]]
    return {
        "Config": config,
        "HostConfig": host,
        "Networks": networks,
        "Mounts": sorted(mounts, key=lambda mount: mount["Destination"]),
        "Path": [found["Path"], *found["Args"]],
    }


@pytest.mark.parametrize("group", GROUPS)
async def test_what_is_made_is_what_docker_makes(
    pierhead: Pierhead, telegram: Sandbox, other: Engine, clock: Clock, group: str
) -> None:
    phone = telegram.private(OWNER)
    async with pierhead.running():
        for options in GROUPS[group]:
            words = (*shlex.split(options), "busybox", "sleep", "1000")
            other.docker("create", "--name", "theirs", *words)
            theirs = plain(inspected(other, "theirs"))
            other.docker("rm", "-v", "theirs")
            seen = await agreed(phone, f"/create --name theirs {options} busybox sleep 1000")
            assert seen.text.startswith("Created theirs@local."), (options, seen.text)
            ours = plain(inspected(other, "theirs"))
            assert ours == theirs, options
            other.docker("rm", "-v", "theirs")


async def test_an_address_of_its_own(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock
) -> None:
    """Newer clients of Docker's can't ask an old Engine for it."""
    mac = "92:d0:c6:0a:29:33"
    async with pierhead.running():
        line = f"/run -d --name web --mac-address {mac} busybox sleep 1000"
        await ask(telegram.private(OWNER), line)
    networks = inspected(engine, "web")["NetworkSettings"]["Networks"]
    assert networks["bridge"]["MacAddress"] == mac


async def test_what_an_old_engine_would_leave_out_is_told(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    """Debian's Engine speaks API 1.41."""
    phone = telegram.private(OWNER)
    async with pierhead.running():
        for options, option in (
            ("--annotation a=b", "--annotation"),
            ("--health-cmd x --health-start-interval 1s", "--health-start-interval"),
            ("--network none --network none2", "--network"),
            ("--mount type=volume,src=vv,dst=/x,volume-subpath=y", "volume-subpath"),
        ):
            seen = await agreed(phone, f"/create --name web {options} busybox")
            if engine.docker("ps", "-aq"):
                engine.docker("rm", "-f", "web")  # a newer Engine
            else:
                assert option in seen.text or "go together" in seen.text, seen.text
                assert "Nothing was changed." in seen.text or "together" in seen.text

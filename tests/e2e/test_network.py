"""/networks and the verbs of `docker network`: the reply, and what the Engine has then."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OPERATOR, OWNER, VIEWER, Clock, Pierhead
from tests.e2e.talk import ask, screen, shows, tap, verdict
from tests.private_engine import Engine

UNCHANGED = "Nothing was changed."


@pytest.fixture
def phone(telegram: Sandbox) -> Phone:
    return telegram.private(OWNER)


def networks(engine: Engine) -> set[str]:
    """Those of people's own."""
    found = engine.docker("network", "ls", "--format", "{{.Name}}", "-f", "type=custom")
    return set(found.split())


def inspected(engine: Engine, name: str) -> dict[str, Any]:
    (found,) = json.loads(engine.docker("network", "inspect", name))
    assert isinstance(found, dict)
    return found


def run(engine: Engine, name: str, *options: str) -> None:
    engine.docker("run", "-d", "--name", name, *options, "busybox", "sleep", "1000")


def joined(engine: Engine, name: str) -> dict[str, Any]:
    """The networks of a container."""
    found = json.loads(engine.docker("inspect", name))[0]["NetworkSettings"]["Networks"]
    assert isinstance(found, dict)
    return found


async def test_which_there_are(
    pierhead: Pierhead, phone: Phone, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker("network", "create", "--label", "tier=web", "front")
    engine.docker("network", "create", "back")
    run(engine, "web", "--network", "front")
    engine.docker("create", "--name", "job", "--network", "front", "busybox")
    digits = inspected(engine, "front")["Id"]
    async with pierhead.running():
        seen = await ask(telegram.private(VIEWER), "/networks")
        rows = [re.split(r"  +", line) for line in screen(seen)]
        assert rows == [
            ["local: 5 networks, 1 unused"],
            ["back", "bridge", "unused"],
            ["bridge", "bridge"],
            ["front", "bridge", "job +1"],
            ["host", "host"],
            ["none", "null"],
        ]
        assert seen.buttons == [
            ["In use 4", "Unused 1"],
            ["Newest first", "By driver"],
            ["Refresh", "As a file"],
        ]
        await tap(seen, "Unused 1")
        unused = await seen.changed()
        assert screen(unused)[1:] == ["back  bridge  unused"]
        assert unused.buttons == [["All 5", "In use 4"], ["Refresh", "As a file"]]
        quiet = await ask(phone, "/networks -q --show unused")
        assert quiet.text.splitlines()[1:] == [engine.docker("network", "ls", "-qf", "name=back")]
        engine.docker("network", "rm", "back")
        none = await ask(phone, "/networks --show unused")
        assert none.text == "local: 4 networks"
        assert none.buttons[0] == ["All 4", "In use 4"]
        engine.docker("network", "create", "back")
        assert await verdict(phone, "/network list -f type=custom") == (
            "local: 2 networks, 1 unused"
        )
        assert await verdict(phone, "/docker network ls -f label=tier=web") == "local: 1 network"
        assert await verdict(phone, "/networks -f scope=swarm") == "local: no networks"
        quiet = await ask(phone, "/networks -q -f name=front")
        assert quiet.text.splitlines()[1] == digits[:12]
        whole = await ask(phone, "/networks -q --no-trunc -f name=front")
        assert whole.text.splitlines()[1] == digits
        every = await ask(phone, "/networks --no-trunc")
        assert every.text == "local: 5 networks, 1 unused"
        file = await phone.wait()
        assert file.document is not None
        lines = file.document[1].decode().splitlines()
        assert lines[0].split() == ["ID", "NAME", "DRIVER", "SCOPE"]
        assert [digits, "front", "bridge", "local"] in [line.split() for line in lines]
        by_driver = await ask(phone, "/networks --sort driver")
        assert [line.split()[0] for line in screen(by_driver)[1:4]] == ["back", "bridge", "front"]
        assert await verdict(phone, "/networks -f driver") == "There is no filter driver."
        assert await verdict(phone, "/networks --sort size") == (
            "size is none of these: name, created, driver."
        )


async def test_one_is_made(
    pierhead: Pierhead, phone: Phone, telegram: Sandbox, engine: Engine
) -> None:
    async with pierhead.running():
        seen = await ask(phone, "/network create front")
        subnet = engine.docker(
            "network", "inspect", "-f", "{{(index .IPAM.Config 0).Subnet}}", "front"
        )
        assert seen.text == f"Created front@local.\nsubnet  {subnet}"
        assert seen.buttons == [["Inspect front"]]
        taken = await ask(phone, "/network create front")
        assert taken.text.splitlines() == [
            "Not done: create a network on local",
            "local has a network front already.",
            UNCHANGED,
        ]
        made = await ask(
            phone,
            "/network create --subnet 10.77.0.0/16,fd00:77::/64 --ip-range 10.77.8.0/24"
            " --gateway 10.77.0.9 --gateway fd00:77::9 --aux-address router=10.77.0.2 --internal"
            " --attachable --ipv6 --label tier=web -o com.docker.network.driver.mtu=1400"
            " -d bridge -- back",
        )
        assert made.text.splitlines() == [
            "Created back@local.",
            "subnet  10.77.0.0/16",
            "subnet  fd00:77::/64",
        ]
        found = inspected(engine, "back")
        assert found["IPAM"]["Config"] == [
            {
                "Subnet": "10.77.0.0/16",
                "IPRange": "10.77.8.0/24",
                "Gateway": "10.77.0.9",
                "AuxiliaryAddresses": {"router": "10.77.0.2"},
            },
            {"Subnet": "fd00:77::/64", "Gateway": "fd00:77::9"},
        ]
        assert (found["Internal"], found["Attachable"], found["EnableIPv6"]) == (True, True, True)
        assert found["Labels"] == {"tier": "web"}
        assert found["Options"] == {"com.docker.network.driver.mtu": "1400"}
        denied = await ask(telegram.private(OPERATOR), "/network create new")
        assert "It needs network.create on local." in denied.text
        assert "network create front, done" in (await ask(phone, "/audit -c 'network create'")).text
    assert networks(engine) == {"front", "back"}


WRONG = (
    ("bridge", "bridge is a network of Docker's own."),
    ("-- -x", "-x can't be a name."),
    ("'a b'", "a b can't be a name."),
    ("", "NAME is missing."),
    ("new other", "other is one word too many."),
    ("--subnet 10.1.2.3 new", "10.1.2.3 is no range of addresses."),
    ("--subnet 10.1.2.3/24 new", "10.1.2.3/24 is no range of addresses."),
    ("--subnet 10.1.0.0/33 new", "10.1.0.0/33 is no range of addresses."),
    ("--subnet web new", "web is no range of addresses."),
    ("--gateway 10.1.2 new", "10.1.2 is no address."),
    ("--gateway 10.1.0.1 new", "10.1.0.1 is in no --subnet."),
    ("--ip-range 10.1.0.0/24 new", "10.1.0.0/24 is in no --subnet."),
    (
        "--subnet 10.1.0.0/16 --gateway 10.1.0.1,10.1.0.2 new",
        "10.1.0.0/16 can have one --gateway.",
    ),
    ("--subnet 10.1.0.0/16,10.1.5.0/24 new", "10.1.0.0/16 and 10.1.5.0/24 overlap."),
    ("--subnet 10.1.0.0/16 --aux-address r=10.2.0.1 new", "10.2.0.1 is in no --subnet."),
    ("--subnet 10.1.0.0/16 --aux-address r=web new", "web is no address."),
    ("--subnet 10.77.1.0/24 new", "10.77.1.0/24 overlaps 10.77.0.0/16 of there."),
    ("--label =x new", "=x has no key."),
    ("--scope moon new", "moon is none of these: local, swarm, global."),
    ("--ipv4=false new", "--ipv4 is not for a chat."),
    ("--config-from x new", "--config-from is not for a chat."),
    ("--ingress new", "--ingress is not for a chat."),
    ("-d overlay new", "Docker on local failed: This node is not a swarm manager."),
    ("-d host new", 'Docker on local refuses: only one instance of "host" network'),
)


async def test_what_makes_none_is_told(pierhead: Pierhead, phone: Phone, engine: Engine) -> None:
    engine.docker("network", "create", "--subnet", "10.77.0.0/16", "there")
    async with pierhead.running():
        for line, said in WRONG:
            seen = await ask(phone, f"/network create {line}")
            assert said in seen.text
            assert "may have been done" not in seen.text
    assert networks(engine) == {"there"}


async def test_the_hosts_own_network_is_for_owners(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    pierhead.environment[f"PIERHEAD_ACCESS__PEOPLE__{OPERATOR}__ROLE"] = "admin"
    async with pierhead.running():
        admin, owner = telegram.private(OPERATOR), telegram.private(OWNER)
        for options, why in (
            ("-d macvlan -o parent=eth0", "parent may reach the host's own network."),
            ("-d ipvlan", "The driver ipvlan reaches the host's own network."),
            (
                "-o com.docker.network.bridge.name=virbr0",
                "com.docker.network.bridge.name may reach the host's own network.",
            ),
            (
                "--subnet 140.82.112.0/20",
                "140.82.112.0/20 is not private: what the host sends there would go astray.",
            ),
        ):
            denied = (await ask(admin, f"/network create {options} new")).text.splitlines()
            assert denied[0] == "Not done: create a network on local"
            assert why in denied
            assert "You are admin. It needs engine.root on local." in denied
            assert denied[-1] == UNCHANGED
        assert networks(engine) == set()
        assert (await ask(admin, "/network create inner")).text.startswith("Created inner@local.")
        line = "/network create --subnet 203.0.113.0/24 outer"
        assert (await ask(owner, line)).text.startswith("Created outer@local.")
    assert networks(engine) == {"inner", "outer"}


async def test_one_is_looked_at(
    pierhead: Pierhead, phone: Phone, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker(
        *("network", "create", "--subnet", "10.77.0.0/16", "--gateway", "10.77.0.1", "--internal"),
        *("--label", "com.docker.compose.project=shop", "-o", "password=hunter2", "front"),
    )
    engine.docker("network", "create", "back")
    run(engine, "web", "--network", "front", "--ip", "10.77.0.7")
    async with pierhead.running():
        viewer = telegram.private(VIEWER)
        seen = await ask(viewer, "/network inspect -v front")
        assert [re.split(r"  +", line) for line in seen.text.splitlines()] == [
            ["front@local: 1 container runs in it"],
            ["driver", "bridge"],
            ["subnet", "10.77.0.0/16"],
            ["gateway", "10.77.0.1"],
            ["way out", "none"],
            ["option", "password=••••••"],
            ["stack", "shop"],
            ["labels", "1"],
            ["web", "10.77.0.7/16"],
        ]
        file = await viewer.wait()
        assert file.document is not None
        assert file.document[0] == "front.json"
        whole = json.loads(file.document[1])
        assert whole["Options"] == {"password": "••••••"}
        several = await ask(phone, "/network inspect back front nope")
        assert several.text.startswith("back@local: nothing that runs is in it\n")
        assert several.text.splitlines()[-1] == "x not there: nope@local"


async def test_a_container_comes_in_and_goes(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    engine.docker("network", "create", "--subnet", "10.77.0.0/16", "front")
    run(engine, "web")
    run(engine, "db", "--network", "front")
    async with pierhead.running():

        async def told(line: str, *said: str) -> None:
            assert (await ask(phone, line)).text.splitlines() == [*said]

        await told(
            "/network connect --alias www,site --alias shop --ip 10.77.0.8 --link db:store"
            " front WEB.",
            "Connected web@local to front@local.",
        )
        there = joined(engine, "web")["front"]
        assert there["IPAddress"] == "10.77.0.8"
        assert {"www", "site", "shop"} <= set(there["Aliases"])
        assert there["Links"] == ["db:store"]
        await told("/network connect front web", "web@local was in front@local already.")
        await told(
            "/network connect --ip 10.77.0.9 front web",
            "Not done: connect front@local and web@local",
            "It is in it already, and has to be disconnected to be in it otherwise.",
            UNCHANGED,
        )
        await told("/network disconnect front web", "Disconnected web@local from front@local.")
        assert set(joined(engine, "web")) == {"bridge"}
        await told("/network disconnect front web", "web@local was not in front@local.")
        await told(
            "/network connect --ip 10.9.9.9 front web",
            "Not done: connect front@local and web@local",
            "10.9.9.9 is in no subnet of front: 10.77.0.0/16.",
            UNCHANGED,
        )
        taken = joined(engine, "db")["front"]["IPAddress"]
        await told(
            f"/network connect --ip {taken} front web",
            "Not done: connect front@local and web@local",
            "Docker on local refuses: Address already in use",
            UNCHANGED,
        )
        assert set(joined(engine, "web")) == {"bridge"}  # where the Engine itself kept half of it
        engine.docker("restart", "-t", "0", "web")
        host = (await ask(phone, "/network connect host web")).text.splitlines()
        assert host[0] == "Not done: connect host@local and web@local"
        assert host[-1] == UNCHANGED
        for line, said in (
            ("--ip fd00::1 front web", "fd00::1 is no address for this."),
            ("--ip6 10.0.0.1 front web", "10.0.0.1 is no address for this."),
            ("--ip x front web", "x is no address."),
            ("--alias 'a b' front web", "a b can't be a name."),
            ("--gw-priority 1 front web", "--gw-priority is not for a chat."),
            ("front web db", "db is one word too many."),
            ("frnt web", "There is no frnt on local."),
            ("front wab", "There is no wab on local."),
        ):
            assert await verdict(phone, f"/network connect {line}") == said
        assert phone.history[-1].buttons == [["web"]]
        audit = (await ask(phone, "/audit -c 'network disconnect'")).text
        assert "network disconnect front web, done" in audit


async def test_both_names_are_picked(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    engine.docker("network", "create", "front")
    run(engine, "web")
    async with pierhead.running():
        first = await ask(phone, "/network_connect")
        assert first.text == "/network_connect: which network on local?"
        await tap(first, "front")
        second = await phone.wait()
        assert second.text == "/network_connect: which container on local?"
        await tap(second, "web")
        assert (await phone.wait()).text == "Connected web@local to front@local."
        first = await ask(phone, "/network_disconnect front")
        await tap(first, "web")
        asked = await phone.wait()
        assert asked.text.startswith("Disconnect web@local from front?\n")
        assert "web: up" in asked.text
        assert asked.buttons == [["Not now"], ["Disconnect web@local"]]
        await tap(asked, "Disconnect web@local")
        assert (await asked.changed()).text == "Disconnected web@local from front@local."


async def test_who_may_not_is_told_of_both(
    pierhead: Pierhead, telegram: Sandbox, engine: Engine
) -> None:
    engine.docker("network", "create", "front")
    run(engine, "web")
    async with pierhead.running():
        denied = await ask(telegram.private(OPERATOR), "/network connect front web")
        assert denied.text.startswith("Not done: connect front@local and web@local\n")
        assert "It needs network.connect on local." in denied.text
    assert set(joined(engine, "web")) == {"bridge"}


async def test_one_goes_only_if_nothing_runs_in_it(
    pierhead: Pierhead, phone: Phone, engine: Engine, clock: Clock
) -> None:
    for name in ("front", "back", "old"):
        engine.docker("network", "create", name)
    run(engine, "web", "--network", "front")
    engine.docker("create", "--name", "job", "--network", "back", "busybox")
    async with pierhead.running():
        held = await ask(phone, "/network rm -f front")
        assert held.text.splitlines() == [
            "front@local is used by web: disconnect them first.",
            UNCHANGED,
        ]
        own = await ask(phone, "/network rm bridge")
        assert own.text.splitlines() == ["bridge@local is Docker's own: it stays.", UNCHANGED]
        asked = await ask(phone, "/network remove old front back host")
        assert asked.text.splitlines()[:-1] == [
            "Remove old@local and back@local?",
            "job is in back, and won't start without it.",
            "front@local is used by web: disconnect them first.",
            "host@local is Docker's own: it stays.",
            "Cannot be undone.",
        ]
        assert asked.buttons == [["Not now"], ["Remove 2 on local"]]
        await tap(asked, "Remove 2 on local")
        done = await shows(asked, "2 of 2")
        assert done.text.splitlines()[1:] == ["Removed old@local.", "Removed back@local."]
        assert networks(engine) == {"front"}
        engine.docker("rm", "-f", "web")
        last = await ask(phone, "/network rm front")
        assert last.buttons == [["Not now"], ["Remove front@local"]]
        run(engine, "late", "--network", "front")
        await tap(last, "Remove front@local")
        assert (await last.changed()).text.splitlines()[0] == (
            "front@local is used by late: disconnect them first."
        )
    assert networks(engine) == {"front"}

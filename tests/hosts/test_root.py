"""Docker's ways to root on the host, as they stand in what an Engine tells."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hosts.answer import Unexpected
from bot.hosts.root import of_volume, others_of, reasons, runtime_of, volumes_of
from bot.hosts.roots import told
from bot.i18n import catalogue
from bot.reply.words import Words

WORDS = Words("en", "UTC", catalogue("en"), lambda: 0.0)


def said(whole: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(WORDS.plain(reason.told), reason.strong) for reason in reasons(whole)]


def of(**host: object) -> list[tuple[str, bool]]:
    return said({"HostConfig": host})


STRONG: list[tuple[dict[str, Any], str]] = [
    ({"Privileged": True}, "It is privileged."),
    ({"CapAdd": ["ALL"]}, "It has the capability ALL."),
    ({"CapAdd": ["cap_sys_admin"]}, "It has the capability SYS_ADMIN."),
    ({"CapAdd": ["WHATEVER"]}, "It has the capability WHATEVER."),
    ({"SecurityOpt": ["seccomp=unconfined"]}, "Its security is set by seccomp=unconfined."),
    ({"SecurityOpt": ["apparmor:unconfined"]}, "Its security is set by apparmor:unconfined."),
    ({"SecurityOpt": ["label=disable"]}, "Its security is set by label=disable."),
    ({"MaskedPaths": []}, "It sees all that the kernel tells of the host."),
    ({"ReadonlyPaths": []}, "It sees all that the kernel tells of the host."),
    ({"PidMode": "host"}, "It sees the host's processes."),
    ({"IpcMode": "host"}, "It shares the host's memory."),
    ({"UsernsMode": "host"}, "Its users are the host's."),
    ({"Devices": [{"PathOnHost": "/dev/sda"}]}, "It has the device /dev/sda."),
    ({"Devices": [{"PathOnHost": "/dev/dri/../sda"}]}, "It has the device /dev/dri/../sda."),
    ({"DeviceCgroupRules": ["b 8:* rmw"]}, "It may use devices: b 8:* rmw."),
    ({"Sysctls": {"kernel.core_pattern": "|/x"}}, "It sets kernel.core_pattern of the kernel."),
    ({"Binds": ["/:/x"]}, "It mounts / of the host."),
    ({"Binds": ["/:/x:ro"]}, "It mounts / of the host."),
    ({"Binds": ["/srv/..:/x:ro"]}, "It mounts / of the host."),
    ({"Binds": ["//etc//cron.d:/x"]}, "It mounts /etc/cron.d of the host."),
    ({"Binds": ["/proc:/x:ro"]}, "It mounts /proc of the host."),
    ({"Binds": ["/run/systemd:/x:ro"]}, "It mounts /run/systemd of the host."),
    ({"Binds": ["/var/run/docker.sock:/x:ro"]}, "It has Docker's socket."),
    ({"Binds": ["/srv/docker-2.sock:/x"]}, "It has Docker's socket."),
    ({"Mounts": [{"Type": "bind", "Source": "/etc", "ReadOnly": True}]}, "It mounts /etc of"),
    ({"Mounts": [{"Type": "npipe", "Source": "pipe"}]}, "It mounts pipe of the host."),
    ({"Mounts": [{"Type": "future", "Source": "/"}]}, "It mounts / of the host."),
    (
        {
            "Mounts": [
                {
                    "Type": "volume",
                    "Source": "v",
                    "VolumeOptions": {
                        "DriverConfig": {"Options": {"type": "none", "o": "bind", "device": "/"}}
                    },
                }
            ]
        },
        "It mounts / of the host.",
    ),
]
MILD: list[tuple[dict[str, Any], str]] = [
    ({"NetworkMode": "host"}, "It has the host's network."),
    ({"UTSMode": "host"}, "It has the host's name."),
    ({"CapAdd": ["NET_ADMIN"]}, "It has the capability NET_ADMIN."),
    ({"Devices": [{"PathOnHost": "/dev/dri/card0"}]}, "It has the device /dev/dri/card0."),
    ({"DeviceRequests": [{"Count": -1}]}, "It has a graphics card, or another device."),
    ({"CgroupParent": "/x"}, "It is in the host's group /x."),
    ({"Binds": ["/srv/web:/x:ro"]}, "It mounts /srv/web of the host."),
    ({"Binds": ["/etc/nginx:/x:ro,z"]}, "It mounts /etc/nginx of the host."),
    ({"Binds": ["/home/olga:/x"]}, "It mounts /home/olga of the host."),
    ({"VolumeDriver": "flocker"}, "The driver flocker says what of the host its volume is."),
]
NONE: list[dict[str, Any]] = [
    {},
    {"Privileged": False, "CapAdd": ["CHOWN", "CAP_NET_RAW"], "CapDrop": ["ALL"]},
    {"SecurityOpt": ["no-new-privileges:true", "no-new-privileges", "seccomp=builtin"]},
    {"MaskedPaths": ["/proc/kcore"], "ReadonlyPaths": None, "PidMode": "private"},
    {"NetworkMode": "default", "IpcMode": "shareable", "UTSMode": "", "UsernsMode": ""},
    {"Binds": ["data:/x", "/only/inside", "/etc/localtime:/etc/localtime:ro"]},
    {"Mounts": [{"Type": "tmpfs"}, {"Type": "volume", "Source": "v"}, {"Type": "image"}]},
    {"Sysctls": {"net.core.somaxconn": "9"}, "LogConfig": {"Config": {"max-size": "10m"}}},
    {"VolumeDriver": "local", "CgroupnsMode": "host", "CgroupParent": ""},
]


@pytest.mark.parametrize(("host", "why"), STRONG, ids=str)
def test_what_holds_the_host(host: dict[str, Any], why: str) -> None:
    ((sentence, strong),) = of(**host)
    assert sentence.startswith(why)
    assert strong


@pytest.mark.parametrize(("host", "why"), MILD, ids=str)
def test_what_gives_it_to_who_gets_in(host: dict[str, Any], why: str) -> None:
    assert of(**host) == [(why, False)]


@pytest.mark.parametrize("host", NONE, ids=str)
def test_what_every_container_may_have(host: dict[str, Any]) -> None:
    assert of(**host) == []


def test_what_is_mounted_counts_however_it_came_there() -> None:
    mounts = [
        {"Type": "bind", "Source": "/srv/x", "RW": True},
        {"Type": "bind", "Source": "/etc/localtime", "RW": False},
        {"Type": "volume", "Name": "v", "Driver": "local", "Source": "/var/lib/docker/volumes/v"},
        {"Type": "volume", "Name": "w", "Driver": "nfs-plugin", "Source": "/mnt/w"},
    ]
    whole = {"HostConfig": {"Binds": ["/srv/x:/y"]}, "Mounts": mounts}
    assert said(whole) == [
        ("It mounts /srv/x of the host.", False),
        ("The driver nfs-plugin says what of the host its volume is.", False),
    ]
    assert volumes_of(whole) == ("v", "w")


def test_the_hosts_network_is_known_by_its_name_among_those_joined() -> None:
    whole = {"HostConfig": {"NetworkMode": "1" * 64}, "NetworkSettings": {"Networks": {"host": {}}}}
    assert said(whole) == [("It has the host's network.", False)]


def test_a_log_that_the_engine_brings_elsewhere() -> None:
    config = {"syslog-address": "unixgram:///run/x", "splunk-capath": "/etc/shadow", "tag": "x"}
    found = of(LogConfig={"Type": "syslog", "Config": config})
    assert [sentence for sentence, _ in found] == [
        "Its log goes by unixgram:///run/x of the host.",
        "Its log goes by /etc/shadow of the host.",
    ]


@pytest.mark.parametrize(
    ("driver", "options", "why"),
    [
        ("local", {}, []),
        ("", {"type": "tmpfs", "device": "tmpfs", "o": "size=1m"}, []),
        ("local", {"type": "nfs", "device": ":/export", "o": "addr=10.0.0.2"}, []),
        ("local", {"type": "none", "device": "/srv", "o": "bind"}, [False]),
        ("local", {"device": "/etc", "o": "rbind"}, [True]),
        ("local", {"type": "NONE", "device": "/var/run/docker.sock", "o": "bind"}, [True]),
        ("local", {"type": "tmpfs", "device": "/etc", "o": "size=1m,bind"}, [True]),
        ("local", {"type": "nfs", "device": "etc", "o": "rbind"}, [True]),
        ("local", {"type": "ext4", "device": "/dev/sda1"}, [True]),
        ("local", {"type": "overlay", "device": "overlay", "o": "lowerdir=/etc"}, [True]),
        ("local", {"type": "proc", "device": "proc"}, [True]),
        ("local", {"o": "bind"}, [True]),
        ("local", {"type": "tmpfs", "device": "/", "o": "size=1m,bind"}, [True]),
        ("local", {"type": "nfs", "device": "etc", "o": "addr=1.2.3.4,rbind"}, [True]),
        ("local-persist", {"mountpoint": "/"}, [False]),
    ],
)
def test_what_a_volume_is(driver: str, options: dict[str, str], why: list[bool]) -> None:
    assert [reason.strong for reason in of_volume(driver, options)] == why


def test_what_is_left_to_look_at() -> None:
    host = {
        "NetworkMode": "container:web",
        "PidMode": "container:db",
        "IpcMode": "container:db",
        "VolumesFrom": ["web:ro", "files"],
        "Binds": ["data:/x", "/srv:/y"],
        "Mounts": [{"Type": "volume", "Source": "more"}, {"Type": "volume"}],
        "Runtime": "nvidia",
    }
    assert others_of({"HostConfig": host}) == ("web", "db", "files")
    assert volumes_of({"HostConfig": host}) == ("data", "more")
    assert runtime_of({"HostConfig": host}) == "nvidia"
    assert runtime_of({"HostConfig": {"Runtime": "runc"}}) == ""


def test_an_operator_is_told_of_what_holds_the_host_alone() -> None:
    found = reasons({"HostConfig": {"Privileged": True, "Binds": ["/srv:/x"]}})
    assert len(told(found)) == 2
    assert [WORDS.plain(why) for why in told(found, strong=True)] == ["It is privileged."]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KEYS = sorted({key for host, _ in STRONG + MILD for key in host} | {"Runtime", "LogConfig"})


@given(st.dictionaries(st.sampled_from(KEYS), JSON), JSON, JSON)
def test_an_engine_may_tell_anything(
    host: dict[str, Any], mounts: object, networks: object
) -> None:
    whole = {"HostConfig": host, "Mounts": mounts, "NetworkSettings": networks}
    for look in (reasons, volumes_of, others_of, runtime_of):
        with suppress(Unexpected):
            look(whole)

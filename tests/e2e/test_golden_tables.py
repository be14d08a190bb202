"""The tables of the verbs that read: what they say in both languages, and that they fit a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Phone, Sandbox
from tests.e2e.conftest import OWNER, RUSSIAN, VIEWER, Clock
from tests.e2e.golden import Goldens
from tests.e2e.talk import Morning, Played, ask, played, shows, tap
from tests.hosts.scripted import CID, answer, row

IMAGE_ID = f"sha256:{CID}"
NAMES = ("jellyfin", "immich-db", "immich-server", "vaultwarden", "home-assistant-core")


def containers() -> list[dict[str, object]]:
    rows = [
        row(
            Id=name.encode().hex().ljust(64, "0")[:64],
            Names=[f"/{name}"],
            Image="example/app:1",
            Status="Up 9 days",
            Created=1_780_000_000 + n,
            SizeRw=35_580_000 * n,
            SizeRootFs=187_000_000 + n,
            Command="/entry --password hunter2",
            Ports=[
                {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080 + n, "Type": "tcp"},
                {"IP": "::", "PrivatePort": 80, "PublicPort": 8080 + n, "Type": "tcp"},
                {"PrivatePort": 9000, "Type": "tcp"},
            ],
        )
        for n, name in enumerate(NAMES)
    ]
    rows[0] |= {"State": "exited", "Status": "Exited (1) 4 minutes ago", "Ports": []}
    rows[1] |= {"Status": "Up 12 minutes (unhealthy)"}
    return rows


def images() -> list[dict[str, object]]:
    tags = ("registry.example.com/team/jellyfin:10.10", "redis:7", "")
    return [
        {
            "Id": f"sha256:{n}{CID[1:]}",
            "RepoTags": [tag] if tag else ["<none>:<none>"],
            "RepoDigests": [f"{tag.rpartition(':')[0]}@sha256:{CID}"] if tag else [],
            "Size": 1_100_000_000 // (n + 1),
            "Created": 1_780_000_000 + n,
            "Labels": None,
            "Containers": -1,
        }
        for n, tag in enumerate(tags)
    ]


HISTORY = [
    {"Id": IMAGE_ID, "Created": 1_780_970_000, "CreatedBy": '/bin/sh -c #(nop)  CMD ["redis"]'},
    {"Id": "<missing>", "CreatedBy": "|1 TOKEN=s3cr3tvalue /bin/sh -c make", "Size": 41_000_000},
    {"Id": "<missing>", "CreatedBy": "RUN /bin/sh -c apt-get update # buildkit", "Size": 9_100},
    {"Id": "<missing>", "CreatedBy": "", "Comment": "Imported from -", "Size": 80_000_000},
]
DETAILS = {
    "Id": CID,
    "State": {"Status": "running", "StartedAt": "2026-06-09T02:00:00Z"},
    "RestartCount": 3,
    "Config": {"Image": "example/app:1"},
    "HostConfig": {"Memory": 536_870_912, "RestartPolicy": {"Name": "always"}},
    "NetworkSettings": {
        "Networks": {"home_default": {}},
        "Ports": {
            "80/tcp": [
                {"HostIp": "0.0.0.0", "HostPort": "8080"},
                {"HostIp": "::", "HostPort": "8080"},
            ],
            "53/udp": [{"HostIp": "192.168.1.20", "HostPort": "53"}],
            "9000/tcp": None,
        },
    },
    "Mounts": [{"Name": "config", "Destination": "/config"}],
    "SizeRw": 35_580_000,
    "SizeRootFs": 187_000_000,
}
IMAGE = {
    "Id": IMAGE_ID,
    "RepoTags": ["redis:7", "redis:latest"],
    "Created": "2026-06-08T21:00:00Z",
    "Size": 41_000_000,
    "Os": "linux",
    "Architecture": "amd64",
    "RootFS": {"Layers": ["a", "b", "c"]},
    "Config": {
        "Entrypoint": ["docker-entrypoint.sh"],
        "Cmd": ["redis-server", "--save", "60 1"],
        "User": "redis",
        "ExposedPorts": {"6379/tcp": {}},
        "Volumes": {"/data": {}},
    },
}
CHANGES = [
    {"Kind": 0, "Path": "/etc"},
    {"Kind": 1, "Path": "/etc/nginx/conf.d/default.conf"},
    {"Kind": 2, "Path": "/etc/passwd-"},
    {"Kind": 1, "Path": "/srv/x\nD /etc/shadow"},
]
STATS = {
    "id": CID,
    "name": "/web",
    "cpu_stats": {"cpu_usage": {"total_usage": 12}, "system_cpu_usage": 200, "online_cpus": 4},
    "precpu_stats": {"cpu_usage": {"total_usage": 0}, "system_cpu_usage": 100},
    "memory_stats": {"usage": 40_000_000, "limit": 512_000_000},
    "networks": {"eth0": {"rx_bytes": 3_400_000, "tx_bytes": 128_000}},
    "pids_stats": {"current": 7},
}
TOP = {
    "Titles": ["USER", "PID", "%CPU", "%MEM", "COMMAND"],
    "Processes": [
        ["root", "4182", "0.3", "1.2", "nginx: master process nginx -g daemon off;"],
        ["nginx", "4183", "12.0", "0.4", "nginx: worker process"],
        ["nginx", "4184", "7.5", "0.4", "nginx: worker process"],
    ],
}


@pytest.fixture
def clock() -> Clock:
    return Morning()


@pytest.fixture(params=["en", "ru"])
def goldens(request: pytest.FixtureRequest) -> Goldens:
    return Goldens(request.param)


@pytest.fixture
def phone(goldens: Goldens, telegram: Sandbox) -> Phone:
    return telegram.private(OWNER if goldens.language == "en" else RUSSIAN)


@pytest.fixture
async def world(telegram: Sandbox, tmp_path: Path, clock: Clock) -> AsyncIterator[Played]:
    async with played(telegram, tmp_path, clock) as world:
        web = row(Names=["/web"], Id=CID)
        scripts = world.engine.scripts
        scripts["GET /containers/json"] = answer([*containers(), web])
        scripts["GET /images/json"] = answer(images())
        scripts[f"GET /containers/{CID}/json"] = answer(DETAILS)
        scripts[f"GET /containers/{CID}/changes"] = answer(CHANGES)
        scripts[f"GET /containers/{CID}/top"] = answer(TOP)
        redis = f"GET /images/sha256:1{CID[1:]}"
        scripts[f"{redis}/history"] = answer(HISTORY)
        scripts[f"{redis}/json"] = answer(IMAGE)
        yield world


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("ps-list", "/ps --show all"),
        ("ps-urgent", "/ps --show urgent"),
        ("ps-sizes", "/ps -s --sort size"),
        ("ps-ports", "/ps --ports"),
        ("ps-table", r"/ps --format 'table {{.Names}}\t{{.Image}}\t{{.Ports}}'"),
        ("ps-refused", "/ps --format '{{range .Names}}x{{end}}'"),
        ("images", "/images"),
        ("images-digests", "/images --digests --sort name"),
        ("history", "/history redis:7"),
        ("history-size", "/history --sort size redis:7"),
        ("diff", "/diff web"),
        ("diff-path", "/diff --sort path web"),
        ("port", "/port web"),
        ("port-outside", "/port --sort outside web"),
        ("port-none", "/port web 9000"),
        ("top", "/top --sort cpu web"),
        ("inspect-container", "/container inspect -s web"),
        ("inspect-image", "/inspect redis:7"),
        ("inspect-field", "/inspect -f '{{.State.Health.Status}}' web"),
    ],
)
async def test_a_table(world: Played, goldens: Goldens, phone: Phone, name: str, line: str) -> None:
    goldens.check(name, await ask(phone, line))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("ps-whole", "/ps -a -s --no-trunc"),
        ("images-whole", "/images --no-trunc --digests"),
        ("history-whole", "/history --no-trunc redis:7"),
        ("diff-whole", "/diff --no-trunc web"),
        ("port-whole", "/port --no-trunc web"),
        ("top-whole", "/top --no-trunc web"),
    ],
)
async def test_all_of_it_as_a_file(
    world: Played, goldens: Goldens, phone: Phone, name: str, line: str
) -> None:
    """What is in it is as a terminal shows it, in whatever language it is asked for."""
    goldens.check(name, await ask(phone, line))
    file = await phone.wait()
    assert file.document is not None
    _, content = file.document
    assert content.decode() == goldens.file(f"{name}-file", content.decode())
    assert "hunter2" not in content.decode()
    assert "s3cr3t" not in content.decode()


@pytest.fixture
def card(world: Played) -> None:
    """A container with all that a card tells: many ports, health, figures."""
    web = row(Names=["/web"], Id=CID, Image="example/app:1", Status="Up 3 hours (healthy)")
    scripts = world.engine.scripts
    scripts["GET /containers/json"] = answer([web])
    published = {
        f"{port}/tcp": [{"HostIp": ip, "HostPort": str(port)} for ip in ("0.0.0.0", "::")]
        for port in (443, 80, 8080, 9090)
    }
    udp = {"53/udp": [{"HostIp": "192.168.1.20", "HostPort": "53"}]}
    network = {"Networks": {"home_default": {}}, "Ports": published | udp}
    scripts[f"GET /containers/{CID}/json"] = answer(DETAILS | {"NetworkSettings": network})
    scripts[f"GET /containers/{CID}/stats"] = answer(STATS)


async def test_a_card(world: Played, card: None, goldens: Goldens, phone: Phone) -> None:
    seen = await ask(phone, "/web")
    goldens.check("card", seen)
    await tap(seen, seen.buttons[0][2])
    goldens.check("card-more", await seen.changed())


async def test_a_viewers_card(
    world: Played, card: None, goldens: Goldens, telegram: Sandbox
) -> None:
    viewer = telegram.private(VIEWER)
    await ask(viewer, f"/language {goldens.language}")
    seen = await ask(viewer, "/web")
    goldens.check("card-viewer", seen)
    await tap(seen, seen.buttons[0][2])
    goldens.check("card-viewer-more", await seen.changed())


async def test_a_card_of_what_is_not_well(
    world: Played, card: None, goldens: Goldens, phone: Phone
) -> None:
    """What can't be read is unknown, never well."""
    sick = row(Names=["/web"], Id=CID, Status="Up 12 minutes (unhealthy)")
    world.engine.scripts["GET /containers/json"] = answer([sick])
    for path in ("json", "stats"):
        world.engine.scripts[f"GET /containers/{CID}/{path}"] = answer({"message": "no"}, 500)
    goldens.check("card-sick", await ask(phone, "/web"))


async def test_the_live_view(world: Played, goldens: Goldens, phone: Phone) -> None:
    world.engine.scripts[f"GET /containers/{CID}/stats"] = answer(STATS)
    seen = await shows(await ask(phone, "/stats --live web"), "CPU")
    goldens.check("stats-live", seen)
    await tap(seen, seen.buttons[0][0])
    goldens.check("stats-live-ended", await seen.changed())

import json

from bot.hosts import listing
from bot.message import Untrusted
from tests.hosts.scripted import CID, row


def test_a_container() -> None:
    found = listing.container(
        row(
            Names=["/db/alias", "/web"],
            Status="Up 41 days (healthy)",
            Labels={"com.docker.compose.project": "media"},
            Mounts=[
                {"Type": "volume", "Name": "data", "Source": "/var/lib/docker/x"},
                {"Type": "bind", "Source": "/srv"},
            ],
        )
    )
    assert (found.id, found.name.raw, found.health) == (CID, "web", "healthy")
    assert found.project == Untrusted("media")
    assert found.mounts == (Untrusted("data"), Untrusted("/srv"))
    assert found.networks == (Untrusted("bridge"),)
    assert found.size_rw is None


def test_a_container_without_a_name_of_its_own_goes_by_its_id() -> None:
    assert listing.container(row(Names=["/db/alias"])).name.raw == CID[:12]
    assert listing.container(row(Names=None)).name.raw == CID[:12]


def test_a_size_that_is_left_out_is_zero() -> None:
    assert listing.container(row(), sized=True).size_rw == 0
    assert listing.container(row(SizeRw=7), sized=True).size_rw == 7


def test_health_beside_the_sentence() -> None:
    assert listing.container(row(Health={"Status": "unhealthy"})).health == "unhealthy"
    assert listing.container(row(Health={"Status": "none"})).health is None


def test_a_state_that_is_none() -> None:
    assert listing.container(row(State="<b>")).state == "unknown"


def test_an_image_without_tags() -> None:
    raw = {"Id": f"sha256:{CID}", "RepoTags": ["<none>:<none>"], "Size": 5, "Created": 7}
    assert listing.image(raw).dangling
    assert not listing.image(raw | {"RepoTags": ["a:1"]}).dangling


def test_a_volume() -> None:
    raw = {"Name": "a" * 64, "Driver": "local", "CreatedAt": "2023-11-14T22:13:20Z"}
    assert listing.volume(raw).anonymous
    assert listing.volume(raw).size is None
    named = listing.volume(raw | {"Name": "data", "UsageData": {"Size": 5, "RefCount": 0}})
    assert (named.anonymous, named.size, named.users) == (False, 5, 0)
    unseen = listing.volume(raw | {"UsageData": {"Size": -1, "RefCount": -1}})
    assert (unseen.size, unseen.users) == (None, None)
    assert listing.volume({"Name": "x", "Labels": {"com.docker.volume.anonymous": ""}}).anonymous


def test_five_thousand() -> None:
    rows = [row(Id=f"{n:064x}", Names=[f"/c{n}"]) for n in range(5000)]
    found = listing.containers(json.loads(json.dumps(rows)))
    assert [c.name.raw for c in found[:2]] == ["c0", "c1"]
    assert len(found) == 5000

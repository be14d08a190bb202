from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hosts import listing
from bot.hosts.alike import distance, skeleton
from bot.hosts.resolve import Known, Thing, target
from bot.hosts.types import Container, Image, Kind, Volume
from bot.message import Untrusted
from tests.hosts.scripted import row


def containers(*names: str) -> tuple[Container, ...]:
    return tuple(
        listing.container(row(Id=f"{n:x}".rjust(12, "a").ljust(64, "0"), Names=[f"/{name}"]))
        for n, name in enumerate(names)
    )


def find(typed: str, things: Iterable[Thing]) -> Thing | tuple[Thing, ...]:
    """The one thing that is meant, or what is offered."""
    known = Known(things)
    exact = known.exact(typed)
    return exact[0] if len(exact) == 1 else exact or known.likely(typed)


def found(typed: str, *names: str) -> str | list[str]:
    match = find(typed, containers(*names))
    if isinstance(match, tuple):
        return [thing.name.raw for thing in match if isinstance(thing, Container)]
    assert isinstance(match, Container)
    return match.name.raw


@pytest.mark.parametrize(
    ("typed", "names", "meant"),
    [
        ("web", ["web", "web2"], "web"),
        ("Web.", ["web", "web2"], "web"),
        ("WEB", ["web"], "web"),
        ("Web", ["web", "Web"], "Web"),
        ("web.", ["web", "web."], "web."),
        ("Web.", ["web", "Web"], "Web"),
        ("WEB", ["web", "Web"], ["web", "Web"]),
        ("we", ["web", "db"], ["web"]),
        ("web", ["web-1", "web-2", "db"], ["web-1", "web-2"]),
        ("wed", ["web", "database"], ["web"]),
        ("jelyfin", ["jellyfin", "db"], ["jellyfin"]),
        ("jellyfni", ["jellyfin"], ["jellyfin"]),
        ("w0rker", ["worker"], ["worker"]),
        ("api-l", ["api-1", "db"], ["api-1"]),
        ("арі", ["api"], ["api"]),
        ("api_1", ["api-1"], ["api-1"]),
        ("nothing", ["web"], []),
        ("", ["web"], []),
        (".", ["web"], []),
        ("web web", ["web"], []),
        ("<b>&\u202e", ["web"], []),
    ],
)
def test_only_the_exact_name_is_meant(typed: str, names: list[str], meant: str | list[str]) -> None:
    assert found(typed, *names) == meant


def test_an_id_of_twelve_digits_is_exact_and_a_shorter_one_is_offered() -> None:
    assert found("aaaaaaaaaaa1", "web", "db") == "db"
    assert found("AAAAAAAAAAA1" + "0" * 52, "web", "db") == "db"
    assert found("aaaaaaaaaaa", "web", "db") == ["web", "db"]
    assert found("aaaaaaaaaaa19", "web", "db") == []


def test_a_name_that_is_the_id_of_another_is_not_decided() -> None:
    assert found("aaaaaaaaaaa1", "aaaaaaaaaaa1", "db") == ["aaaaaaaaaaa1", "db"]


def test_so_many_are_offered() -> None:
    assert len(found("web", *(f"web-{n}" for n in range(5000)))) == 12


def test_only_so_many_are_compared_letter_by_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def count(left: str, right: str) -> int | None:
        compared.append(right)
        return distance(left, right)

    monkeypatch.setattr("bot.hosts.resolve.distance", count)
    names = [f"worker-{n:04}" for n in range(5000)]
    assert len(found("workre-0001", *names)) == 12
    assert len(compared) == 500


def image(*tags: str) -> Image:
    return listing.image({"Id": "sha256:" + "b" * 64, "RepoTags": list(tags)})


def test_images() -> None:
    nginx, other = image("nginx:latest", "mine:1"), image("nginx:1.25")
    assert find("nginx", [nginx, other]) == nginx
    assert find("nginx:latest", [nginx, other]) == nginx
    assert find("mine:1", [nginx]) == nginx
    assert find("mine", [nginx]) == (nginx,)
    assert find("sha256:" + "b" * 12, [nginx]) == nginx
    assert find("b" * 12, [nginx]) == nginx
    assert find("sha256:", [nginx]) == ()


def test_volumes_have_no_id() -> None:
    data = listing.volume({"Name": "data", "Driver": "local"})
    assert find("Data", [data]) == data
    assert find("a" * 12, [data]) == ()


def test_targets() -> None:
    made = target(containers("web")[0], "nas")
    assert (made.kind, made.host, made.state) == (Kind.CONTAINER, "nas", "running")
    ended = listing.container(row(State="exited", Status="Exited (1) 2 hours ago"))
    assert target(ended, "nas").state == "exited 1"
    assert target(image(), "nas").name == Untrusted("b" * 12)
    assert target(image("b:1", "a:1"), "nas").state == "a:1 b:1"
    volume = listing.volume({"Name": "data"})
    assert isinstance(volume, Volume)
    again = listing.volume({"Name": "data", "CreatedAt": "2026-11-26T11:00:00Z"})
    assert target(again, "nas").state != target(volume, "nas").state
    assert target(volume, "nas").id == "data"
    network = listing.network({"Name": "own", "Id": "x"})
    assert target(network, "nas").kind is Kind.NETWORK


@given(st.text(max_size=12), st.text(max_size=12))
def test_distance_is_the_same_both_ways_when_near(left: str, right: str) -> None:
    left, right = skeleton(left), skeleton(right)
    if len(left) > 4 and len(right) > 4:
        assert distance(left, right) == distance(right, left)
    assert distance(left, left) == 0


@pytest.mark.parametrize(
    ("left", "right", "slips"),
    [
        ("jellyfin", "jellyfin", 0),
        ("jellyfin", "jelyfin", 1),
        ("jellyfin", "jellyfni", 1),
        ("jellyfin", "jelyfni", 2),
        ("jellyfin", "jelyfmi", None),
        ("web", "wbe", 1),
        ("web", "xxb", None),
        ("a" * 101, "a" * 100, None),
    ],
)
def test_slips(left: str, right: str, slips: int | None) -> None:
    assert distance(left, right) == slips


@given(st.text(max_size=20), st.lists(st.text("abAB.0Oо", min_size=1, max_size=6), max_size=6))
def test_what_is_run_is_what_was_typed(typed: str, names: list[str]) -> None:
    match = find(typed, containers(*names))
    if isinstance(match, Container):
        same = {typed.casefold(), typed.removesuffix(".").casefold()}
        assert match.name.raw.casefold() in same or match.id.startswith(typed.lower())

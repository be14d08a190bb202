"""Stacks by the labels of containers: who is of which, and in which order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.hosts.listing import containers
from bot.hosts.stacks import needs_of, number_of, ordered, origin_of, service_of, stacks
from bot.hosts.types import Container
from tests.hosts.scripted import row

LABEL = "com.docker.compose."


def of(service: str, needs: str = "", *, project: str = "shop", **more: str) -> Container:
    tags = {"project": project, "service": service, "depends_on": needs} | more
    labels = {f"{LABEL}{key}": value for key, value in tags.items()}
    name = f"{project}-{service}-{more.get('number', '1')}"
    cid = name.encode("utf-8", "replace").hex().ljust(64, "0")[:64]
    (found,) = containers([row(Id=cid, Names=[f"/{name}"], Labels=labels)])
    return found


names = st.text("abcdef", min_size=1, max_size=2)
graphs = st.dictionaries(names, st.frozensets(names, max_size=4), max_size=12)


@given(graphs)
def test_each_is_named_once_and_after_what_it_needs_unless_in_a_circle(
    graph: dict[str, frozenset[str]],
) -> None:
    needs = {name: wanted & graph.keys() - {name} for name, wanted in graph.items()}
    order = ordered(needs)
    assert sorted(order) == sorted(graph)
    for name, wanted in needs.items():
        for other in wanted:
            if name not in reach(needs, other):
                assert order.index(other) < order.index(name)


def reach(needs: dict[str, frozenset[str]], start: str) -> set[str]:
    seen, left = set[str](), [start]
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += needs[name]
    return seen


def test_a_long_chain_is_no_deeper_than_a_short_one() -> None:
    needs = {
        f"s{n}": frozenset({f"s{n + 1}"}) if n < 20_000 else frozenset() for n in range(20_001)
    }
    assert ordered(needs)[0] == "s20000"


@given(st.text(max_size=60))
def test_any_label_is_understood_somehow(text: str) -> None:
    one, other = of("web", text), of("db")
    assert needs_of((one, other))["web"] <= {"db"}
    found = of("web", **{"container-number": text})
    assert number_of(found) >= 0


def test_who_is_of_which() -> None:
    job = of("web", oneoff="True", number="2")
    web, spare = of("web", "db:service_started:false"), of("x", project="spare")
    shop, other = stacks([web, job, spare, of("db")])
    assert [service_of(c) for c in shop.containers] == ["db", "web"]
    assert (shop.name.raw, other.name.raw) == ("shop", "spare")
    assert shop.state != other.state
    assert stacks([job]) == ()
    assert stacks(containers([row(Id="0" * 64, Names=["/alone"])])) == ()


def test_where_it_comes_from() -> None:
    files = {"project.working_dir": "/srv", "project.config_files": "/srv/a.yaml,/srv/b.yaml"}
    (shop,) = stacks([of("web", **files)])
    folder, found = origin_of(shop)
    assert folder is not None
    assert found is not None
    assert (folder.raw, found.raw) == ("/srv", "/srv/a.yaml,/srv/b.yaml")
    (bare,) = stacks([of("web")])
    assert origin_of(bare) == (None, None)

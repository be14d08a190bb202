"""From a request to calls, and from what is stored of a call to the same call."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command.call import Call, Confirmation
from bot.command.registry import Registry, Unknown
from bot.errors import UsageError
from tests.command.samples import COMMANDS, NOWHERE, SCOPED, STRANGER, Bench, bench, request, told

AGREED = Confirmation("button", ())


def hosts(text: str, person: int = 1) -> list[str | None]:
    return [call.host_name for call in bench().typed(text, person)]


def waiting(made: Bench) -> int:
    return len(made.turns._arrived.get("nas", ()))


def test_a_typed_line_is_a_call() -> None:
    (call,) = bench().typed("/boxes -it web")
    assert (call.id, call.slot, call.host_name) == ("9-7", "call:9-7", "nas")
    assert call.argv == ("box", "ls", "-it", "web")
    assert call.params["containers"] == ("web",)
    assert call.request.text == "/boxes -it web"


def test_all_is_a_call_for_each_host() -> None:
    first, second = bench().typed("/box_rm @all web")
    assert [c.host_name for c in (first, second)] == ["nas", "db1"]
    assert [c.id for c in (first, second)] == ["9-7-nas", "9-7-db1"]
    assert [c.slot for c in (first, second)] == ["call:9-7-nas", "call:9-7-db1"]
    assert first.argv == second.argv == ("box", "rm", "web")
    assert first.ticket is not second.ticket


def test_all_of_one_host_is_one_call() -> None:
    (call,) = bench("nas").typed("/boxes @all")
    assert (call.id, call.host_name) == ("9-7", "nas")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("/boxes", ["nas"]),
        ("/boxes @db1", ["db1"]),
        ("/boxes @DB1", ["db1"]),
        ("/boxes @ALL", ["nas", "db1"]),
        ("/boxes @db1,nas", ["db1", "nas"]),
        ("/boxes @db1,all,db1", ["db1", "nas"]),
        ("/hello @db1", [None]),
    ],
)
def test_the_host_that_is_named_or_else_the_first(text: str, names: list[str | None]) -> None:
    assert hosts(text) == names


def test_a_host_that_there_is_not_is_told() -> None:
    with pytest.raises(UsageError) as refused:
        hosts("/boxes @nowhere")
    assert told(refused.value) == "There is no host nowhere. Hosts: nas and db1."


def test_whose_role_counts_on_one_host_is_answered_there() -> None:
    assert hosts("/boxes", SCOPED) == ["db1"]
    assert hosts("/boxes @all", SCOPED) == ["db1"]
    with pytest.raises(UsageError) as refused:
        hosts("/boxes @nowhere", SCOPED)
    assert told(refused.value) == "There is no host nowhere. Hosts: db1."


def test_who_names_another_host_is_judged_there() -> None:
    """Nothing is decided here: the pipeline authorizes each call on its own host."""
    (call,) = bench().typed("/boxes @nas", SCOPED)
    decision = call.services.policy.decide(SCOPED, "box.ls", call.host_name)
    assert not decision.allowed


def test_whose_role_counts_on_no_host_that_there_is_is_refused_on_each() -> None:
    assert hosts("/boxes", NOWHERE) == ["nas"]
    assert hosts("/boxes @all", NOWHERE) == ["nas", "db1"]
    (call,) = bench().typed("/boxes", NOWHERE)
    assert not call.services.policy.decide(NOWHERE, "box.ls", call.host_name).allowed


def test_a_stranger_gets_no_further_than_anybody() -> None:
    assert hosts("/boxes @all", STRANGER) == ["nas", "db1"]


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("/start", ("hello",)),
        ("/start _code", ("hello", "_code")),
        ("/start web", ("box", "start", "web")),
        ("/start @db1", ("box", "start")),
        ("/start @db1 _code", ("box", "start", "_code")),
    ],
)
def test_some_words_mean_another_command(text: str, argv: tuple[str, ...]) -> None:
    (call,) = bench().typed(text)
    assert call.argv == argv
    assert call.command.path == argv[: len(call.command.path)]


def test_a_redirect_to_what_is_switched_off_is_none() -> None:
    registry = Registry(COMMANDS[-1:], frozenset())
    (call,) = bench(registry=registry).typed("/start")
    assert call.command.name == "box start"


def test_a_button_types_what_it_says_and_nothing_else() -> None:
    made = bench().builder
    for argv in (("box", "start"), ("box", "start", "_code")):
        (call,) = made.tapped(request("data"), argv, "db1")
        assert (call.command.name, call.argv, call.host_name) == ("box start", argv, "db1")
        made.forget(call)


@pytest.mark.parametrize("argv", [("box", "rm", "@nas"), ("box", "rm", "@all")])
def test_a_name_cannot_lead_a_button_to_another_host(argv: tuple[str, ...]) -> None:
    """Who can name a thing on one host must not choose the host that a tap acts on."""
    made = bench().builder
    (call,) = made.tapped(request("data"), argv, "db1")
    assert (call.host_name, call.params["containers"]) == ("db1", (argv[-1],))
    again = made.again("9-1", request("data"), argv, "db1", AGREED)
    assert (again.host_name, again.params["containers"]) == ("db1", (argv[-1],))


def test_a_stored_call_keeps_its_id_and_what_was_agreed_to() -> None:
    made = bench().builder
    call = made.again("5-5-db1", request("data"), ("box", "rm", "web"), "db1", AGREED)
    assert (call.id, call.slot, call.host_name) == ("5-5-db1", "call:5-5-db1", "db1")
    assert call.confirmation is AGREED
    assert call.ticket is not None


def test_a_stored_call_whose_host_or_command_is_gone_does_not_run() -> None:
    with pytest.raises(UsageError, match="There is no host"):
        bench("nas").builder.again("1", request(""), ("box", "rm", "web"), "db1", AGREED)
    with pytest.raises(Unknown):
        bench(registry=Registry(COMMANDS, frozenset())).builder.again(
            "1", request(""), ("box", "rm", "web"), "nas", AGREED
        )


def test_only_a_change_takes_a_place_in_the_order_of_arrival() -> None:
    made = bench()
    assert made.typed("/boxes")[0].ticket is None
    assert made.typed("/hello")[0].ticket is None
    assert made.typed("/box_rm web")[0].ticket is not None


def test_what_cannot_be_understood_takes_no_place() -> None:
    made = bench()
    for text in ("/box_rm -x", "/box_rm @nowhere web", "/xyzzy", "/box_rm 'web"):
        with pytest.raises(UsageError):
            made.builder.typed(request(text))
    assert waiting(made) == 0


def test_a_place_is_given_back_once() -> None:
    made = bench()
    first, second = (made.builder.typed(request("/box_rm web"))[0] for _ in range(2))
    assert waiting(made) == 2
    made.builder.forget(first)
    made.builder.forget(first)
    assert waiting(made) == 1
    made.builder.forget(second)
    assert waiting(made) == 0


LINE = st.builds(
    lambda head, words: f"{head} {shlex.join(words)}",
    st.sampled_from(["/boxes", "/box_rm", "/box_mv", "/exec", "/hello", "/start", "docker box ls"]),
    st.lists(
        st.sampled_from(["@db1", "@all", "web", "-it", "-m", "--tail=5", "--", "_c", "-f", "a=b"])
        | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=6),
        max_size=6,
    ),
)


def attempt(text: str) -> tuple[Call, ...]:
    try:
        return bench().typed(text)
    except UsageError:
        return ()


@given(LINE)
def test_a_call_can_be_built_again_from_what_is_stored_of_it(text: str) -> None:
    made = bench().builder
    for call in attempt(text):
        stored = (call.argv, call.host_name)
        again = made.again(call.id, call.request, *stored, AGREED)
        (tapped,) = made.tapped(call.request, *stored)
        for other in (again, tapped):
            assert other.command is call.command
            assert other.params == call.params
            assert (other.argv, other.host_name) == stored

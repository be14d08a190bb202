"""Who may do what, where: the table of decisions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access.policy import HEALER, OWNER, Decision, Group, Policy, Role, Subject
from bot.config.roles import BUILT_IN, flatten
from bot.i18n import ENGLISH
from bot.message import Person, Untrusted
from bot.reply.words import Words

WORDS = Words("en", "UTC", ENGLISH, lambda: 0.0)
GLOBS = flatten({})
ORDER = ("viewer", "operator", "admin", "owner")
OLGA, ANNA, OTTO, VERA, SAM, STRANGER = 1, 2, 3, 4, 5, 6
GROUP, OTHER_GROUP = -1, -2


def subject(person: int, name: str, role: str, *hosts: str) -> Subject:
    known = Role(role, GLOBS[role])
    return Subject(Person(Untrusted(name), person), known, frozenset(hosts) if hosts else None)


def policy(read_only: str = "") -> Policy:
    return Policy(
        (
            subject(OLGA, "Olga", "owner"),
            subject(ANNA, "Anna", "admin"),
            subject(OTTO, "Otto", "operator"),
            subject(VERA, "Vera", "viewer"),
            subject(SAM, "Sam", "operator", "db1"),
        ),
        (Group(GROUP, frozenset({"nas"})),),
        frozenset(read_only.split()),
    )


def reason(decision: Decision) -> str:
    return " ".join(map(WORDS.plain, decision.reason))


@pytest.mark.parametrize(
    ("permission", "host", "allowed"),
    [
        ("container.ls", "nas", {OLGA, ANNA, OTTO, VERA}),
        ("container.ls", "db1", {OLGA, ANNA, OTTO, VERA, SAM}),
        ("container.restart", "nas", {OLGA, ANNA, OTTO}),
        ("container.restart", "db1", {OLGA, ANNA, OTTO, SAM}),
        ("container.rm", "nas", {OLGA, ANNA}),
        ("system.prune", "db1", {OLGA, ANNA}),
        ("audit.read", None, {OLGA, ANNA}),
        ("engine.root", "nas", {OLGA}),
        ("operation.cancel", "nas", {OLGA}),
        ("self.help", None, {OLGA, ANNA, OTTO, VERA, SAM}),
        ("containerXls", "nas", {OLGA}),
        ("container.lsx", "nas", {OLGA, ANNA}),
        ("Container.ls", "nas", {OLGA}),
        ("", "nas", {OLGA}),
        ("container.ls", "NAS", {OLGA, ANNA, OTTO, VERA}),
    ],
)
def test_who_may(permission: str, host: str | None, allowed: set[int]) -> None:
    known = policy()
    everybody = (*known.people, STRANGER)
    assert {p for p in everybody if known.decide(p, permission, host).allowed} == allowed


@given(
    st.integers() | st.sampled_from([-OLGA, 0]),
    st.sampled_from(["container.ls", "self.help", "*", "**", "", "?"]),
    st.none() | st.text(max_size=5),
    st.booleans(),
)
def test_who_is_not_enrolled_may_nothing(
    person: int,
    permission: str,
    host: str | None,
    changes: bool,
) -> None:
    known = policy()
    if person not in {*known.people, HEALER}:
        decision = known.decide(person, permission, host, changes=changes)
        assert not decision.allowed
        assert reason(decision) == "I don't know you."


@given(st.from_regex(r"\A[a-z]{1,9}(\.[a-z]{1,9}){0,2}\Z") | st.text(max_size=12))
def test_each_role_may_all_that_the_one_before_may(permission: str) -> None:
    grants = [Role(name, GLOBS[name]).grants(permission) for name in ORDER]
    assert grants == sorted(grants)
    assert grants[-1]


def test_each_role_may_more_than_the_one_before() -> None:
    assert [*BUILT_IN] == list(ORDER)
    for less, more in (("viewer", "operator"), ("operator", "admin"), ("admin", "owner")):
        assert set(GLOBS[more]) - set(GLOBS[less])


@pytest.mark.parametrize(
    ("person", "changes", "allowed"),
    [(OLGA, True, False), (OTTO, True, False), (OLGA, False, True), (VERA, False, True)],
)
@pytest.mark.parametrize("how", ["read-only", "frozen"])
def test_where_nothing_may_be_changed_nobody_changes_anything(
    how: str,
    person: int,
    changes: bool,
    allowed: bool,
) -> None:
    known = policy("nas" if how == "read-only" else "")
    if how == "frozen":
        known.freeze()
    assert known.frozen is (how == "frozen")
    permission = "container.restart" if changes else "container.ls"
    decision = known.decide(person, permission, "nas", changes=changes)
    assert decision.allowed is allowed
    other = known.decide(person, permission, "db1", changes=changes)
    assert other.allowed is (allowed or how == "read-only")


def test_a_read_only_host_is_named_and_can_be_opened_at_the_console() -> None:
    known = policy("nas")
    decision = known.decide(OLGA, "container.rm", "nas", changes=True)
    assert reason(decision) == ("nas is read-only here. Whoever runs me can allow changes.")
    known.allow_writes()
    assert known.decide(OLGA, "container.rm", "nas", changes=True).allowed


def test_the_console_does_not_unfreeze() -> None:
    known = policy("nas")
    known.freeze()
    known.allow_writes()
    decision = known.decide(OLGA, "container.rm", "nas", changes=True)
    assert "Somebody else uses this bot's token" in reason(decision)


@pytest.mark.parametrize(
    ("person", "permission", "host", "rest"),
    [
        (
            OTTO,
            "container.rm",
            "nas",
            "on nas. Olga (…0001) and Anna (…0002) can do it.",
        ),
        (
            SAM,
            "container.restart",
            "nas",
            "on nas. Olga (…0001), Anna (…0002) and Otto (…0003) can do it.",
        ),
        (
            VERA,
            "audit.read",
            None,
            "Olga (…0001) and Anna (…0002) can do it.",
        ),
    ],
)
def test_a_denial_names_what_is_missing_and_who_can(
    person: int, permission: str, host: str | None, rest: str
) -> None:
    known = policy()
    asks = known.subject(person)
    assert asks is not None
    verdict = f"You are {asks.role.name}. It needs {permission}{' ' if host else '. '}{rest}"
    assert reason(known.decide(person, permission, host)) == verdict


def test_a_denial_says_when_nobody_can() -> None:
    known = Policy((subject(VERA, "Vera", "viewer"),))
    decision = known.decide(VERA, "container.rm", "nas")
    assert reason(decision).endswith(" Nobody here has it. The config can give it.")


def test_nobody_is_an_owner_by_a_role_that_may_everything() -> None:
    root = Subject(Person(Untrusted("R"), 9), Role("root", ("*",)))
    known = Policy((root, subject(OLGA, "Olga", "owner")))
    assert [s.person.id for s in known.owners] == [OLGA]
    assert OWNER == "owner"


def test_who_is_enrolled_counts_at_once_and_by_the_newest_role() -> None:
    known = Policy(())
    assert not known.decide(OLGA, "container.ls", "nas").allowed
    known.enrol(subject(OLGA, "Olga", "viewer"))
    known.enrol(subject(OLGA, "Olga", "owner"))
    assert known.people == (OLGA,)
    found = known.subject(OLGA)
    assert found is not None
    assert found.role.name == "owner"
    assert known.subject(STRANGER) is None


def test_a_role_on_no_host_counts_on_none() -> None:
    nowhere = Subject(Person(Untrusted("N"), 9), Role("some", ("*",)), frozenset())
    known = Policy((nowhere,))
    assert not known.decide(9, "container.ls", "nas").allowed
    assert known.decide(9, "self.help", None).allowed


def test_groups() -> None:
    known = policy()
    assert known.linked(GROUP)
    assert not known.linked(OTHER_GROUP)
    assert known.may_show(GROUP, "nas")
    assert not known.may_show(GROUP, "db1")
    assert not known.may_show(OTHER_GROUP, "nas")


def test_a_linked_group_that_gets_a_new_id_stays_linked() -> None:
    known = policy()
    assert known.move(GROUP, -100)
    assert known.may_show(-100, "nas")
    assert not known.may_show(-100, "db1")
    assert not known.move(OTHER_GROUP, -200)
    assert [known.current(chat) for chat in (GROUP, OTHER_GROUP, 42)] == [-100, OTHER_GROUP, 42]
    assert not known.linked(-200)


def test_a_decision_needs_nothing_by_itself() -> None:
    assert policy().decide(OLGA, "container.rm", "nas", changes=True) == Decision(allowed=True)


def test_the_bot_itself_restarts_where_changes_are_allowed_and_does_nothing_else() -> None:
    known = policy(read_only="db1")
    may = [
        (permission, host)
        for permission in ("container.restart", "container.stop", "container.logs", "engine.root")
        for host in ("nas", "db1")
        if known.decide(HEALER, permission, host, changes=True).allowed
    ]
    assert may == [("container.restart", "nas")]
    assert HEALER not in known.people
    known.freeze()
    assert not known.decide(HEALER, "container.restart", "nas", changes=True).allowed

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hosts.answer import Unexpected
from bot.hosts.details import details
from bot.hosts.types import Port
from bot.message import Untrusted
from tests.hosts.scripted import CID
from tests.hosts.test_answer import JSON

STARTED, ENDED = "2023-11-14T22:13:20.5Z", "2023-11-14T22:13:30Z"
BODY = {
    "Id": CID,
    "State": {"Status": "running", "StartedAt": STARTED, "FinishedAt": ENDED},
    "RestartCount": 3,
    "Config": {"Image": "nginx:1"},
    "HostConfig": {"Memory": 64, "RestartPolicy": {"Name": "always"}},
    "NetworkSettings": {
        "Networks": {"front": {}, "back": {}},
        "Ports": {
            "80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}, {"HostIp": "", "HostPort": ""}],
            "53/udp": None,
        },
    },
    "Mounts": [
        {"Name": "data", "Source": "/var/lib/x", "Destination": "/data"},
        {"Source": "/srv", "Destination": "/srv"},
    ],
}


def test_what_one_looks_for() -> None:
    found = details(BODY)
    assert (found.id, found.image.raw, found.restarts, found.memory) == (CID, "nginx:1", 3, 64)
    assert (found.state, found.since) == ("running", 1700000000.5)
    assert found.restart_policy.raw == "always"
    assert found.ports == (Port(80, "tcp", "0.0.0.0", 8080), Port(80, "tcp"))
    assert [(a.raw, b.raw) for a, b in found.mounts] == [("data", "/data"), ("/srv", "/srv")]
    assert found.networks == (Untrusted("front"), Untrusted("back"))
    assert json.loads(found.whole) == BODY


@pytest.mark.parametrize(
    ("state", "since"),
    [("exited", 1700000010), ("dead", 1700000010), ("paused", None), ("restarting", None)],
)
def test_since_when(state: str, since: float | None) -> None:
    told = {"Status": state, "StartedAt": STARTED, "FinishedAt": ENDED}
    assert details(BODY | {"State": told}).since == since


def test_half_characters_do_not_keep_it_from_being_sent() -> None:
    assert b"x?y" in details(BODY | {"Name": "x\ud800y"}).whole


def test_one_that_is_far_too_large() -> None:
    with pytest.raises(Unexpected):
        details(BODY | {"Name": "x" * 5_000_000})


@given(key=st.sampled_from(sorted(BODY)), value=JSON)
def test_a_hostile_answer_is_parsed_or_unexpected(key: str, value: object) -> None:
    with suppress(Unexpected):
        details(BODY | {key: value})

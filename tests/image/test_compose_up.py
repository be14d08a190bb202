"""compose.yaml brought up: what it starts answers, may do nothing else, and says what is wrong."""

from __future__ import annotations

import json

from sandbox import Sandbox
from tests.e2e.conftest import OWNER, TOKEN
from tests.image.composed import NAME, USER, Composed

RIGHTS = """
import http.client, json, pathlib, socket

class Engine(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect("/run/engine/docker.sock")

def answer(method, path):
    engine = Engine("docker")
    engine.request(method, path)
    return engine.getresponse().status

def writable(folder):
    try:
        pathlib.Path(folder, "new").touch()
    except OSError:
        return False
    return True

lines = pathlib.Path("/proc/1/status").read_text().splitlines()
status = {line.split(":")[0]: line.split(":")[1].split() for line in lines}
folders = "/ /etc /opt/pierhead /usr /run /run/secrets /root /state /tmp".split()
print(json.dumps({
    "ids": sorted({*status["Uid"], *status["Gid"], *status["Groups"]}),
    "capabilities": sorted({*(status[name][0] for name in status if name.startswith("Cap"))}),
    "promised": status["NoNewPrivs"],
    "writable": [folder for folder in folders if writable(folder)],
    "sockets": [str(path) for path in pathlib.Path("/").glob("*run/**/*") if path.is_socket()],
    "reads": answer("GET", "/containers/json"),
    "reads files": answer("GET", "/containers/engine/archive?path=/"),
    "changes": answer("POST", "/containers/engine/kill"),
}))
"""


async def test_ps_is_answered_with_no_more_rights_than_that_takes(
    composed: Composed, telegram: Sandbox
) -> None:
    phone = telegram.private(OWNER)
    await phone.ask(await composed.up(telegram))
    listed = await phone.ask("/ps")
    changes = await phone.ask("/diff engine")
    layers = await phone.ask("/history pierhead:latest")
    refused = await phone.ask("/restart engine")
    assert listed.text.splitlines()[0] == "local: all well"
    assert "engine" in listed.text
    assert NAME in listed.text
    assert "/run" in changes.text
    assert 'ENTRYPOINT ["pierhead"]' in layers.text
    assert refused.text.startswith("Not done: restart engine")
    assert "blocked" not in composed.logs("engine")
    rights = json.loads(composed.engine.docker("exec", NAME, "python3", "-c", RIGHTS))
    assert rights == {
        "ids": [str(USER)],
        "capabilities": ["0" * 16],
        "promised": ["1"],
        "writable": ["/state", "/tmp"],  # noqa: S108 - in the container
        "sockets": ["/run/engine/docker.sock"],
        "reads": 200,
        "reads files": 403,
        "changes": 405,
    }
    composed.engine.docker("stop", NAME)
    assert composed.engine.sdk.api.inspect_container(NAME)["State"]["ExitCode"] == 0
    assert TOKEN not in composed.logs()


def test_what_is_wrong_with_the_configuration_stands_in_the_log(composed: Composed) -> None:
    composed.token.chmod(0o000)
    rate = "--env=PIERHEAD_LIMITS__RATE=many"
    composed.engine.docker("run", *composed.pierhead("--restart=no", rate), check=False)
    state = composed.engine.sdk.api.inspect_container(NAME)["State"]
    assert state["ExitCode"] == 1
    assert composed.logs().splitlines() == [
        "PIERHEAD_LIMITS__RATE: limits.rate: It must be a whole number.",
        "PIERHEAD_TELEGRAM__TOKEN_FILE: telegram.token_file: This user may not read the file.",
    ]

"""What every test may ask for, and what none may do.

Tests reach no network but their own loopback, where this can be had, and no Engine but one that
they started: one private Engine for each worker. Where none can be started, the tests that need it
are skipped with the reason; with CI=true that is a failure, so that nothing is left out unseen.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from sandbox.engine import EngineUnavailable, PrivateEngine
from tests import browser, loopback
from tests.private_engine import Engine
from tests.unavailable import CI, unavailable

NEEDS = {"engine": "engine", "private_engine": "engine", "chromium": "browser"}
NETWORK = pytest.StashKey[bool]()

settings.register_profile(
    "tests",
    deadline=None,  # no test depends on how fast the machine is
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=CI,  # CI fails for a change's sake, never by chance
    database=None,
)
settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    """Leave the machine's network and Engine alone, before anything is imported that has them."""
    config.stash[NETWORK] = loopback.enter()
    os.environ["DOCKER_HOST"] = "unix:///nowhere/docker.sock"
    os.environ.pop("DOCKER_CONTEXT", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark a test by what it asks for, so that `-m "not engine"` leaves out what needs one."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if mark := NEEDS.get(fixture):
                item.add_marker(mark)


@pytest.fixture(scope="session")
def private_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """This worker's Engine, for fixtures of a wider scope than one test; they clean up."""
    private = PrivateEngine(isolated=not request.config.stash[NETWORK])
    try:
        private.start()
    except EngineUnavailable as reason:
        unavailable(str(reason))
    try:
        engine = Engine(private, tmp_path_factory.mktemp("docker"))
        yield engine
        engine.sdk.close()
    finally:
        private.stop()


@pytest.fixture
def engine(private_engine: Engine) -> Iterator[Engine]:
    """This worker's Engine, empty but for `busybox:latest`, and emptied again after the test."""
    yield private_engine
    private_engine.clear()


@pytest.fixture(scope="session")
def chromium() -> Iterator[str]:
    """Where this worker's chromium, Debian's, is driven."""
    path = shutil.which("chromium") or unavailable("chromium is not installed.")
    with browser.started(path) as address:
        yield address

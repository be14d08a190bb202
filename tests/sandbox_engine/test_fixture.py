"""The `engine` fixture: what a test leaves behind is gone before the next, whatever it is."""

from __future__ import annotations

import socket

import pytest

from sandbox.engine.images import BUSYBOX
from tests.private_engine import Engine


def test_starts_with_busybox_alone(engine: Engine) -> None:
    assert engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}") == BUSYBOX
    assert engine.docker("ps", "-aq") == ""


def test_clears_running_paused_and_named_things(engine: Engine) -> None:
    engine.docker("network", "create", "left")
    engine.docker("run", "-d", "--network", "left", "-v", "kept:/data", "busybox", "sleep", "99")
    paused = engine.docker("run", "-d", "busybox", "sleep", "99")
    engine.docker("pause", paused)
    engine.docker("tag", BUSYBOX, "shop/web:1")
    engine.docker("commit", paused, "other:1")
    engine.docker("commit", paused)
    engine.clear()
    assert engine.docker("ps", "-aq") == ""
    assert engine.docker("volume", "ls", "-q") == ""
    assert "left" not in engine.docker("network", "ls")
    images = engine.docker("images", "-a", "--format", "{{.Repository}}:{{.Tag}}")
    assert images.splitlines() == [BUSYBOX]


def test_brings_the_image_back(engine: Engine) -> None:
    engine.docker("rmi", "-f", BUSYBOX)
    engine.clear()
    assert engine.docker("run", "--rm", "busybox", "echo", "hello") == "hello"


def test_published_port_is_on_the_loopback_of_the_test(engine: Engine) -> None:
    if engine.private.isolated:
        pytest.skip("this test's network is the machine's")
    web = engine.docker("run", "-d", "-p", "127.0.0.1:8099:80", "busybox", "sleep", "99")
    engine.docker("exec", web, "sh", "-c", "echo well > /tmp/index.html; httpd -h /tmp")
    with socket.create_connection(("127.0.0.1", 8099), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert client.recv(12).endswith(b" 200")


def test_no_other_engine_can_be_named(engine: Engine) -> None:
    with pytest.raises(ValueError, match="no other"):
        engine.docker("--host=unix:///var/run/docker.sock", "ps")


def test_docker_error_is_told(engine: Engine) -> None:
    with pytest.raises(AssertionError, match="No such container"):
        engine.docker("inspect", "--type", "container", "nobody")

"""What a test gets as `engine`: a private Engine, the SDK on it, and the docker command line."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import docker
from docker.errors import APIError, NotFound

from sandbox.engine import PrivateEngine, import_image
from sandbox.engine.images import BUSYBOX

ELSEWHERE = frozenset({"-H", "--host", "-c", "--context"})
CONFLICT = 409
BUILT_IN = frozenset({"bridge", "host", "none"})


class Engine:
    """A private Engine with one image, `busybox:latest`. `url` is its `unix://` address."""

    def __init__(self, private: PrivateEngine, config: Path) -> None:
        self.private = private
        self.url = private.url
        self.sdk = docker.DockerClient(base_url=private.url)
        self._config = config
        self.restore_image()

    @property
    def environment(self) -> dict[str, str]:
        """With which Docker's own program speaks with this Engine."""
        return {
            "PATH": os.environ["PATH"],
            "DOCKER_HOST": self.url,
            "DOCKER_CONFIG": str(self._config),
        }

    def docker(self, *arguments: str, check: bool = True) -> str:
        """Run `docker …` on this Engine and no other: its output, without the final newline."""
        if arguments[:1] and arguments[0].split("=")[0] in ELSEWHERE:
            raise ValueError("tests use the Engine that they started, and no other")
        done = subprocess.run(
            ["docker", *arguments],
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            env=self.environment,
        )
        if check and done.returncode:
            raise AssertionError(f"docker {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout.rstrip("\n")

    def restore_image(self) -> None:
        """Have `busybox:latest`, and no other image."""
        for image in self.sdk.api.images():
            tags = [tag for tag in image["RepoTags"] or () if tag != "<none>:<none>"]
            for name in tags or [image["Id"]]:
                if name != BUSYBOX:
                    self.sdk.api.remove_image(name, force=True)
        if not self.sdk.api.images(name=BUSYBOX):
            import_image(self.sdk, BUSYBOX)

    def _gone(self, container: str) -> None:
        """Wait for one to go that is on its way."""
        while any(container == row["Id"] for row in self.sdk.api.containers(all=True)):
            time.sleep(0.01)

    def clear(self) -> None:
        """Remove all that a test left behind."""
        for container in self.sdk.api.containers(all=True):
            try:
                self.sdk.api.remove_container(container["Id"], force=True, v=True)
            except NotFound:  # `--rm`
                continue
            except APIError as error:  # the same, just now
                if error.status_code != CONFLICT:
                    raise
                self._gone(container["Id"])
        for volume in self.sdk.api.volumes()["Volumes"] or ():
            self.sdk.api.remove_volume(volume["Name"], force=True)
        for network in self.sdk.api.networks():
            if network["Name"] not in BUILT_IN:
                self.sdk.api.remove_network(network["Id"])
        self.restore_image()

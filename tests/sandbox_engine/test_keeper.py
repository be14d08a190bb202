"""What the keeper does beside keeping; the rest is seen in test_private."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.engine.keeper import command, remove_cgroups


@pytest.mark.parametrize("top", ["", "memory"])  # cgroup v2, v1
def test_groups_are_removed_from_the_inside_out(tmp_path: Path, top: str) -> None:
    (tmp_path / top / "pierhead-1/container/inner").mkdir(parents=True)
    (tmp_path / top / "pierhead-2/container").mkdir(parents=True)
    remove_cgroups("pierhead-1", tmp_path)
    assert [path.name for path in (tmp_path / top).iterdir()] == ["pierhead-2"]


def test_own_network_only_where_isolated() -> None:
    assert "--net" in command(Path("daemon.json"), isolated=True)
    assert "--net" not in command(Path("daemon.json"), isolated=False)

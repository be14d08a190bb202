"""The room on the disk for what is on its way to a chat."""

from __future__ import annotations

from pathlib import Path

from bot.spool import Spool


def opened(root: Path) -> Spool:
    spool = Spool(root)
    spool.open()
    return spool


def test_a_file_lies_in_a_folder_that_nobody_else_can_read(tmp_path: Path) -> None:
    spool = opened(tmp_path / "spool")
    file = spool.new()
    file.write_bytes(b"x")
    assert file.is_relative_to(tmp_path / "spool")
    assert spool.root.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_what_a_run_leaves_goes_at_its_end_but_for_what_is_to_be_sent(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    sent, left = spool.new(), spool.new()
    for file in (sent, left):
        file.write_bytes(b"x")
    spool.close({str(left)})
    assert left.exists()
    assert not sent.exists()
    Spool(tmp_path).open({str(left)})
    assert left.exists()
    Spool(tmp_path).open()
    assert not left.exists()


def test_another_run_that_lives_is_left_alone(tmp_path: Path) -> None:
    file = opened(tmp_path).new()
    file.write_bytes(b"x")
    other = opened(tmp_path)
    other.close()
    assert file.exists()


def test_so_do_folders_with_what_is_in_them(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    folder = spool.new()
    folder.mkdir()
    (folder / "compose.json").write_bytes(b"x")
    spool.close({str(folder)})
    assert not folder.exists()


def test_folders_that_a_kill_left_are_removed(tmp_path: Path) -> None:
    (tmp_path / "dead").mkdir()
    (tmp_path / "dead" / "part").write_bytes(b"x")
    spool = opened(tmp_path)
    assert [folder.name for folder in tmp_path.iterdir()] == [spool.new().parent.name]


def test_some_of_the_disk_is_the_databases(tmp_path: Path) -> None:
    assert 0 <= opened(tmp_path).room() < 1 << 60

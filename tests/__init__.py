"""Tests, mirroring the code; a package, so that no folder here shadows a real one."""

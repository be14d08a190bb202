"""A network of this process's own: its 127.0.0.1 and nothing else.

So a test that reaches for the outside fails instead of reaching it, and a published port of the
private Engine is on the same 127.0.0.1 as the test. As root on Linux only.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import sys

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
UP_AND_RUNNING = 0x41


def enter() -> bool:
    """Move this thread, and those that it starts, into a new network; False if it cannot be."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        return False  # a container without the right to
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", UP_AND_RUNNING))
    return True

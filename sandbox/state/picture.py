"""How wide and high a picture is, read from its first bytes: PNG, JPEG, GIF and WebP.

Telegram refuses as a photo what is no picture, so the sandbox has to know; it scales nothing.
"""

import struct
from pathlib import Path
from typing import BinaryIO

HEAD = 32
FILL = 0xFF  # begins every marker of a JPEG, and may be repeated
MOST_SEGMENTS = 1000
# Start of frame: the segments that hold its size, whatever its coding.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers that no length follows

Size = tuple[int, int]


def picture_size(place: Path) -> tuple[str, Size] | None:
    """The media type and the pixels across and down; None for what is no such picture."""
    with place.open("rb") as file:
        head = file.read(HEAD)
        try:
            return _read(head, file)
        except (struct.error, IndexError):
            return None


def _read(head: bytes, file: BinaryIO) -> tuple[str, Size] | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return _seen("image/png", struct.unpack(">II", head[16:24]))
    if head[:6] in {b"GIF87a", b"GIF89a"}:
        return _seen("image/gif", struct.unpack("<HH", head[6:10]))
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _seen("image/webp", _webp(head))
    if head.startswith(b"\xff\xd8"):
        file.seek(2)
        return _seen("image/jpeg", _jpeg(file))
    return None


def _seen(mime: str, size: tuple[int, ...]) -> tuple[str, Size] | None:
    return (mime, (size[0], size[1])) if min(size) > 0 else None


def _webp(head: bytes) -> Size:
    match head[12:16]:
        case b"VP8X":
            wide, high = head[24:27], head[27:30]
            return int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1
        case b"VP8L":
            bits = struct.unpack("<I", head[21:25])[0]
            return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
        case _:
            wide, high = struct.unpack("<HH", head[26:30])
            return wide & 0x3FFF, high & 0x3FFF


def _jpeg(file: BinaryIO) -> Size:
    """Walk from segment to segment up to the one that tells the size.

    Raises:
        struct.error, IndexError: it ends before.
    """
    for _ in range(MOST_SEGMENTS):
        start, marker = struct.unpack(">BB", file.read(2))
        while marker == FILL:
            marker = file.read(1)[0]
        if start != FILL:
            break
        if marker in ALONE:
            continue
        length = struct.unpack(">H", file.read(2))[0]
        if marker in FRAMES:
            _, high, wide = struct.unpack(">BHH", file.read(5))
            return wide, high
        file.seek(max(length - 2, 0), 1)
    return 0, 0

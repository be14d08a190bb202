"""Pictures of any size, made here: the heads are real, what follows need not be."""

from __future__ import annotations

import struct
import zlib


def png(wide: int, high: int) -> bytes:
    """A whole grey PNG."""
    rows = (b"\0" + b"\x80" * wide) * high
    header = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def jpeg(wide: int, high: int) -> bytes:
    """The head of a JPEG, with a segment and fill bytes before the frame."""
    segment = b"\xff\xe0" + struct.pack(">H", 4) + b"JF"
    frame = b"\xff\xff\xc2" + struct.pack(">HBHHB", 8, 8, high, wide, 1)
    return b"\xff\xd8" + segment + frame


def gif(wide: int, high: int) -> bytes:
    """The head of a GIF."""
    return b"GIF89a" + struct.pack("<HH", wide, high)


def webp(kind: bytes, wide: int, high: int) -> bytes:
    """The head of a WebP of one of its three kinds."""
    match kind:
        case b"VP8X":
            data = bytes(4) + (wide - 1).to_bytes(3, "little") + (high - 1).to_bytes(3, "little")
        case b"VP8L":
            data = b"\x2f" + struct.pack("<I", (wide - 1) | (high - 1) << 14)
        case _:
            data = bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", wide, high)
    return b"RIFF" + bytes(4) + b"WEBP" + kind + struct.pack("<I", len(data)) + data

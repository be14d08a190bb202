"""Columns of numbers in few bytes: what a series of figures is kept as.

A figure of use needs three digits, no more: each is a 32-bit float whose last 12 bits are dropped,
and equal bytes of all of them stand together, which is what makes deflate work. What is unknown is
NaN.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Sequence

_WIDTH = 4
_HALF, _KEPT = 0x800, 0xFFFFF000
_NAN = 0x7FC00000
_INFINITE = 0x7F800000  # the bits of an exponent that is no number's
_LARGEST = 1024 * 1024  # bytes of a block once it is unpacked


def pack(columns: Sequence[Sequence[float]]) -> bytes:
    """Columns of the same length, as bytes; about three digits of each number survive."""
    bits = array("I", array("f", [value for column in columns for value in column]).tobytes())
    short = array("I", map(_shortened, bits))
    if sys.byteorder == "big":
        short.byteswap()
    raw = short.tobytes()
    return zlib.compress(b"".join(raw[n::_WIDTH] for n in range(_WIDTH)))


def unpack(data: bytes, columns: int) -> list[array[float]]:
    """The columns again.

    Raises:
        ValueError: it is nothing that was packed so.
    """
    shuffled = _inflated(data)
    count = len(shuffled) // _WIDTH
    if len(shuffled) != count * _WIDTH or count % columns:
        raise ValueError("a block of another form")
    raw = bytearray(len(shuffled))
    for n in range(_WIDTH):
        raw[n::_WIDTH] = shuffled[n * count : (n + 1) * count]
    values = array("f", bytes(raw))
    if sys.byteorder == "big":
        values.byteswap()
    rows = count // columns
    return [values[n * rows : (n + 1) * rows] for n in range(columns)]


def _shortened(bits: int) -> int:
    if bits & _INFINITE == _INFINITE:
        return _NAN
    return (bits + _HALF) & _KEPT


def _inflated(data: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(data, _LARGEST)
    except zlib.error as error:
        raise ValueError("no block") from error
    if not stream.eof:
        raise ValueError("a block that is cut or too large")
    return found

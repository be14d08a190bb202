"""A multipart body, chunk by chunk: fields into memory up to a bound, files to the disk at once.

The web framework's own form reading would keep a second copy of every file and hop to a thread for
every chunk; an upload may have two gigabytes.
"""

from pathlib import Path
from typing import BinaryIO, NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from sandbox.errors import bad_request, too_large
from sandbox.state.files import Files

FIELD_BYTES = 4 << 20  # all fields together
MOST_PARTS = 1000


class Upload(NamedTuple):
    """A file in a multipart body, on disk at a fresh path of the store."""

    field: str
    name: str
    place: Path
    size: int


class Multipart:
    """Takes one body. Whoever makes one calls `discard` at the end, whatever happens.

    Attributes:
        fields: the plain fields so far.
        uploads: the files so far, in their order.
    """

    def __init__(self, content_type: str, store: Files, most: int) -> None:
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary:
            raise bad_request("boundary not found")
        self.fields: list[tuple[str, str]] = []
        self.uploads: list[Upload] = []
        self._store = store
        self._most = most
        self._places: list[Path] = []
        self._header = (bytearray(), bytearray())
        self._disposition = b""
        self._field = self._name = ""
        self._value = bytearray()
        self._left = FIELD_BYTES
        self._size = 0
        self._ended = False
        self._file: BinaryIO | None = None
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins,
                "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                "on_header_end": self._header_ends,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._takes,
                "on_part_end": self._part_ends,
                "on_end": self._ends,
            },
        )

    def feed(self, chunk: bytes) -> None:
        """Take the next piece.

        Raises:
            ApiError: 400 where it is malformed, 413 where a file or the fields are too big.
            OSError: the disk is full, say.
        """
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise bad_request(str(error)) from None

    def finish(self) -> None:
        """The body has ended.

        Raises:
            ApiError: 400, where it ended too early.
        """
        if not self._ended:
            raise bad_request("unexpected end of request content")

    def discard(self) -> None:
        """Remove the files; what was kept is linked elsewhere."""
        if self._file is not None:
            self._file.close()
            self._file = None
        for place in self._places:
            place.unlink(missing_ok=True)

    def _part_begins(self) -> None:
        if len(self.fields) + len(self.uploads) >= MOST_PARTS:
            raise bad_request("too many parts")
        self._disposition = b""

    def _header_ends(self) -> None:
        name, value = self._header
        if name.lower() == b"content-disposition":
            self._disposition = bytes(value)
        self._header = (bytearray(), bytearray())

    def _headers_end(self) -> None:
        options = parse_options_header(self._disposition)[1]
        self._field = _decoded(options.get(b"name", b""))
        self._value = bytearray()
        if b"filename" in options:
            self._name = _decoded(options[b"filename"]) or self._field
            self._places.append(self._store.fresh())
            self._file = self._places[-1].open("wb")
            self._size = 0

    def _takes(self, data: bytes, start: int, end: int) -> None:
        if self._file is None:
            self._left -= end - start
            if self._left < 0:
                raise too_large()
            self._value += data[start:end]
            return
        self._size += end - start
        if self._size > self._most:
            raise too_large()
        self._file.write(memoryview(data)[start:end])

    def _part_ends(self) -> None:
        if self._file is None:
            self.fields.append((self._field, _decoded(bytes(self._value))))
            return
        self._file.close()
        self._file = None
        self.uploads.append(Upload(self._field, self._name, self._places[-1], self._size))

    def _ends(self) -> None:
        self._ended = True


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")

"""One file at the server: a value that messages hold, never its content."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sandbox.state.picture import Size

NO_SIZE = (0, 0)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file at the server, under the id that calls name it by.

    Attributes:
        name: as its sender named it, without slashes; empty for a photo, and where there is none.
        size: bytes.
        place: where its content is on this machine's disk, to be read only.
        pixels: width and height of a photo, (0, 0) for a document.
        smaller: a photo's smaller sizes, the smallest first. Nothing here scales a picture: they
            have ids of their own and the same content.
    """

    id: str
    unique_id: str
    name: str
    mime: str
    size: int
    place: Path
    pixels: Size = NO_SIZE
    smaller: tuple["StoredFile", ...] = ()

    @property
    def photo(self) -> bool:
        """Whether it was sent as a photo, not as a document."""
        return self.pixels != NO_SIZE

    @property
    def path(self) -> str:
        """Where `getFile` says that it can be downloaded."""
        return f"{self.place.parent.name}/{self.place.name}"

    def as_json(self) -> dict[str, object]:
        """The Document of the Bot API."""
        named = {"file_name": self.name} if self.name else {}
        return {**named, "mime_type": self.mime} | self.identity()

    def as_photo(self) -> list[dict[str, object]]:
        """The PhotoSizes of the Bot API."""
        return [
            file.identity() | {"width": file.pixels[0], "height": file.pixels[1]}
            for file in (*self.smaller, self)
        ]

    def identity(self) -> dict[str, object]:
        """What documents, photos and the File of the Bot API have in common."""
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.size}

    def read(self) -> bytes:
        """The whole content, for what is small."""
        return self.place.read_bytes()

    def save(self, to: Path) -> Path:
        """Copy the content to a path, piece by piece, and return the path."""
        shutil.copyfile(self.place, to)
        return to

"""The file that a call brings or names, and how a bot gets at the content of one.

A call brings a file in its body, names one that the server has by its id, or, where the server was
started with `--local`, by a `file:` address on this machine.
"""

import re
import shutil
from pathlib import Path
from urllib.parse import unquote

from sandbox.api.params import Params
from sandbox.errors import bad_request, too_large
from sandbox.state.files import Files, UnusablePhoto
from sandbox.state.stored import StoredFile
from sandbox.state.world import World

LOCAL = re.compile(r"file:///?(?:localhost)?(?=/)|file:(?=/)", re.ASCII)
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]*=*", re.ASCII)


def has_file(params: Params, name: str) -> bool:
    """Whether the call brings or names a file at all, be it there or not."""
    given = params.text(name)
    attached = not given or given.startswith("attach://")
    return params.upload(name) is not None if attached else True


def take_file(world: World, params: Params, kind: str) -> StoredFile:
    """The file that a call brings or names, as a document or a photo.

    Raises:
        ApiError: 400 where there is none or it cannot be sent, 413 where it is too big.
    """
    if (upload := params.upload(kind)) is not None:
        return _kept(world.files, kind, upload.name, upload.place)
    if not has_file(params, kind):
        raise bad_request(f"There is no {kind} in the request")
    given = params.text(kind)
    if world.files.local and (match := LOCAL.match(given)):
        return _from_disk(world.files, kind, Path(unquote(given[match.end() :])))
    return _known(world.files, kind, given)


def _kept(files: Files, kind: str, name: str, place: Path) -> StoredFile:
    size = place.stat().st_size
    if not size:
        raise bad_request("File must be non-empty")
    if size > files.upload_bytes:
        raise too_large()
    try:
        return files.keep_photo(place) if kind == "photo" else files.keep(name, place)
    except UnusablePhoto as error:
        raise bad_request(str(error)) from None


def _from_disk(files: Files, kind: str, path: Path) -> StoredFile:
    if not path.exists():
        raise bad_request("Can't find real file path")
    if not path.is_file():
        raise bad_request("File must be a regular file")
    place = files.fresh()
    try:
        shutil.copyfile(path, place)
        return _kept(files, kind, path.name, place)
    finally:
        place.unlink(missing_ok=True)


def _known(files: Files, kind: str, given: str) -> StoredFile:
    if "." in given:  # no identifier has one, every address does
        if not given.startswith(("http://", "https://")):
            raise bad_request("Invalid file HTTP URL specified: Unsupported URL protocol")
        raise bad_request("Failed to get HTTP URL content")  # nothing here leaves this machine
    if not IDENTIFIER.fullmatch(given):
        raise bad_request("Wrong remote file identifier specified: Wrong character in the string")
    if (file := files.get(given)) is None:
        raise bad_request("Wrong file identifier/HTTP URL specified")
    if file.photo != (kind == "photo"):
        real = "Photo" if file.photo else "Document"
        raise bad_request(f"Can't use file of type {real} as {kind.capitalize()}")
    return file


def get_file(world: World, params: Params) -> object:
    """getFile; with `--local` the path is one on the disk, with the bot's token in it."""
    if not params.text("file_id"):
        raise bad_request("file_id not specified")
    file = world.files.get(params.text("file_id"))
    if file is None and world.files.lost(params.text("file_id")):
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if file is None:
        raise bad_request("invalid file_id")
    most = world.files.download_bytes
    if most is not None and file.size > most:
        raise bad_request("file is too big")
    path = str(file.place) if world.files.local else file.path
    return file.identity() | {"file_path": path}

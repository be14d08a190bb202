"""Reading a small file that a person named: the configuration, or a secret.

It says why it could not, never what is in the file nor what its path is: a token given as
`token_file` by mistake is a path as well.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from bot.config.problem import Refused
from bot.message import Code, Message, Size, msg


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds, and whether every user of the machine may read it."""

    text: str
    open_to_all: bool


OPEN_TO_ALL = msg(
    "Every user of this machine can read the secret: take that right away (chmod 600)."
)


def read(path: str | Path, most: int) -> Content:
    """The text of a file of at most `most` bytes.

    Raises:
        Refused: it is not there, not readable, too large or no text.
    """
    try:
        with Path(path).open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(most + 1)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(msg("The file is no text in UTF-8.")) from None
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
        raise Refused(_reason(error)) from None
    if len(data) > most:
        raise Refused(msg("The file is larger than {most}.", most=Size(most)))
    return Content(text, bool(mode & stat.S_IROTH))


def _reason(error: OSError | ValueError) -> Message:
    if isinstance(error, FileNotFoundError):
        return msg("There is no such file.")
    if isinstance(error, PermissionError):
        return msg("This user may not read the file.")
    if isinstance(error, OSError) and error.errno is not None:
        return msg("The file cannot be read: {why}.", why=Code(os.strerror(error.errno)))
    return msg("This is not the path of a file.")

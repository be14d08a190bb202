"""Keeps where the feed of a host goes on, in the database."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass

from bot.hosts.place import Cursor
from storage import cursors
from storage.database import Database
from storage.errors import StorageError

log = logging.getLogger(__name__)

# Of no Engine: where it can't be read how far an earlier run has come, a gap is told.
_LOST = Cursor("", None, ())


@dataclass(frozen=True, slots=True)
class StoredCursors:
    """The cursor of one host, for the bot of this id. `clock` gives seconds since the epoch."""

    database: Database
    bot: int
    host: str
    clock: Callable[[], float]

    async def load(self) -> Cursor | None:
        """What was saved last, by an earlier run."""
        try:
            text = await self.database.read(lambda c: cursors.load(c, self.bot, self.host))
            return None if text is None else _cursor(text)
        except (StorageError, ValueError, TypeError, KeyError) as error:
            log.warning("where the events of %s go on can't be read: %s", self.host, error)
            return _LOST

    async def save(self, cursor: Cursor) -> bool:
        """Keep it; False if that can't be done now."""
        text, now = json.dumps(asdict(cursor)), self.clock()
        try:
            await self.database.write(lambda c: cursors.save(c, self.bot, self.host, text, now))
        except StorageError as error:
            log.warning("where the events of %s go on can't be kept: %s", self.host, error)
            return False
        return True


def _cursor(text: str) -> Cursor:
    raw = json.loads(text)
    heard = tuple((int(s), int(n), str(digest)) for s, n, digest in raw["heard"])
    return Cursor(str(raw["engine"]), raw["since"] and str(raw["since"]), heard)

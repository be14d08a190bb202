"""The bot's own user name: `/ps@name` is for it, `/ps@another` is not. Only Telegram tells it."""

from __future__ import annotations

import asyncio


class Name:
    """The name, once it is known; until then nobody can say whom a command is for."""

    def __init__(self) -> None:
        self._name = ""
        self._known = asyncio.Event()

    def __str__(self) -> str:
        return self._name

    def tell(self, name: str) -> None:
        """Telegram has told it; case does not matter."""
        self._name = name.lower()
        self._known.set()

    async def known(self) -> None:
        """Wait until it is known."""
        await self._known.wait()

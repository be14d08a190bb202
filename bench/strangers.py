"""What a stranger's messages cost: nothing but one answer an hour.

Fifty messages of one stranger, all within an hour. Counted are the requests to the Engine (by a
proxy in front of it), the answers, and the transactions of the database: those of a whole run, less
those of a run without a stranger, and less those of the round that is made every few seconds.
"""

from __future__ import annotations

from collections import Counter

from bench import pierhead
from bench.pierhead import OWNERS, STRANGER
from bench.place import Place
from bench.proxy import Proxy
from bench.sample import Sample
from bench.table import Row, at_most

_ROUND = "write Upkeep"


async def measure(place: Place, *, messages: int = 50) -> list[Row]:
    _, _, alone = await _run(place, 0)
    answers, requests, beset = await _run(place, messages)
    what = f"{messages} messages of a stranger"
    extra = (beset - alone).total()
    return [
        Row(what, "Engine requests", Sample.of(requests), bound=at_most(0, "")),
        Row(what, "transactions", Sample.of(extra), bound=at_most(0, "")),
        Row(what, "answers an hour", Sample.of(answers), bound=at_most(1, "")),
    ]


async def _run(place: Place, messages: int) -> tuple[int, int, Counter[str]]:
    """A whole run with so many messages: answers, requests, and transactions by their name."""
    folder = place.folder()
    async with (
        Proxy(place.engine, folder / "engine.sock").listening() as proxy,
        pierhead.telegram() as telegram,
        pierhead.running(telegram, proxy.url, folder, heard=True) as bot,
    ):
        phone = telegram.private(STRANGER)
        for number in range(messages):
            await phone.send("/ps" if number % 2 else "let me in")
        await telegram.private(OWNERS[0]).send("/whoami")
        told = [one for _ in range(messages + 1) for one in await bot.until(pierhead.STORED)]
        await telegram.private(OWNERS[0]).wait(within=pierhead.PATIENCE)
        if messages:
            await phone.wait(within=pierhead.PATIENCE)
        told += await bot.rest()
        names = (one.what for one in told)
        writes = Counter(n for n in names if n.startswith("write") and not n.startswith(_ROUND))
        answers = len(telegram.calls("sendMessage")) - 1
        return answers, len(proxy.asked), writes

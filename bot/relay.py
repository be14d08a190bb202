"""A program of its own that hands a message to other channels; it imports nothing of the bot.

Apprise knows a hundred of them, each with its own code. Here none of it holds up the bot, or stays
in its memory, and what hangs can be killed. What to say, and to whom, comes in on standard input,
as the addresses are secrets; whether each took it goes out.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor


def main() -> None:
    """Send what is asked for."""
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415 - half a second, for this program alone

    asked = json.load(sys.stdin)

    def takes(url: str) -> bool:
        channel = Apprise()
        # As plain text: where that is HTML (e-mail), a name must not become a link.
        said = {"title": asked["title"], "body": asked["body"], "body_format": NotifyFormat.TEXT}
        return bool(channel.add(url) and channel.notify(**said))

    with ThreadPoolExecutor() as threads:
        json.dump(list(threads.map(takes, asked["urls"])), sys.stdout)


if __name__ == "__main__":
    main()

"""Asks Telegram what `pierhead check` wants to know: who the bot is, and who else uses it."""

from __future__ import annotations

from dataclasses import dataclass

import telegram
from telegram.error import InvalidToken
from telegram.request import HTTPXRequest

from bot.telegram.tls import trust


@dataclass(frozen=True, slots=True)
class Account:
    """The bot's account. `reads_all` is privacy mode being off; `webhook` whether one is set."""

    name: str
    reads_all: bool
    webhook: bool


class Refused(Exception):
    """Telegram does not know the token."""


class Unreachable(Exception):
    """Telegram gave no answer; the text is the kind of error, and holds no secret."""


async def probe(token: str, root: str) -> Account:
    """Ask the Bot API server at `root`.

    Raises:
        Refused: the token is wrong.
        Unreachable: there was no answer, or none that can be read.
    """
    request = HTTPXRequest(httpx_kwargs={"verify": trust()})
    bot = telegram.Bot(token, base_url=f"{root.rstrip('/')}/bot", request=request)
    try:
        me = await bot.get_me()
        webhook = await bot.get_webhook_info()
    except InvalidToken as error:
        raise Refused from error
    except Exception as error:
        raise Unreachable(type(error).__name__) from error
    finally:
        await request.shutdown()  # the bot's does nothing, as it was never initialized
    return Account(me.username or "", bool(me.can_read_all_group_messages), bool(webhook.url))

"""The bot's account: its token, privacy mode, and who else uses it."""

from __future__ import annotations

from bot.checks.row import Row, amiss, well
from bot.config import Settings
from bot.message import Code, Untrusted, msg
from bot.telegram.probe import Account, Refused, Unreachable, probe

TOKEN = msg("token")
_PRIVACY = msg("privacy mode")


async def telegram(settings: Settings) -> list[Row]:
    """Ask Telegram who the bot is."""
    root = settings.telegram.base_url
    try:
        account = await probe(settings.telegram.token_value(), root)
    except Refused:
        mend = msg("Take the one that @BotFather shows: /mybots")
        return [amiss(TOKEN, msg("Telegram refuses it"), mend)]
    except Unreachable as error:
        mend = msg("Can this machine reach {address}?", address=Code(root))
        return [amiss(TOKEN, msg("Telegram gave no answer: {why}", why=Code(str(error))), mend)]
    rows = [well(TOKEN, msg("@{name}", name=Untrusted(account.name))), _privacy(account)]
    if account.webhook:
        mend = msg("{command} removes it. Who has set it?", command=Code("pierhead run"))
        rows.append(amiss(msg("webhook"), msg("one is set"), mend))
    return rows


def _privacy(account: Account) -> Row:
    if not account.reads_all:
        return well(_PRIVACY, msg("on"))
    mend = msg("@BotFather: /setprivacy, Enable. Pierhead needs only its own commands.")
    return amiss(_PRIVACY, msg("off: the bot is sent all that is said in a group"), mend)

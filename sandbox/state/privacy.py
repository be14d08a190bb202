"""Which messages of a group the bot gets to see.

With privacy mode on, Telegram hands a bot only what is meant for it
(https://core.telegram.org/bots/features#privacy-mode): commands that name it, bare commands where
it was the last bot to speak, replies to its messages, and service messages. Administrators see all.
"""

import re

from sandbox.state.chats import Chat, Status
from sandbox.state.messages import Message
from sandbox.state.people import Bot

COMMAND = re.compile(r"/[A-Za-z0-9_]{1,64}(?:@([A-Za-z0-9_]{3,32}))?(?![\w@])")


def reaches_bot(message: Message, chat: Chat, bot: Bot) -> bool:
    """Whether the bot gets an update for a person's message in this chat."""
    if chat.private:
        return not chat.blocked
    if not chat.bot_status.present:
        return False
    if bot.reads_all or chat.bot_status is Status.ADMINISTRATOR or message.service is not None:
        return True
    return _is_reply_to_bot(message, chat, bot) or _is_command_for_bot(message, chat, bot)


def names_bot(text: str, bot: Bot) -> bool:
    """Whether a text is a command with this bot's name on it."""
    match = COMMAND.match(text)
    return bool(match and match[1] and match[1].lower() == bot.username.lower())


def _is_reply_to_bot(message: Message, chat: Chat, bot: Bot) -> bool:
    target = chat.messages.get(message.reply_to or 0)
    return target is not None and target.sender_id == bot.id


def _is_command_for_bot(message: Message, chat: Chat, bot: Bot) -> bool:
    match = COMMAND.match(message.text)
    if match is None:
        return False
    return names_bot(message.text, bot) if match[1] else chat.bot_spoke_last

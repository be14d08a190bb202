"""The methods of the Bot API, one module a family, listed where they can be read.

A method is a plain function from the world and the call's parameters to what becomes `result`.
`getUpdates` alone is not here: it waits, so the endpoint runs it itself.
"""

from collections.abc import Callable

from sandbox.api import about, chats, edits, files, media, menu, messages, webhook
from sandbox.api.params import Params
from sandbox.state.world import World

Method = Callable[[World, Params], object]

METHODS: tuple[tuple[str, Method], ...] = (
    ("getMe", about.get_me),
    ("logOut", about.accept),
    ("close", about.accept),
    ("getMyName", about.get_text("name")),
    ("getMyDescription", about.get_text("description")),
    ("getMyShortDescription", about.get_text("short_description")),
    ("setMyName", about.set_text("name")),
    ("setMyDescription", about.set_text("description")),
    ("setMyShortDescription", about.set_text("short_description")),
    ("setChatMenuButton", about.accept),
    ("sendMessage", messages.send_message),
    ("sendDocument", media.send_document),
    ("sendPhoto", media.send_photo),
    ("sendMediaGroup", media.send_media_group),
    ("getFile", files.get_file),
    ("editMessageText", edits.edit_text),
    ("editMessageCaption", edits.edit_caption),
    ("editMessageMedia", edits.edit_media),
    ("editMessageReplyMarkup", edits.edit_reply_markup),
    ("deleteMessage", edits.delete_message),
    ("deleteMessages", edits.delete_messages),
    ("setMessageReaction", edits.set_reaction),
    ("answerCallbackQuery", messages.answer_callback_query),
    ("sendChatAction", messages.send_chat_action),
    ("setMyCommands", menu.set_commands),
    ("getMyCommands", menu.get_commands),
    ("deleteMyCommands", menu.delete_commands),
    ("getChat", chats.get_chat),
    ("getChatMember", chats.get_member),
    ("getChatMemberCount", chats.count_members),
    ("getChatAdministrators", chats.get_administrators),
    ("leaveChat", chats.leave),
    ("setWebhook", webhook.set_webhook),
    ("deleteWebhook", webhook.delete_webhook),
    ("getWebhookInfo", webhook.get_info),
)
BY_NAME = {name.lower(): method for name, method in METHODS}

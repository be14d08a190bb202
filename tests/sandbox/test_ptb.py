"""python-telegram-bot against the sandbox: polling, files, and a stop without a conflict."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from sandbox import Fault, Sandbox
from tests.sandbox.conftest import TOKEN

Context = ContextTypes.DEFAULT_TYPE
KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("Refresh", callback_data="r")]])


async def show(update: Update, _context: Context) -> None:
    assert update.message is not None
    await update.message.reply_html("<b>ok</b>", reply_markup=KEYS, do_quote=True)


async def refresh(update: Update, _context: Context) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer("done")
    await update.callback_query.edit_message_text("fresh")


async def echo(update: Update, _context: Context) -> None:
    assert update.message is not None
    assert update.message.document is not None
    file = await update.message.document.get_file()
    content = await file.download_as_bytearray()
    await update.message.reply_document(bytes(content), filename="echo.txt", caption="back")


@pytest.fixture
def conflicts() -> list[TelegramError]:
    return []


@pytest.fixture
async def bot(
    telegram: Sandbox, conflicts: list[TelegramError]
) -> AsyncIterator["Application[Any, Any, Any, Any, Any, Any]"]:
    builder = Application.builder().token(TOKEN).base_url(f"{telegram.base_url}/bot")
    app = builder.base_file_url(f"{telegram.base_url}/file/bot").build()
    app.add_handler(CommandHandler("ps", show))
    app.add_handler(CallbackQueryHandler(refresh))
    app.add_handler(MessageHandler(filters.Document.ALL, echo))
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling(timeout=50, error_callback=conflicts.append)
        yield app
        await app.updater.stop()
        await app.stop()
    assert conflicts == []


async def test_a_bot_answers(telegram: Sandbox, bot: object) -> None:
    reply = await telegram.private(42).ask("/ps")
    assert (reply.html, reply.buttons) == ("<b>ok</b>", [["Refresh"]])
    assert reply.reply_to == telegram.private(42).history[0].id
    assert await reply.tap("Refresh") == "done"
    assert (await reply.changed()).text == "fresh"


async def test_a_bot_is_reached_in_a_group(telegram: Sandbox, bot: object) -> None:
    reply = await telegram.group(-1001, person=7).ask("/ps@pierhead_bot")
    assert reply.text == "ok"


async def test_files_go_both_ways(telegram: Sandbox, bot: object) -> None:
    owner = telegram.private(42)
    await owner.send_document("a.txt", b"content")
    reply = await owner.wait()
    assert (reply.document, reply.text) == (("echo.txt", b"content"), "back")


async def test_its_errors_are_understood(
    telegram: Sandbox,
    bot: "Application[Any, Any, Any, Any, Any, Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # else PTB warns that a type will change
    with pytest.raises(BadRequest, match="Can't parse entities: unsupported start tag"):
        await bot.bot.send_message(42, "<x>", parse_mode="HTML")
    telegram.private(42).block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.bot.send_message(42, "x")
    telegram.fail("sendMessage", Fault.retry(5))
    with pytest.raises(RetryAfter):
        await bot.bot.send_message(42, "x")


async def test_its_questions_are_answered(
    bot: "Application[Any, Any, Any, Any, Any, Any]",
) -> None:
    assert (await bot.bot.get_chat(-1001)).title == "Ops"
    assert (await bot.bot.get_chat_member(-1001, 42)).status == "creator"
    assert [one.user.id for one in await bot.bot.get_chat_administrators(-1001)] == [42]
    assert await bot.bot.send_chat_action(42, "typing")
    await bot.bot.set_my_commands([("ps", "List")])
    assert (await bot.bot.get_my_commands())[0].command == "ps"
    assert (await bot.bot.get_webhook_info()).url == ""
    assert await bot.bot.leave_chat(-1001)

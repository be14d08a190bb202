"""Inline keyboards, read as strictly as the service reads them.

The form of a keyboard is judged before the chat is looked up, its content (lengths, addresses)
after, since in reality another machine does that; `read_keyboard` and `refuse_content` keep the
two apart.
"""

import json
from typing import Any

from sandbox.api.params import Params, string
from sandbox.errors import bad_request
from sandbox.state.messages import Button, Keyboard
from sandbox.text.address import checked_link

DATA_BYTES = 64
MOST_BUTTONS = 100
ACTIONS = (
    "url",
    "callback_data",
    "callback_game",
    "pay",
    "switch_inline_query",
    "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat",
    "login_url",
    "web_app",
    "copy_text",
)
FILLED = {"url", "callback_data"}  # an empty one counts as absent


def read_keyboard(params: Params) -> Keyboard:
    """The inline keyboard of a call, empty where there is none or another kind of markup.

    Raises:
        ApiError: 400, where it is malformed.
    """
    markup: Any = params.json("reply_markup", "Can't parse reply keyboard markup JSON object")
    if markup is None:
        return ()
    if not isinstance(markup, dict):
        raise bad_request("Object expected as reply markup")
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list):
        raise bad_request('Field "inline_keyboard" must be of type Array')
    return tuple(row for row in map(_row, rows) if row)


def refuse_content(keyboard: Keyboard) -> None:
    """Raise where a button holds what it cannot."""
    if sum(map(len, keyboard)) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    for button in (button for row in keyboard for button in row):
        if button.data is not None and len(button.data.encode()) > DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        if not button.text:
            raise bad_request("Inline keyboard button text must be non-empty")
        if button.action == "url" and not checked_link(str(button.value)):
            address = str(button.value)
            raise bad_request(f"Inline keyboard button URL '{address}' is invalid: Wrong HTTP URL")


def _row(row: object) -> tuple[Button, ...]:
    if not isinstance(row, list):
        raise bad_request(
            'Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
        )
    try:
        return tuple(_button(button) for button in row)
    except ValueError as error:
        raise bad_request(f"Can't parse inline keyboard button: {error}") from None


def _button(button: object) -> Button:
    if not isinstance(button, dict):
        raise ValueError("InlineKeyboardButton must be an Object")  # noqa: TRY004
    text = string(button, "text")
    for action in ACTIONS:
        if action in button and (button[action] or action not in FILLED):
            value = button[action]
            return Button(text, action, value if isinstance(value, str) else _frozen(value))
    raise ValueError("Text buttons are unallowed in the inline keyboard")


def _frozen(value: object) -> object:
    """Numbers become the strings that the service makes of them; objects stay as they are."""
    return value if isinstance(value, dict | bool) else json.dumps(value)

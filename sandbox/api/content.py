"""The text of a message or the caption of a file, from a call's parameters."""

from collections.abc import Mapping

from sandbox.api.params import Params
from sandbox.errors import bad_request
from sandbox.text.formatted import CAPTION_LENGTH, TEXT_LENGTH, Formatted, read, shown


def read_text(params: Params) -> Formatted:
    """The text as given, parsed but not yet judged.

    Raises:
        ApiError: 400, where it is empty, too long raw, or does not parse.
    """
    if not params.text("text"):
        raise bad_request("Message text is empty")
    params.json("link_preview_options", "Can't parse link preview options JSON object")
    return read(params.text("text"), params.text("parse_mode"), params.text("entities"))


def read_caption(params: Params) -> Formatted:
    """The caption as given; it may be empty."""
    return read(params.text("caption"), params.text("parse_mode"), params.text("caption_entities"))


def final_text(formatted: Formatted, too_long: str) -> Formatted:
    """The text as it will be shown; the service words its length differently in edits.

    Raises:
        ApiError: 400, where nothing is left or too much.
    """
    text = shown(formatted)
    if text.blank:
        raise bad_request("Text must be non-empty")
    if len(text.text) > TEXT_LENGTH:
        raise bad_request(too_long)
    return text


def final_caption(formatted: Formatted) -> Formatted:
    """The caption as it will be shown.

    Raises:
        ApiError: 400, where it is too long.
    """
    caption = shown(formatted)
    if len(caption.text) > CAPTION_LENGTH:
        raise bad_request("Message caption is too long")
    return caption


def preview_shown(params: Params) -> bool:
    """Whether clients may show a preview of the first link."""
    options = params.json("link_preview_options", "Can't parse link preview options JSON object")
    if isinstance(options, Mapping):
        return not options.get("is_disabled", False)
    return not params.flag("disable_web_page_preview")

"""What the server refuses: an error code and the words that go with it.

Bots match on the description, so every text is spelt as the service spells it: a prefix named
after the code, a colon, and the message with its first letter lowered unless the second character
is a capital or an underscore (then it is an identifier such as BUTTON_DATA_INVALID).
"""

from collections.abc import Mapping

PREFIXES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


class ApiError(Exception):
    """A refused call.

    Attributes:
        code: the HTTP status, which is also `error_code`.
        description: the whole text, with its prefix.
        parameters: `retry_after` or `migrate_to_chat_id`, where there is one.
    """

    def __init__(
        self, code: int, description: str, parameters: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = dict(parameters or {})


def refusal(code: int, message: str, parameters: Mapping[str, int] | None = None) -> ApiError:
    """An error with the prefix of its code and the first letter as the service writes it."""
    identifier = len(message) > 1 and (message[1] == "_" or "A" <= message[1] <= "Z")
    worded = message if identifier else message[:1].lower() + message[1:]
    return ApiError(code, f"{PREFIXES[code]}: {worded}", parameters)


def bad_request(message: str) -> ApiError:
    """A 400: the call itself is wrong."""
    return refusal(400, message)


def forbidden(message: str) -> ApiError:
    """A 403: the other side does not want the bot."""
    return refusal(403, message)


def flood(retry_after: int) -> ApiError:
    """A 429: too much was sent; to be tried again after so many seconds."""
    return refusal(429, f"retry after {retry_after}", {"retry_after": retry_after})


def too_large() -> ApiError:
    """A 413: the body is beyond 50 MB; the one refusal without a prefix."""
    return ApiError(413, "Request Entity Too Large")

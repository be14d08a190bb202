"""The program's own log: on standard error, as text or JSON, every line redacted."""

from __future__ import annotations

import json
import logging
import sys

from bot.reply.redact import RedactingFilter, Redactor


class _Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON; a traceback is one of its strings."""
        line = {
            "at": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_text:  # redacted by the filter
            line["traceback"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


def configure(level: str, form: str, redactor: Redactor) -> None:
    """Set up the root logger, once."""
    handler = logging.StreamHandler(sys.stderr)
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(_Json() if form == "json" else plain)
    handler.addFilter(RedactingFilter(redactor))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)

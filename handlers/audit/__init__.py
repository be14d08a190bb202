"""The audit log: who did what, to what, and how it ended."""

from handlers.audit.search import audit

COMMANDS = (audit,)

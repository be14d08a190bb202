"""Every table there is: importing this fills `metadata`."""

from __future__ import annotations

from storage.alerts import alert_state
from storage.audit import audit, audit_checkpoint, audit_head
from storage.buttons import button
from storage.calls import call
from storage.cursors import event_cursor
from storage.happenings import happening
from storage.history import history
from storage.inbox import inbox
from storage.instances import instance
from storage.outbox import outbox
from storage.people import owner_claim
from storage.rules import alert_rule
from storage.schedules import schedule
from storage.schema import metadata
from storage.settings import person_settings
from storage.slots import slot
from storage.upgrades import upgrade

__all__ = [
    "alert_rule",
    "alert_state",
    "audit",
    "audit_checkpoint",
    "audit_head",
    "button",
    "call",
    "event_cursor",
    "happening",
    "history",
    "inbox",
    "instance",
    "metadata",
    "outbox",
    "owner_claim",
    "person_settings",
    "schedule",
    "slot",
    "upgrade",
]

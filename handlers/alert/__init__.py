"""Alerts: what fires, who has it, what is put off."""

from handlers.alert.ls import ls
from handlers.alert.taken import ack, snooze

COMMANDS = (
    ls,
    ack,
    snooze,
)

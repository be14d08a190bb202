"""Alerts: what fires, who has it, what is put off; and the rules that they come from."""

from handlers.alert.add import add, edit
from handlers.alert.changes import off, on, rm
from handlers.alert.ls import ls
from handlers.alert.rules import rules, show
from handlers.alert.silence import silence
from handlers.alert.silences import silences, unsilence
from handlers.alert.taken import ack, snooze
from handlers.alert.test import test

COMMANDS = (
    ls,
    rules,
    show,
    add,
    edit,
    test,
    on,
    off,
    rm,
    silence,
    silences,
    unsilence,
    ack,
    snooze,
)

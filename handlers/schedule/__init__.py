"""Schedules: what runs without being asked, and when."""

from handlers.schedule.add import add
from handlers.schedule.changes import pause, resume, rm, run
from handlers.schedule.edit import edit
from handlers.schedule.ls import ls, show

COMMANDS = (add, ls, show, edit, pause, resume, run, rm)

"""What Pierhead can do, one package a noun; each lists its commands, one a line."""

from handlers import (
    alert,
    audit,
    container,
    image,
    network,
    people,
    report,
    schedule,
    stack,
    system,
    volume,
)

COMMANDS = (
    *container.COMMANDS,
    *image.COMMANDS,
    *volume.COMMANDS,
    *network.COMMANDS,
    *stack.COMMANDS,
    *system.COMMANDS,
    *report.COMMANDS,
    *schedule.COMMANDS,
    *alert.COMMANDS,
    *audit.COMMANDS,
    *people.COMMANDS,
)

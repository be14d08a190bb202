"""The verbs of `docker image`."""

from handlers.image.ls import ls
from handlers.image.prune import prune

COMMANDS = (ls, prune)

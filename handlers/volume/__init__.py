"""The verbs of `docker volume`."""

from handlers.volume.prune import prune

COMMANDS = (prune,)

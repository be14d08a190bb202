"""The verbs of `docker network`."""

from handlers.network.prune import prune

COMMANDS = (prune,)

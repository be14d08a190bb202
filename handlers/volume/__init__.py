"""The verbs of `docker volume`."""

from handlers.volume.create import create
from handlers.volume.inspect import inspect
from handlers.volume.ls import ls
from handlers.volume.prune import prune
from handlers.volume.rm import rm

COMMANDS = (ls, create, inspect, rm, prune)

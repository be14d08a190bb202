"""The verbs of `docker network`."""

from handlers.network.connect import connect
from handlers.network.create import create
from handlers.network.disconnect import disconnect
from handlers.network.inspect import inspect
from handlers.network.ls import ls
from handlers.network.prune import prune
from handlers.network.rm import rm

COMMANDS = (ls, create, inspect, connect, disconnect, rm, prune)

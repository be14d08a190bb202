"""The Engine as a whole: `docker system`, `docker version`, the hosts."""

from handlers.system.df import df
from handlers.system.events import events
from handlers.system.hosts import hosts
from handlers.system.info import info, version
from handlers.system.inspect import inspect
from handlers.system.prune import prune

COMMANDS = (df, events, info, version, inspect, hosts, prune)

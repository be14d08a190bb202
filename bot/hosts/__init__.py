"""The door to Docker Engines: one `Host` each, and frozen types of our own on this side of it."""

from bot.hosts.host import Host
from bot.hosts.inventory import Inventory
from bot.hosts.link import Late

__all__ = ["Host", "Inventory", "Late"]

"""`/upgrade`: a container onto the newest image of its name, and back if that is not well."""

from handlers.container.upgrade.command import upgrade

__all__ = ["upgrade"]

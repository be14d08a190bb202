"""`/cp`: a file or folder out of a container, or a document into one."""

from handlers.container.copy.into import put
from handlers.container.copy.out import cp

__all__ = ["cp", "put"]

"""`docker run` and `docker create`: a container from an image, and all that can be said of it."""

from handlers.container.run.commands import create, run

__all__ = ["create", "run"]

"""`/build`: an image from a Dockerfile or an archive that was sent."""

from handlers.image.build.build import build

__all__ = ["build"]

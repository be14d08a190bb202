"""Docker Engines for the demo and the tests: the one that is here, or a private one of our own.

The demo asks `find_engine()`; where there is none at all it calls `install_engine()` and starts a
`PrivateEngine`, which it fills with a small fleet. The tests always start their own.
"""

from sandbox.engine.errors import EngineUnavailable
from sandbox.engine.fleet import fill
from sandbox.engine.found import find_engine
from sandbox.engine.images import import_image
from sandbox.engine.install import install_engine
from sandbox.engine.private import PrivateEngine, why_not

__all__ = [
    "EngineUnavailable",
    "PrivateEngine",
    "fill",
    "find_engine",
    "import_image",
    "install_engine",
    "why_not",
]

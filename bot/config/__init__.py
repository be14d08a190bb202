"""The configuration: a TOML file, the environment and secret files, read once into frozen values.

All that is wrong is told at once, each with its key, its place and what to do, and never with a
value: a token typed into the wrong line must not end in a log. `load` knows nothing but its
arguments; `find` is the one that looks around.
"""

from bot.config.load import find, load
from bot.config.model import Settings
from bot.config.problem import ConfigError, Problem

__all__ = ["ConfigError", "Problem", "Settings", "find", "load"]

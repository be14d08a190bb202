"""From a file and an environment to settings, or to all that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from bot.config import environment, file, secret
from bot.config.complaint import complaints
from bot.config.kinds import Given
from bot.config.model import DEFAULT_HOST, Settings
from bot.config.problem import ConfigError
from bot.config.roles import BUILT_IN
from bot.config.source import SECTION, TOKEN, Source, Sources, Tree

PLACES = (Path("config.toml"), Path("/etc/pierhead/config.toml"))


def find(places: Iterable[Path] = PLACES) -> Path | None:
    """The file that is read where the command line names none; None: the environment says all."""
    return next((path for path in places if _there(path)), None)


def _there(path: Path) -> bool:
    """Whether there is a file. One that may not be looked at counts: passing it over is no answer.

    What runs with other settings than its owner wrote is worse than what does not start.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings of a file (None: no file) and an environment, which wins.

    Raises:
        ConfigError: with every problem there is, and no value in it.
    """
    sources = Sources(environment.read(environ), Source() if path is None else file.read(path))
    tree = sources.merged()
    found = secret.find(tree, sources)
    if found.text is not None:
        tree[SECTION] = {**tree[SECTION], TOKEN: found.text}
    problems = [*sources.file.problems, *sources.environment.problems, *found.problems]
    try:
        settings = Settings.model_validate(tree, context=_given(tree, sources, found))
    except ValidationError as error:
        told = complaints(error, sources)
        problems += [problem for loc, problem in told if loc not in found.told]
    else:
        if not problems:
            return settings
    # Outside of the handler: pydantic's error holds the values, and must not travel with ours.
    raise ConfigError(tuple(sorted(problems, key=sources.rank)))


def _given(tree: Tree, sources: Sources, found: secret.Secret) -> Given:
    """What names may refer to. Of a file that could not be read nothing is known."""
    if sources.file.problems:
        return Given()
    access = tree.get("access")
    roles = access.get("roles") if isinstance(access, dict) else None
    return Given(
        hosts=_names(tree.get("hosts", {DEFAULT_HOST: {}})),
        roles=(_names(roles) or frozenset()) | BUILT_IN.keys(),
        warnings=found.warnings,
    )


def _names(table: object) -> frozenset[str] | None:
    return frozenset(table) if isinstance(table, dict) else None

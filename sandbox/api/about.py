"""The bot about itself, and the methods that only need a yes."""

from collections.abc import Callable

from sandbox.api.params import Params
from sandbox.state.world import World


def get_me(world: World, _params: Params) -> object:
    """GetMe."""
    return world.bot.as_me()


def accept(_world: World, _params: Params) -> object:
    """A method that changes nothing here."""
    return True


def get_text(name: str) -> Callable[[World, Params], object]:
    """The method that reads one of the bot's texts."""

    def read(world: World, params: Params) -> object:
        fallback = world.bot.name if name == "name" else ""
        return {name: world.texts.get((name, params.text("language_code")), fallback)}

    return read


def set_text(name: str) -> Callable[[World, Params], object]:
    """The method that writes one of the bot's texts."""

    def write(world: World, params: Params) -> object:
        world.texts[name, params.text("language_code")] = params.text(name)
        return True

    return write

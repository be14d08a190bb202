"""The languages: English is in the code, every other one in a catalogue beside this file."""

from bot.i18n.catalogue import ENGLISH, Catalogue, catalogue, locales

__all__ = ["ENGLISH", "Catalogue", "catalogue", "locales"]

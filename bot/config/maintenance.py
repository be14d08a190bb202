"""A time of maintenance, `[[maintenance]]`: what happens in it is told at its end, if it lasts."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from bot.config.kinds import Choice, Hours, Items, Section, Text, Zone
from bot.config.problem import Refused
from bot.errors import UsageError
from bot.message import msg
from bot.watch.calendar import EVERY_DAY, Maintenance, Window
from bot.watch.subject import Selector, selector

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Choice[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]


class MaintenanceEntry(Section):
    """From when to when, on the days on which it begins, and of what."""

    hours: Hours
    days: Items[Day] = ()
    timezone: Zone | None = None
    on: Text = ""
    rule: Text = "*"

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        if self._selector().label:
            raise Refused(
                msg("Labels are not known of what is held back: write names or projects."),
                at=("on",),
            )
        return self

    def held(self, zone: str) -> Maintenance:
        """The time that it makes, by the clock of a zone where it names none."""
        days = frozenset(map(_DAYS.index, self.days)) or EVERY_DAY
        window = Window(*self.hours, self.timezone or zone, days)
        return Maintenance(window, self._selector(), self.rule)

    def _selector(self) -> Selector:
        try:
            return selector(self.on)
        except UsageError as error:
            message = error.message
        raise Refused(message, at=("on",))

"""The way back: what is there becomes what was.

It looks at what is there and not at what should be, so that it can begin anew wherever a kill, or
an Engine that refused, left it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from bot.command.call import Call
from bot.errors import BotError, DockerFault, NotFound
from bot.hosts.types import Container
from bot.message import Message, Untrusted, msg
from handlers.container.upgrade.acts import Acts, new_of
from handlers.container.upgrade.journal import Journal
from storage.upgrades import Step

NOT_BACK = msg("It could not go back to the old one.")
GIVEN_UP = msg("I don't try it again: put it right with /rename and /start.")
_AGAIN = msg("Put that right, and I try again when I start next; or do it with /rename and /start.")
_MOMENT = 0.5  # seconds


class Gone(NotFound):
    """Neither the old one nor the new one is there: somebody removed them."""


@dataclass(frozen=True, slots=True)
class Back:
    """The way back of one upgrade."""

    call: Call
    acts: Acts
    journal: Journal

    async def go(self) -> bool:
        """Go it; true if the new ones stay, as there is nothing to go back to.

        Raises:
            Gone: nothing is there.
            BotError: the Engine refuses.
        """
        upgrade, there = self.journal.upgrade, await self.acts.all()
        if upgrade.members[0].old not in there:
            await self._stay(there)
            return True
        for member in reversed(upgrade.members):
            await self.acts.remove_new(member, there)
        here = [member for member in upgrade.members if member.old in there]
        for member in here:
            await self.acts.called(there[member.old], member.name)
        tried = [await self.acts.revive(member) for member in here]
        await retag(self.call, upgrade.tag, upgrade.before, upgrade.after)
        for error in filter(None, tried):
            raise error
        return False

    async def _stay(self, there: Mapping[str, Container]) -> None:
        """The new ones stay, and go by their names; what lived in the old one can't any more."""
        members = self.journal.upgrade.members
        if new_of(members[0], there) is None:
            raise Gone(msg("Neither the old one nor the new one is there any more."))
        for member in members:
            new, old = new_of(member, there), there.get(member.old)
            if new is None:
                continue
            if old is not None:
                await self.acts.called(old, member.aside)
                await self.acts.remove_old(member)
            await self.acts.called(new, member.name)
            if member.runs:
                await self.call.host.containers.start(new.id)

    async def stuck(self, error: BotError) -> BotError:
        """What it comes to where it can't be gone: what is left, and what to do about it."""
        if isinstance(error, Gone):
            await self.journal.ended(Step.STUCK)
            return DockerFault(error.message)
        left = await self._left()
        todo = _AGAIN if await self.journal.failed() else GIVEN_UP
        return DockerFault(NOT_BACK, error.message, left, todo, unknown=True)

    async def _left(self) -> Message:
        """Where the old one is, by the name that it has now."""
        first = self.journal.upgrade.members[0]
        with suppress(BotError):
            old = (await self.acts.all()).get(first.old)
            if old is not None and old.state not in {"running", "restarting"}:
                return msg("It is called {name}, and does not run.", name=old.name)
        name = Untrusted(first.aside)
        return msg("That may be called {name} now. Look before you do anything.", name=name)

    async def down(self) -> tuple[Untrusted, ...]:
        """The old ones that were started, and do not run all the same: many end at once."""
        await self.acts.sleep(_MOMENT)
        down = []
        for member in self.journal.upgrade.members:
            with suppress(BotError):
                if member.runs and not (await self.call.host.snapshots.life(member.old)).running:
                    down.append(Untrusted(member.name))
        return tuple(down)


async def retag(call: Call, name: str, before: str, after: str) -> None:
    """Give an image's name back to who had it before, unless it means something else by now."""
    images = call.host.images
    with suppress(BotError):
        if before != after and await images.id_of(name) == after:
            await images.tag(before, name)

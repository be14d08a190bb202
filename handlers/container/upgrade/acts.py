"""What is done to one container of an upgrade, on the way there and on the way back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Any, TypeVar

from bot.errors import BotError, Conflict, DockerFault, NotFound
from bot.hosts import Host
from bot.hosts.answer import Refused, Unexpected
from bot.hosts.limits import POLICY
from bot.hosts.recreation import Recipe
from bot.hosts.snapshots import UNLESS_STOPPED
from bot.hosts.types import Container
from storage.upgrades import Member

T = TypeVar("T")
MADE = "pierhead.made"  # the label of what is made here; its value is the name that it is given
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds until a silent Engine is tried again
_UP = frozenset({"running", "restarting"})
_NEVER = "no"


@dataclass(frozen=True, slots=True)
class Acts:
    """Does it on one host."""

    host: Host
    sleep: Callable[[float], Awaitable[None]]

    async def patiently(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do it as soon as the Engine answers.

        Raises:
            BotError: it answers that it can't be done.
        """
        for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
            try:
                return await work()
            except (NotFound, Conflict):
                raise
            except DockerFault as error:
                if isinstance(error.__cause__, Refused | Unexpected | ValueError):
                    raise
            await self.sleep(pause)
        raise AssertionError

    async def all(self) -> Mapping[str, Container]:
        """What is there, by the ids."""
        return {one.id: one for one in await self.host.snapshots.all()}

    async def stop_old(self, member: Member) -> None:
        """Stop it, so that it stays down until it is started.

        After a power cut both would be started, and write into the same volumes.
        """
        if member.policy:
            await self._restarts(member, {"Name": UNLESS_STOPPED})
        if member.runs:
            await self.host.containers.stop(member.old, member.grace)

    async def park(self, member: Member) -> None:
        """Leave it as it is, stopped; what was not stopped here an Engine would start."""
        if not member.policy:
            return
        with suppress(BotError):
            await self.patiently(lambda: self._restarts(member, {"Name": _NEVER}))

    async def revive(self, member: Member) -> BotError | None:
        """Let an old one run as it did; why it can't, so that the others are tried as well."""
        try:
            if member.policy:
                await self._restarts(member, member.policy)
            if member.runs:
                await self.host.containers.start(member.old)
        except BotError as error:
            return error
        return None

    async def remove_old(self, member: Member) -> bool:
        """Its volumes are the new one's by now. False if it can't be removed: nothing needs it."""
        containers = self.host.containers
        try:
            await self.patiently(lambda: containers.stop(member.old, member.grace))
            await self.patiently(lambda: containers.remove(member.old))
        except NotFound:
            return True
        except BotError:
            return False
        return True

    async def remove_new(self, member: Member, there: Mapping[str, Container]) -> None:
        """Remove it, if it is there."""
        new = new_of(member, there)
        if new is None:
            return
        containers = self.host.containers
        with suppress(NotFound):
            if new.state in _UP:
                await containers.stop(new.id, member.grace)
            # Only volumes that were made for it: those that it took over have their names here.
            await containers.remove(new.id, force=True, volumes=True)

    async def called(self, one: Container, name: str) -> None:
        """Have it called so."""
        if one.name.raw != name:
            await self.host.containers.rename(one.id, name)

    async def _restarts(self, member: Member, policy: Mapping[str, Any]) -> None:
        await self.host.limits.change(member.old, {POLICY: policy})


def marked(recipe: Recipe, member: Member) -> Recipe:
    """With a label by which it is known again, also where its id was never heard."""
    labels = {**recipe.body.get("Labels", {}), MADE: member.fresh}
    return replace(recipe, body={**recipe.body, "Labels": labels})


def new_of(member: Member, there: Mapping[str, Container]) -> Container | None:
    """The new one; a kill, or a cut, may have come before its id was written down.

    By its name alone it could be somebody else's, by its label alone that of an image made of it.
    """
    ours = (
        one
        for one in there.values()
        if one.name.raw == member.fresh and one.labels.get(MADE) == member.fresh
    )
    return there.get(member.made) or next(ours, None)

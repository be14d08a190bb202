"""The switch from the old containers to the new ones, and back: each step is written down first.

Nothing of the old ones is removed before the new ones are well. Going back looks at what is there
and not at what should be, so that it can begin anew wherever a kill left it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from typing import Any, TypeVar

from bot.command.call import Call
from bot.errors import BotError, Cancelled, Conflict, DockerFault, NotFound
from bot.hosts.answer import Refused, Unexpected
from bot.hosts.limits import POLICY
from bot.hosts.recreation import Recipe
from bot.hosts.snapshots import UNLESS_STOPPED
from bot.hosts.types import Container
from bot.message import Message, Untrusted, msg
from handlers.container.lines import text_of
from handlers.container.upgrade.health import Unwell, Watch
from storage import upgrades
from storage.errors import Closed, StorageError
from storage.errors import Refused as Refuses
from storage.upgrades import Member, Step, Upgrade

T = TypeVar("T")
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds until a silent Engine is tried again
_LINES = 5
_UP = frozenset({"running", "restarting"})


@dataclass(frozen=True, slots=True)
class End:
    """How it ended: which of the two is there now, and why the new one is not.

    `printed` are the last lines of the new one, `kept` the old ones that could not be removed;
    `away` is how long none of them ran, in seconds, 0 where that is not known; `touched` tells
    whether the old one was stopped, `unwell` whether the new one is to blame; `down` are the old
    ones that were started again, and do not run.
    """

    new: bool
    why: tuple[Message, ...] = ()
    printed: Untrusted | None = None
    kept: tuple[Untrusted, ...] = ()
    away: float = 0.0
    touched: bool = True
    unwell: bool = False
    cancelled: bool = False
    down: tuple[Untrusted, ...] = ()


@dataclass(slots=True)
class Switch:
    """One upgrade on its way.

    `recipes` and `platforms` are by the ids of the old ones; none after a kill.
    """

    call: Call
    upgrade: Upgrade
    watch: Watch
    recipes: Mapping[str, Recipe] = field(default_factory=dict)
    platforms: Mapping[str, str | None] = field(default_factory=dict)
    _stopped_at: float | None = None
    _gap: float = 0.0
    _kept: list[Untrusted] = field(default_factory=list)

    @property
    def step(self) -> Step:
        """What is being done."""
        return self.upgrade.step

    async def run(self) -> End:
        """From the beginning to either end.

        Raises:
            BotError: it could not even go back; told with what is there now.
        """
        try:
            await self._note(Step.MAKING)
            await self._make()
            if self.watch.stop.is_set():
                raise Cancelled(msg("It was stopped before anything was changed."))
            await self._note(Step.SWITCHING)
            await self._exchange()
            return await self._proved()
        except BotError as error:
            return await self._back(error)

    async def settle(self) -> End:
        """Bring what a kill left to either end; an Engine that is silent is waited for."""
        if self.step is Step.HEALTHY:
            return await self._finish()
        try:
            if self.step is Step.STARTED:
                await self._patiently(self._all)
                return await self._proved()
            raise Cancelled(msg("I was stopped in the middle of it."))
        except BotError as error:
            return await self._back(error)

    async def _make(self) -> None:
        host, made = self.call.host, dict[str, str]()
        for member in self.upgrade.members:
            recipe = self.recipes[member.old].sharing(made)
            platform = self.platforms[member.old]
            new = (await host.creation.create(recipe.body, member.fresh, platform)).id
            made[member.old] = new
            await self._note(self.step, replace(member, made=new))
            for network, how in recipe.networks:
                await host.networks.connect(network, new, how)

    async def _exchange(self) -> None:
        containers, members = self.call.host.containers, self.upgrade.members
        self._stopped_at = self.call.services.clock()
        for member in reversed(members):
            if member.policy:
                await self._restarts(member, {"Name": UNLESS_STOPPED})
            if member.runs:
                await containers.stop(member.old, member.grace)
        for member in members:
            await containers.rename(member.old, member.aside)
            await containers.rename(member.made, member.name)
        for member in members:
            if member.runs:
                await containers.start(member.made)
        self._gap = self._away
        await self._note(Step.STARTED)

    async def _proved(self) -> End:
        """Wait until the new ones are well, and remove the old ones.

        Raises:
            BotError: they are not.
        """
        for member in self.upgrade.members:
            if member.runs:
                await self.watch.until_well(member.made)
        return await self._finish()

    async def _finish(self) -> End:
        await self._note(Step.HEALTHY)
        for member in reversed(self.upgrade.members):
            await self._remove_old(member)
        await self._note(Step.DONE)
        return End(new=True, kept=tuple(self._kept), away=self._gap)

    async def _remove_old(self, member: Member) -> None:
        """Its volumes are the new one's by now. That it can't be removed, nothing depends on."""
        containers = self.call.host.containers
        try:
            await self._patiently(lambda: containers.stop(member.old, member.grace))
            await self._patiently(lambda: containers.remove(member.old))
        except NotFound:
            return
        except BotError:
            self._kept.append(Untrusted(member.aside))

    async def _back(self, why: BotError) -> End:
        """Put the old ones back, and say why."""
        printed, touched = await self._printed(why), self.step is not Step.MAKING
        await self._note(Step.RETURNING)
        try:
            new = await self._patiently(self._return)
        except BotError as error:
            raise await self._stuck(error) from error
        unwell = isinstance(why, Unwell)
        await self._note(Step.DONE if new else Step.UNWELL if unwell else Step.BACK)
        told = (why.message, *why.hints)
        if new:
            told = (*told, msg("The old one was removed meanwhile: it could not go back."))
        return End(
            new=new,
            why=told,
            printed=printed,
            away=self._away,
            touched=touched,
            unwell=unwell and not new,
            cancelled=isinstance(why, Cancelled) and not new,
            down=() if new else await self._down(),
        )

    async def _return(self) -> bool:
        """What is there becomes what was; true if there is nothing to go back to."""
        there = {one.id: one for one in await self._all()}
        if self.upgrade.members[0].old not in there:
            await self._stay(there)
            return True
        for member in reversed(self.upgrade.members):
            await self._remove_new(member, there)
        here = [member for member in self.upgrade.members if member.old in there]
        for member in here:
            await self._called(there[member.old], member.name)
        tried = [await self._revived(member) for member in here]
        await retag(self.call, self.upgrade.tag, self.upgrade.before, self.upgrade.after)
        for error in filter(None, tried):
            raise error
        return False

    async def _revived(self, member: Member) -> BotError | None:
        """Let an old one run as it did; why it can't, so that the others are tried as well."""
        try:
            if member.policy:
                await self._restarts(member, member.policy)
            if member.runs:
                await self.call.host.containers.start(member.old)
        except BotError as error:
            return error
        return None

    async def _stay(self, there: Mapping[str, Container]) -> None:
        """The new ones stay, and go by their names; what lived in the old one can't any more."""
        for member in self.upgrade.members:
            new, old = _new(member, there), there.get(member.old)
            if new is None:
                continue
            if old is not None:
                await self._called(old, member.aside)
                await self._remove_old(member)
            await self._called(new, member.name)
            if member.runs:
                await self.call.host.containers.start(new.id)

    async def _stuck(self, error: BotError) -> DockerFault:
        """It is neither here nor there: what is left is told by the name that it has now."""
        first = self.upgrade.members[0]
        name = Untrusted(first.aside)
        left = msg("That may be called {name} now. Look before you do anything.", name=name)
        with suppress(BotError):
            there = {one.id: one for one in await self._all()}
            if first.old in there and there[first.old].state not in _UP:
                left = msg("It is called {name}, and does not run.", name=there[first.old].name)
        why = msg("It could not go back to the old one.")
        return DockerFault(why, error.message, left, unknown=True)

    async def _down(self) -> tuple[Untrusted, ...]:
        """The old ones that were started, and do not run all the same."""
        down = []
        for member in self.upgrade.members:
            with suppress(BotError):
                if member.runs and not (await self.call.host.snapshots.life(member.old)).running:
                    down.append(Untrusted(member.name))
        return tuple(down)

    async def _remove_new(self, member: Member, there: Mapping[str, Container]) -> None:
        new = _new(member, there)
        if new is None:
            return
        containers = self.call.host.containers
        with suppress(NotFound):
            if new.state in _UP:
                await containers.stop(new.id, member.grace)
            # Only volumes that were made for it: those that it took over have their names here.
            await containers.remove(new.id, force=True, volumes=True)

    async def _restarts(self, member: Member, policy: Mapping[str, Any]) -> None:
        """After a power cut both would be started, and write into the same volumes."""
        await self.call.host.limits.change(member.old, {POLICY: policy})

    async def _called(self, one: Container, name: str) -> None:
        if one.name.raw != name:
            await self.call.host.containers.rename(one.id, name)

    async def _all(self) -> tuple[Container, ...]:
        return await self.call.host.snapshots.all()

    async def _printed(self, why: BotError) -> Untrusted | None:
        """What its check said, or else its last lines: with it they will be gone."""
        if isinstance(why, Unwell) and why.said is not None and why.said.raw.strip():
            return why.said
        made = self.upgrade.members[0].made
        if self.step is not Step.STARTED or not made:
            return None
        with suppress(BotError):
            lines = await self.call.host.logs.tail(made, tail=_LINES)
            return text_of(self.call, lines, timestamps=False) if lines else None
        return None

    @property
    def _away(self) -> float:
        return 0.0 if self._stopped_at is None else self.call.services.clock() - self._stopped_at

    async def _note(self, step: Step, member: Member | None = None) -> None:
        """Write down where it is, until that goes through: what is not written is not done."""
        self.upgrade = replace(self.upgrade, step=step)
        if member is not None:
            self.upgrade = self.upgrade.having(member)
        services, one = self.call.services, self.upgrade
        now = services.clock()
        while True:
            try:
                return await services.database.write(lambda c: upgrades.save(c, one, now))
            except (Closed, Refuses):
                raise
            except StorageError:
                await services.sleep(_PAUSES[0])

    async def _patiently(self, work: Callable[[], Awaitable[T]]) -> T:
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
            await self.call.services.sleep(pause)
        raise AssertionError


def _new(member: Member, there: Mapping[str, Container]) -> Container | None:
    """The new one; a kill may have come before its id was written down."""
    named = (one for one in there.values() if one.name.raw == member.fresh)
    return there.get(member.made) or next(named, None)


async def retag(call: Call, name: str, before: str, after: str) -> None:
    """Give an image's name back to who had it before, unless it means something else by now."""
    images = call.host.images
    with suppress(BotError):
        if before != after and await images.id_of(name) == after:
            await images.tag(before, name)


def stopped(call: Call) -> asyncio.Event:
    """What ends a wait: somebody's tap, if it can come."""
    return call.operation.cancelled if call.operation else asyncio.Event()

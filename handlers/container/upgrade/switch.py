"""The switch from the old containers to the new ones: each step is written down first.

Nothing of the old ones is removed before the new ones are well. Whatever goes wrong, or is not
wanted any more, leads back (`handlers.container.upgrade.back`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bot.command.call import Call
from bot.errors import BotError, Cancelled, DockerFault
from bot.hosts.recreation import Recipe
from bot.message import Message, Untrusted, msg
from bot.pipeline.begin import UNRECORDED
from handlers.container.lines import text_of
from handlers.container.upgrade.acts import Acts, marked, new_of
from handlers.container.upgrade.back import Back
from handlers.container.upgrade.end import End
from handlers.container.upgrade.health import Unwell, Watch
from handlers.container.upgrade.journal import Journal, Unwritten
from storage.upgrades import Member, Step

_LINES = 5


@dataclass(slots=True)
class Switch:
    """One upgrade on its way.

    `recipes` and `platforms` are by the ids of the old ones; none after a kill.
    """

    call: Call
    journal: Journal
    watch: Watch
    recipes: Mapping[str, Recipe] = field(default_factory=dict)
    platforms: Mapping[str, str | None] = field(default_factory=dict)
    _acts: Acts = field(init=False)
    _back: Back = field(init=False)
    _unsure: Member | None = None
    _stopped_at: float | None = None
    _gap: float = 0.0

    def __post_init__(self) -> None:
        self._acts = Acts(self.call.host, self.call.services.sleep)
        self._back = Back(self.call, self._acts, self.journal)

    async def run(self) -> End:
        """From the beginning to either end.

        Raises:
            BotError: it could not even go back; told with what is there now.
        """
        try:
            await self.journal.note(Step.MAKING)
            await self._make()
            if self.watch.stop.is_set():
                raise Cancelled(msg("It was stopped before anything was changed."))
            await self.journal.note(Step.SWITCHING)
            await self._exchange()
            return await self._proved()
        except BotError as error:
            return await self._return(error)

    async def settle(self) -> End:
        """Bring what a kill left to either end; an Engine that is silent is waited for.

        Raises:
            BotError: as `run`.
        """
        if self.journal.step is Step.HEALTHY:
            return await self._finish()
        if self.journal.step is not Step.STARTED:
            return await self._return(self._left())
        try:
            await self._acts.patiently(self._acts.all)
            return await self._proved()
        except BotError as error:
            return await self._return(error)

    def _left(self) -> BotError:
        """Why it goes back after a start."""
        if self.journal.upgrade.tries:
            return BotError(msg("I tried once more to go back."))
        return Cancelled(msg("I was stopped in the middle of it."))

    async def _make(self) -> None:
        host, made = self.call.host, dict[str, str]()
        for member in self.journal.upgrade.members:
            recipe = marked(self.recipes[member.old].sharing(made), member)
            made[member.old] = new = await self._created(member, recipe)
            await self.journal.made(replace(member, made=new))
            for network, how in recipe.networks:
                await host.networks.connect(network, new, how)

    async def _created(self, member: Member, recipe: Recipe) -> str:
        creation, platform = self.call.host.creation, self.platforms[member.old]
        try:
            return (await creation.create(recipe.body, member.fresh, platform)).id
        except DockerFault as error:
            self._unsure = member if error.unknown else None
            raise

    async def _exchange(self) -> None:
        containers, members = self.call.host.containers, self.journal.upgrade.members
        if members[0].runs:
            self._stopped_at = self.call.services.clock()
        for member in reversed(members):
            await self._acts.stop_old(member)
        for member in members:
            await containers.rename(member.old, member.aside)
            await containers.rename(member.made, member.name)
        for member in members:
            if member.runs:
                await containers.start(member.made)
        self._gap = self._away
        await self.journal.note(Step.STARTED)

    async def _proved(self) -> End:
        """Wait until the new ones are well, and remove the old ones.

        Raises:
            BotError: they are not.
        """
        members = self.journal.upgrade.members
        await self.watch.until_well(*(one.made for one in members if one.runs))
        return await self._finish()

    async def _finish(self) -> End:
        """What is not written down is not removed."""
        members = self.journal.upgrade.members
        try:
            if self.journal.step is not Step.HEALTHY:
                await self.journal.note(Step.HEALTHY)
        except Unwritten as error:
            kept = tuple(Untrusted(one.aside) for one in members)
            return End(new=True, why=(error.message,), kept=kept, away=self._gap)
        left = [Untrusted(one.aside) for one in reversed(members) if await self._stays(one)]
        await self.journal.ended(Step.DONE)
        end = End(new=True, away=self._gap)
        return replace(end, kept=tuple(left)) if self._proof else replace(end, spared=tuple(left))

    @property
    def _proof(self) -> bool:
        """Whether it was seen that the new one is well: one that does not run shows nothing."""
        return self.journal.upgrade.members[0].runs

    async def _stays(self, member: Member) -> bool:
        """Whether the old one is still there, having removed it if it may go."""
        if self._proof:
            return not await self._acts.remove_old(member)
        await self._acts.park(member)
        return True

    async def _return(self, why: BotError) -> End:
        """Put the old ones back, and say why.

        Raises:
            BotError: that can't be done, or not everything is known; told with what is to be done.
        """
        step, printed = self.journal.step, await self._printed(why)
        if step is Step.STARTED:
            # A start would go on from there. Of all before it, it goes back.
            await self.journal.tried(Step.RETURNING)
        try:
            new = await self._acts.patiently(self._returned)
        except BotError as error:
            raise await self._back.stuck(error) from error
        if self._unsure is not None:
            raise await self._may_come(why, self._unsure)
        touched = step not in {Step.PULLING, Step.MAKING}
        end = await self._on(why) if new else await self._as_before(why, touched=touched)
        return replace(end, printed=printed, away=self._away)

    async def _on(self, why: BotError) -> End:
        """It could not go back, and the new ones run."""
        gone = msg("The old one was removed meanwhile: it could not go back.")
        return End(new=True, why=(*await self._ended(why, Step.DONE), gone))

    async def _as_before(self, why: BotError, *, touched: bool) -> End:
        unwell = isinstance(why, Unwell)
        return End(
            new=False,
            why=await self._ended(why, Step.UNWELL if unwell else Step.BACK),
            touched=touched,
            unwell=unwell,
            cancelled=isinstance(why, Cancelled),
            down=await self._back.down() if touched else (),
        )

    async def _ended(self, why: BotError, step: Step) -> tuple[Message, ...]:
        """Why it ended so, written down; that this can't be is told as well."""
        written = await self.journal.ended(step) or isinstance(why, Unwritten)
        return (why.message, *why.hints, *(() if written else UNRECORDED[:1]))

    async def _returned(self) -> bool:
        """Go back; whether the one of which nothing was heard is there is seen by then."""
        if self._unsure is not None and new_of(self._unsure, await self._acts.all()) is not None:
            self._unsure = None
        return await self._back.go()

    async def _may_come(self, why: BotError, member: Member) -> DockerFault:
        """The Engine did not say whether it makes a new one, and may still do so."""
        await self.journal.failed()
        name = Untrusted(member.fresh)
        told = msg("{name} may still be made. I remove it when I start next.", name=name)
        back = msg("The old one is as it was.")
        return DockerFault(why.message, *why.hints, back, told, unknown=True)

    async def _printed(self, why: BotError) -> Untrusted | None:
        """What its check said, or else its last lines: with it they will be gone."""
        if isinstance(why, Unwell) and why.said is not None and why.said.raw.strip():
            return why.said
        made = self.journal.upgrade.members[0].made
        if self.journal.step is not Step.STARTED or not made:
            return None
        with suppress(BotError):
            lines = await self.call.host.logs.tail(made, tail=_LINES)
            return text_of(self.call, lines, timestamps=False) if lines else None
        return None

    @property
    def _away(self) -> float:
        return 0.0 if self._stopped_at is None else self.call.services.clock() - self._stopped_at

"""`/wait`: tells when containers end, and with which code, also after a restart of the bot.

What is known by now is kept with the operation: which run is waited for, and what has ended. So
whoever takes it up again tells of the end that was meant, or that nobody saw it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from bot.command.call import Call, at
from bot.command.plan import Item
from bot.command.spec import command, targets
from bot.errors import Cancelled, DockerFault, NotFound
from bot.hosts.endings import Ending
from bot.hosts.types import Container, Kind, Target
from bot.message import Moment, Names, Untrusted, msg
from bot.reply import Block, Button, Fold, Outcome, Reply, Text
from handlers.container.ended import circumstances, ending_of, having, how
from handlers.offer import may
from handlers.running import stop_button, unless_stopped

_AT_ONCE = 5  # each holds a connection to the Engine
_LISTED = 8


def _is_up(container: Container) -> bool:
    return container.state in {"running", "restarting", "paused"}


@command(
    "container wait",
    shortcut="wait",
    permission="container.wait",
    act=msg("wait for {target}"),
    streams=lambda _: True,
    follows=lambda _: False,
    resumes=True,
)
@targets(Kind.CONTAINER, among=_is_up)
async def wait(call: Call, containers: tuple[Target, ...]) -> Reply:
    """Tell when one or more containers end, and with which exit code."""
    watch = _Watch(call, list(call.items))
    if not call.resumed:
        await watch.begin()
        if not watch.left:
            return watch.end()
    await call.show(watch.waiting())
    try:
        await unless_stopped(call, watch.all())
    except Cancelled:
        return watch.stopped()
    what = msg("{what!c}: done, see below.", what=call.label)
    return replace(watch.end(), rings=True, leaves=what)


@dataclass(slots=True)
class _Watch:
    """What is known of each container; an item's state is its ending, once there is one."""

    call: Call
    items: list[Item]
    errors: dict[str, DockerFault] = field(default_factory=dict)
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    @property
    def left(self) -> tuple[Item, ...]:
        """Those that have not ended, as far as is known."""
        return tuple(i for i in self.items if ending_of(i) is None and i.id not in self.errors)

    async def begin(self) -> None:
        """See which run of each is waited for, and which have ended before."""
        await asyncio.gather(*map(self._seen, range(len(self.items))))
        await self.call.keep(tuple(self.items))

    async def all(self) -> None:
        """Wait for all that are left."""
        left = self.left
        await asyncio.gather(*(self._one(n) for n, i in enumerate(self.items) if i in left))

    async def _seen(self, number: int) -> None:
        item = self.items[number]
        try:
            async with self.gate:
                run = await self.call.host.endings.run(item.id)
        except NotFound:
            self.items[number] = having(item, Ending(gone=True))
            return
        self.items[number] = replace(item, at=run.started)
        if run.ended is not None or not run.started:
            ended = Ending(run.code, run.started, run.ended, run.out_of_memory)
            self.items[number] = having(self.items[number], ended)

    async def _one(self, number: int) -> None:
        item = self.items[number]
        try:
            async with self.gate:
                ending = await self.call.host.endings.of(item.id, item.at or None)
        except DockerFault as error:
            self.errors[item.id] = error
            return
        self.items[number] = having(item, ending)
        await self.call.keep(tuple(self.items))
        if self.left:
            await self.call.show(self.waiting())

    def waiting(self) -> Reply:
        """What is shown meanwhile; it changes when one of several has ended."""
        call, left = self.call, self.left
        again = Text(msg("I ring when it is over, even if I am restarted."))
        button = stop_button(msg("Stop waiting on {host}", host=Untrusted(call.host.name)))
        if len(self.items) > 1:
            names = Names(tuple(item.name for item in left))
            still = Text(msg("Still running: {names}", names=names))
            return Reply((self._count(), *self._told(), still, again), buttons=button)
        item = self.items[0]
        verdict = Text(msg("{name}: waiting for its end", name=self._name(item)))
        since = (Text(msg("Running since {time}.", time=Moment(item.at))),) if item.at else ()
        return Reply((verdict, *since, again), buttons=button)

    def stopped(self) -> Reply:
        """Somebody does not want to know any more."""
        operation = self.call.running
        mine = operation.cancelled_by == self.call.actor.id
        names = Names(tuple(map(self._name, self.left)))
        return Reply(
            (
                Text(msg("{names}: no longer waiting", names=names)),
                *self._told(),
                Text(msg("You stopped it.") if mine else msg("Somebody else stopped it.")),
            ),
            outcome=Outcome.CANCELLED,
        )

    def end(self) -> Reply:
        """How each has ended."""
        if len(self.items) > 1:
            return Reply((self._count(), *self._told()), outcome=self._outcome())
        item = self.items[0]
        if item.id in self.errors:
            raise self.errors[item.id]
        ending = ending_of(item) or Ending()
        blocks = (self._line(item), *map(Text, circumstances(ending)))
        return Reply(blocks, buttons=self._buttons(item, ending), outcome=self._outcome())

    def _buttons(self, item: Item, ending: Ending) -> tuple[tuple[Button, ...], ...]:
        name = item.name
        if ending.gone or not name.raw[:1].isalnum() or not may(self.call, "container logs"):
            return ()
        look = ("container", "logs", name.raw)
        return ((Button(msg("Logs {name}", name=name), look, host=self.call.host.name),),)

    def _outcome(self) -> Outcome:
        known = [e for e in map(ending_of, self.items) if e is not None and e.code is not None]
        if len(known) == len(self.items):
            return Outcome.FINISHED
        return Outcome.PARTIAL if known else Outcome.FAILED

    def _count(self) -> Text:
        done = len(self.items) - len(self.left) - len(self.errors)
        verdict = msg("{host}: {done} of {all} ended", done=done, all=len(self.items))
        return Text(verdict.having(host=Untrusted(self.call.host.name)))

    def _told(self) -> tuple[Block, ...]:
        lines = tuple(self._line(item) for item in self.items if item not in self.left)
        return (Fold(lines),) if len(lines) > _LISTED else lines

    def _line(self, item: Item) -> Text:
        error = self.errors.get(item.id)
        if error is not None:
            return Text(msg("x {name}: {why}", name=self._name(item), why=error.message))
        return Text(how(ending_of(item) or Ending()).having(name=self._name(item)))

    def _name(self, item: Item) -> Untrusted:
        return at(item.name, self.call.host.name)

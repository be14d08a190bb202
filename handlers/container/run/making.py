"""Makes the container, and starts it. What can't be started is taken away again.

Docker leaves it behind, made but never run; in a chat nobody asked for that. An answer that does
not come leaves it unknown: then nothing is taken away, and it has a name by which it can be found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

from bot.command.call import Call
from bot.command.plan import Item
from bot.errors import BotError, DockerFault, NotFound
from bot.hosts.creation import Created
from bot.hosts.roots import told
from bot.hosts.types import Kind
from bot.message import Message, Untrusted, msg
from bot.pipeline.root import demand
from bot.reply import Outcome, Reply, Text
from handlers.container.run import image
from handlers.container.run.refusals import explained, lacks_image, said, takes_name
from handlers.container.run.wanted import Wanted

_NEVER = "created"
_MORE = 12


@dataclass(frozen=True, slots=True)
class Made:
    """A container that was made, and what the Engine warned of."""

    wanted: Wanted
    id: str
    warnings: tuple[Untrusted, ...] = ()

    @property
    def shown(self) -> Untrusted:
        """Its name, as it is shown."""
        return self.wanted.shown

    @property
    def item(self) -> Item:
        """It, for the record."""
        return Item(Kind.CONTAINER, self.id, Untrusted(self.wanted.name))

    @property
    def notes(self) -> tuple[Text, ...]:
        """What the Engine warned of."""
        return tuple(Text(msg("Docker says: {why}", why=why)) for why in self.warnings)


async def make(call: Call, asked: Wanted) -> Made | Reply:
    """Make it, of an image that is pulled where that is needed; or the reply that says why not.

    Raises:
        DockerFault: the Engine fails; `unknown` where it may be made.
        BotError: its image can't be pulled, or somebody stopped that.
    """
    await _note(call, asked.item)
    if call.params["pull"] == "always":
        await _pulled(call, asked)
    made = await _tried(call, asked)
    if made is None and image.is_pulled(call):
        await _pulled(call, asked)
        made = await _tried(call, asked)
    return made or image.missing(call)


async def _allowed(call: Call, asked: Wanted) -> None:
    """Since it was looked at, and while it was pulled, a name in it may have become another's.

    Raises:
        Denied: it gives root now, and who asks is no owner.
    """
    demand(call, told(await call.host.roots.of_asked(asked.body)))


async def _pulled(call: Call, asked: Wanted) -> None:
    await _allowed(call, asked)
    await image.pull(call)


async def _tried(call: Call, asked: Wanted) -> Made | Reply | None:
    """Make it; None if its image is not there."""
    await _allowed(call, asked)
    try:
        created = await _create(call, asked)
    except DockerFault as error:
        if lacks_image(error):
            return None
        if error.unknown and not await _is_nowhere(call, asked, error):
            error.under(msg("? create {name}", name=asked.shown))
            raise
        return await not_done(call, asked, error)
    except BotError as error:
        if takes_name(error) and not asked.chosen:
            return await _tried(call, _renamed(call, asked))
        return await not_done(call, asked, error)
    made = Made(asked, created.id, created.warnings)
    await _note(call, made.item)
    return made


async def start(call: Call, made: Made) -> Reply | None:
    """Start it; or, if that can't be done, take it away again and say why.

    Raises:
        DockerFault: the Engine gives no answer, and it may run.
    """
    try:
        await call.host.containers.start(made.id)
    except BotError as error:
        return await unstarted(call, made, error)
    return None


async def not_done(call: Call, asked: Wanted, error: BotError, *notes: Message) -> Reply:
    """The reply that says why it was not done, and what helps."""
    why, buttons = await explained(call, error)
    left = notes or (msg("Nothing was changed."),)
    verdict = msg("Not created: {name}", name=asked.shown)
    blocks = tuple(map(Text, (verdict, *why, *left)))
    return Reply(blocks, buttons=buttons, outcome=Outcome.FAILED)


async def _create(call: Call, asked: Wanted) -> Created:
    return await call.host.creation.create(asked.body, asked.name, call.params["platform"])


async def _is_nowhere(call: Call, asked: Wanted, error: DockerFault) -> bool:
    """Whether the Engine has answered that it failed, and there is nothing of that name."""
    if not said(error):
        return False
    try:
        return all(c.name.raw != asked.name for c in await call.host.inventory.containers())
    except BotError:
        return False


async def _note(call: Call, item: Item) -> None:
    """Write down what it is about: after a kill it is looked for."""
    call.about[:] = [item]
    await call.keep((item,))


def _renamed(call: Call, asked: Wanted) -> Wanted:
    """Under a name that nobody else has: the one of ours was taken."""
    stem = asked.name.rpartition("-")[0]
    digits = sha256(f"{call.id} again".encode()).hexdigest()[:_MORE]
    return replace(asked, name=f"{stem}-{digits}", chosen=True)


async def unstarted(call: Call, made: Made, error: BotError) -> Reply:
    """It did not start. Whether it has is seen by its state, if that can be seen."""
    try:
        state = (await call.host.containers.inspect(made.id)).state
    except NotFound:
        gone = msg("What was made is gone again.")
        return await not_done(call, made.wanted, error, gone)
    except BotError:
        state = ""
    if state != _NEVER:
        raise error.under(msg("? start {name}", name=made.shown))
    return await not_done(call, made.wanted, error, await _taken_away(call, made))


async def _taken_away(call: Call, made: Made) -> Message:
    """Remove what never ran, with the volumes that were made for it alone; or say what is left."""
    try:
        await call.host.containers.remove(made.id, volumes=True)
    except NotFound:
        pass
    except BotError:
        return msg("{name} is left, and was never started.", name=made.shown)
    return msg("What was made is gone again.")

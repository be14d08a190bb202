"""`/stack pull`: the images of a stack from their registries, one after the other, with a bar."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command.call import Call, at
from bot.command.spec import Danger, command, flag, of_stack, refused
from bot.errors import BotError, Cancelled
from bot.hosts.reference import parts
from bot.hosts.roots import told
from bot.message import Message, Untrusted, msg
from bot.reply import Block, Outcome, Reply, Text
from handlers.each import verdict_on
from handlers.image.bar import Layers
from handlers.image.registries import explained, listed
from handlers.running import shown, stop_button, unless_stopped
from handlers.stack.chosen import chosen, stack_of
from handlers.stack.lifecycle import Chosen

_CURRENT = "up to date"
_DIGITS = frozenset("0123456789abcdef")
_SHORT = 12
_NEWER = msg("{name} is pulled.")
_SAME = msg("{name} is up to date.")


def images_of(call: Call) -> tuple[str, ...]:
    """What its containers are made of, by name, each once.

    One whose name has another image since is listed by its id, which no registry knows.
    """
    names = (c.image.raw for c in chosen(call))
    return tuple(dict.fromkeys(n for n in names if not _is_id(n)))


def _is_id(name: str) -> bool:
    digits = name.removeprefix("sha256:")
    return len(digits) >= _SHORT and _DIGITS.issuperset(digits)


async def roots_of(call: Call, images: Sequence[str]) -> tuple[Message, ...]:
    """Why who gives these tags other images is root."""
    found: list[Message] = []
    for image in images:
        found += told(await call.host.roots.of_tag(image))
    return tuple(dict.fromkeys(found))


async def _root(call: Call) -> tuple[Message, ...]:
    return await roots_of(call, images_of(call))


@command(
    "stack pull",
    aliases=("compose pull",),
    permission="stack.pull",
    act=msg("pull the images of {target}"),
    danger=Danger.CHANGE,
    streams=lambda _: True,
    root=_root,
    cost=5,
)
@of_stack()
@flag("-q", "--quiet", help="Don't show how far it is")
@flag("--ignore-pull-failures", help="Pull what can be pulled, as I always do")
@refused("--include-deps", why=msg("Name them as well, or no service for all."))
@refused("--policy", value=True, why=msg("I pull what the registry has now."))
@refused("--ignore-buildable", why=msg("An image that no registry has is told of, and left."))
async def pull(call: Call, stack: Chosen, *, quiet: bool, ignore_pull_failures: bool) -> Reply:
    """Pull the images of a stack; its containers go on with what they have."""
    images = images_of(call)
    name = at(stack_of(call).name, call.host.name)
    if not images:
        raise BotError(
            msg("Nothing to pull for {name}.", name=name),
            msg("Its images have no name that a registry knows."),
        )
    done: list[Text] = []
    failed: list[Text] = []
    for image in images:
        try:
            done.append(Text(await fetched(call, image, place(image, images), quiet=quiet)))
        except Cancelled as error:
            raise error.under(msg("Cancelled: {what}", what=call.label)) from error
        except BotError as error:
            if len(images) == 1:
                raise verdict_on(call, error) from error
            failed.append(_failure(image, error))
    verdict = msg("{name}: {done} of {all} pulled", name=name, done=len(done), all=len(images))
    blocks: list[Block] = [Text(verdict), *failed, *done]
    if any(line.message.one == _NEWER.one for line in done):
        blocks.append(Text(msg("What runs goes on with what it has.")))
    return Reply(tuple(blocks), outcome=_outcome(done, failed))


def place(image: str, images: Sequence[str]) -> tuple[int, int]:
    """Which of how many it is."""
    return images.index(image) + 1, len(images)


async def fetched(call: Call, image: str, at_: tuple[int, int], *, quiet: bool = False) -> Message:
    """Pull one image, showing how far it is; whether there was a newer one.

    Raises:
        Cancelled: somebody stopped it.
        BotError: its registry is not listed, or refuses.
    """
    registry = listed(call, image)
    name, tag = parts(image)
    layers, status = Layers(), [""]

    def view() -> Reply:
        verdict = msg("Pulling {n} of {all}: {name}", n=at_[0], all=at_[1], name=Untrusted(image))
        blocks: tuple[Block, ...] = () if quiet else layers.blocks
        return Reply((Text(verdict), *blocks), buttons=stop_button(msg("Cancel the pull")))

    async def work() -> None:
        async for one in call.host.registry.pull(name, tag or "latest", None):
            layers.hear(one)
            status[0] = one.status or status[0]

    with explained(call, registry):
        async with shown(call, view):
            await unless_stopped(call, work())
    sentence = _SAME if _CURRENT in status[0] else _NEWER
    return sentence.having(name=Untrusted(image))


def _failure(image: str, error: BotError) -> Text:
    """In one line: below a verdict of its own stands why."""
    why = next(iter(error.hints), error.message)
    return Text(msg("x {name}: {why}", name=Untrusted(image), why=why))


def _outcome(done: Sequence[Text], failed: Sequence[Text]) -> Outcome:
    if not failed:
        return Outcome.FINISHED
    return Outcome.PARTIAL if done else Outcome.FAILED

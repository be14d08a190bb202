"""`/stack up`: brings up a compose file that somebody sent, once it was shown what that makes."""

from __future__ import annotations

from collections.abc import Iterator

from bot.command.call import Call, at
from bot.command.plan import Item, Plan
from bot.command.spec import Danger, argument, command, flag, refused
from bot.errors import BotError, Cancelled, Conflict
from bot.hosts.compose import Ended, Tail
from bot.hosts.stacks import stacks
from bot.hosts.types import Kind
from bot.message import Code, Message, Untrusted, msg, plural
from bot.pipeline.authorize import refusal
from bot.reply import Block, Excerpt, Fold, Outcome, Reply, Table, Text
from bot.reply.containers import up_of
from handlers.running import shown, stop_button, unless_stopped
from handlers.stack.prepared import FILE, Prepared, prepared, still_allowed
from handlers.stack.pull import fetched, place

_SHOWN = 6
_STAYS = msg("What it made until then stays: {ps} shows it.", ps=Code("/stack ps"))
_ALL = msg("What the file says is brought up, as a whole.")
_LATER = msg("{logs} follows what it says.", logs=Code("/stack logs -f"))


async def _plan(call: Call) -> Plan:
    """What would be made."""
    async with prepared(call) as found:
        name = at(Untrusted(found.name), call.host.name)
        return Plan(
            question=plural(
                "Bring up {name}, {count} service?",
                "Bring up {name}, {count} services?",
                len(found.services),
                name=name,
            ),
            yes=msg("Bring up {name}", name=name),
            items=(_item(found),),
            blocks=tuple(_blocks(found)),
        )


def _item(found: Prepared) -> Item:
    return Item(Kind.STACK, found.name, Untrusted(found.name), found.digest)


def _blocks(found: Prepared) -> Iterator[Block]:
    rows = tuple((s.name, Untrusted(s.image)) for s in found.services)
    yield Table(rows[:_SHOWN])
    if len(rows) > _SHOWN:
        yield Fold((Table(rows[_SHOWN:]),))
    ports = [(s.name, port) for s in found.services for port in s.ports]
    mounts = [mount for s in found.services for mount in s.mounts]
    more = (
        *((Text(msg("Ports:")), Table(tuple(ports))) if ports else ()),
        *((Text(msg("Mounts:")), Table(tuple(mounts))) if mounts else ()),
    )
    if more:
        yield from more if len(ports) + len(mounts) <= _SHOWN else (Fold(more),)
    if found.absent:
        count = len(found.absent)
        yield Text(plural("{count} image is pulled.", "{count} images are pulled.", count))
    if found.there is not None:
        yield Text(
            msg("It is there, {state}. What differs is made again.", state=up_of(found.there))
        )


@command(
    "stack up",
    aliases=("compose up", "stack deploy"),
    permission="stack.up",
    act=msg("bring up a stack on {host}"),
    danger=Danger.CHANGE,
    plan=_plan,
    asks=True,
    feature="run",
    secret=True,
    streams=lambda _: True,
    cost=5,
)
@flag("-d", "--detach", help="Leave it running, as I always do")
@flag("--no-build", help="Build nothing, as I never do")
@refused("--build", why=msg("{build} builds an image.", build=Code("/build")))
@refused("-f", "--file", value=True, why=msg("Send the file as a document with this caption."))
@refused("--env-file", value=True, why=msg("Write the values into the file itself."))
@refused("--profile", value=True, why=_ALL)
@refused("--scale", value=True, why=msg("Write it into the file: deploy, replicas."))
@refused("--remove-orphans", why=msg("{rm} removes what is stopped.", rm=Code("/stack rm")))
@refused("--force-recreate", why=msg("{restart} starts it anew.", restart=Code("/stack restart")))
@refused("--pull", value=True, why=msg("{pull} fetches new images.", pull=Code("/stack pull")))
@refused("--attach", value=True, why=_LATER)
@refused("--abort-on-container-exit", why=_LATER)
@refused("-w", "--watch", why=_LATER)
@argument("name", required=False)
async def up(call: Call, name: str | None, *, detach: bool, no_build: bool) -> Reply:
    """Create and start a stack from a compose file that you send as a document.

    It is brought up by `docker compose`, where that is installed beside Pierhead. What would read
    files of that machine is refused: write whole paths, and values instead of variables.
    """
    tail = Tail()
    async with prepared(call) as found:
        if _item(found).state not in {item.state for item in call.items}:
            raise Conflict(
                refusal(call),
                msg("It is not the document that was shown."),
                msg("Nothing was changed."),
            )
        try:
            for image in found.absent:
                await fetched(call, image, place(image, found.absent))
            if found.absent:
                await still_allowed(call, found)
            await _brought_up(call, found, tail)
        except Cancelled as error:
            raise error.under(msg("Cancelled: {what}", what=call.label)) from error
        except Ended as error:
            return _failed(call, error, tail)
        return Reply((Text(await _now(call, found)),))


async def _brought_up(call: Call, found: Prepared, tail: Tail) -> None:
    name = at(Untrusted(found.name), call.host.name)

    def view() -> Reply:
        said = (Excerpt(Untrusted(tail.text)),) if tail.text else ()
        verdict = Text(msg("Bringing up {name}", name=name))
        return Reply((verdict, *said), buttons=stop_button(msg("Cancel")))

    async with shown(call, view):
        try:
            work = call.host.compose.up(found.folder, FILE, found.name, tail.hear)
            await unless_stopped(call, work)
        except Cancelled as error:
            raise Cancelled(error.message, _STAYS) from error


def _failed(call: Call, error: Ended, tail: Tail) -> Reply:
    said = (Excerpt(Untrusted(tail.text)),) if tail.text else ()
    blocks = (Text(refusal(call)), Text(error.message), *said, Text(_STAYS))
    return Reply(blocks, outcome=Outcome.PARTIAL)


async def _now(call: Call, found: Prepared) -> Message:
    """How it does now."""
    name = at(Untrusted(found.name), call.host.name)
    try:
        every = stacks(await call.host.inventory.containers())
    except BotError:
        return msg("{name} is brought up.", name=name)
    state = next((up_of(s) for s in every if s.name.raw == found.name), None)
    if state is None:
        return msg("{name} is brought up.", name=name)
    return msg("{name} is brought up: {state}", name=name, state=state)

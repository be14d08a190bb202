"""`/volume create`: one that is there already is never taken for the one that was asked for."""

from __future__ import annotations

from bot.command.call import Call, at
from bot.command.names import new_name
from bot.command.pairs import pair
from bot.command.plan import Item
from bot.command.spec import Danger, Handler, argument, command, option, refused
from bot.errors import BotError, NotFound
from bot.hosts.types import Kind, VolumeDetails
from bot.hosts.wanted import NewVolume
from bot.message import Code, Message, Untrusted, msg
from bot.reply import Button, Outcome, Reply, Text
from handlers.each import verdict_on
from handlers.offer import may

_LOCAL = "local"
_HARMLESS = frozenset({"size"})
_CLUSTER = (
    "--availability",
    "--group",
    "--limit-bytes",
    "--required-bytes",
    "--scope",
    "--secret",
    "--sharing",
    "--topology-preferred",
    "--topology-required",
    "--type",
)


def _of_clusters(handler: Handler) -> Handler:
    """Refuse the options that make a volume of a swarm's cluster."""
    for name in _CLUSTER:
        refused(name, why=msg("It is for the volumes of a swarm's cluster."), value=True)(handler)
    return handler


async def _root(call: Call) -> tuple[Message, ...]:
    """Why it gives root: what is mounted as a volume may be any path of the host.

    Also with a `type` that has nothing to do with paths: the mount option `bind` has the kernel
    take no notice of it. A driver that is not Docker's own makes of its options what it likes.
    """
    driver, options = call.params["driver"], dict(call.params["opt"])
    if not options.keys() - _HARMLESS:
        return ()
    if driver == _LOCAL:
        return (
            msg(
                "With {options} a volume can be any path of the host.",
                options=Code("type, device, o"),
            ),
        )
    name = Untrusted(driver)
    return (msg("With options the driver {name} may give paths of the host.", name=name),)


@command(
    "volume create",
    permission="volume.create",
    act=msg("create a volume on {host}"),
    danger=Danger.CHANGE,
    root=_root,
)
@argument("name", required=False, type=new_name(2))
@option("-d", "--driver", default=_LOCAL, help="Specify volume driver name")
@option("-o", "--opt", multiple=True, type=pair("option"), help="Set driver specific options")
@option("--label", multiple=True, type=pair("label"), help="Set metadata for a volume")
@_of_clusters
async def create(
    call: Call,
    name: str | None,
    *,
    driver: str,
    opt: tuple[tuple[str, str], ...],
    label: tuple[tuple[str, str], ...],
) -> Reply:
    """Create a volume."""
    new = NewVolume(name, driver, dict(opt), dict(label))
    call.about[:] = [Item(Kind.VOLUME, name, Untrusted(name))] if name else []
    try:
        if name and (there := await _known(call, name)):
            return _there(call, new, there)
        made = await call.host.volumes.create(new)
    except BotError as error:
        raise verdict_on(call, error) from error.__cause__
    call.about[:] = [Item(Kind.VOLUME, made.name.raw, made.name)]
    shown = at(made.name, call.host.name)
    return Reply((Text(msg("Created {name}.", name=shown)),), buttons=_look(call, made.name))


async def _known(call: Call, name: str) -> VolumeDetails | None:
    """The volume that has the name now."""
    try:
        return await call.host.volumes.inspect(name)
    except NotFound:
        return None


def _there(call: Call, new: NewVolume, found: VolumeDetails) -> Reply:
    """There is one of this name: is it as the one that was asked for?"""
    name = at(found.volume.name, call.host.name)
    same = (
        found.volume.driver.raw == new.driver
        and found.options == new.options
        and new.labels.items() <= found.volume.labels.items()
    )
    verdict = (
        msg("There was a {name} already.", name=name)
        if same
        else msg("There is another {name} already.", name=name)
    )
    return Reply(
        (Text(verdict), Text(msg("Nothing was changed."))),
        buttons=_look(call, found.volume.name),
        outcome=Outcome.FINISHED if same else Outcome.FAILED,
    )


def _look(call: Call, name: Untrusted) -> tuple[tuple[Button, ...], ...]:
    if not (name.raw[:1].isalnum() and may(call, "volume inspect")):
        return ()
    label = msg("Inspect {name}", name=name)
    return ((Button(label, ("volume", "inspect", name.raw), host=call.host.name),),)

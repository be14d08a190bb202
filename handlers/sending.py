"""What an Engine gives, as documents: packed on the disk as it comes, in parts if it is large."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.archive.parts import Parts, Sent
from bot.command.call import Call
from bot.message import Code, Message, Size, Untrusted, msg
from bot.reply import Block, Document, Excerpt, Fold, Reply, Text
from bot.reply.untrusted import file_name
from handlers.receiving import on_disk
from handlers.running import shown, stop_button, unless_stopped


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes out under a name. `verdict` tells what it is, with its `{size}`."""

    name: Untrusted
    verdict: Message
    packed: bool = True


async def send(call: Call, parcel: Parcel, source: AsyncIterator[bytes]) -> Reply:
    """Write all of it to the disk, and hand it over as documents.

    Raises:
        TooMuch: it is more than may go out.
        Cancelled: somebody stopped it. What was written is gone then.
    """
    spool, services = call.services.spool, call.services
    parts = Parts(
        spool.new, spool.room, part=services.part, limit=services.transfer, packed=parcel.packed
    )

    def view() -> Reply:
        verdict = msg("{what}: {size} so far", what=call.label, size=Size(parts.size))
        return Reply((Text(verdict),), buttons=stop_button(msg("Stop")))

    try:
        async with shown(call, view):
            written = await unless_stopped(call, _write(call, parts, source))
    except BaseException:
        await spool.do(parts.drop)
        raise
    return _reply(parcel, written)


async def _write(call: Call, parts: Parts, source: AsyncIterator[bytes]) -> Sent:
    """One block is packed and written while the next comes."""
    spool = call.services.spool
    await spool.feed(on_disk(parts.write), source)
    return await spool.do(on_disk(parts.finish))


def _reply(parcel: Parcel, written: Sent) -> Reply:
    verdict = parcel.verdict.having(size=Size(written.size))
    name, count = file_name(parcel.name), len(written.files)
    blocks: list[Block] = [Text(verdict)]
    if not count:
        return Reply((*blocks, Text(msg("It is empty, so there is nothing to send."))))
    if count == 1:
        digest = msg("SHA-256: {digest}", digest=Code(written.digest))
        blocks.append(Fold((Text(digest),)))
        return Reply(tuple(blocks), documents=(Document(Untrusted(name), written.files[0]),))
    names = [f"{name}.{number:03}" for number in range(1, count + 1)]
    blocks.append(Text(msg("{count} parts. Save all of them, then join them with:", count=count)))
    blocks.append(Excerpt(Untrusted(joining(name, written.digest))))
    documents = (
        Document(
            Untrusted(part),
            file,
            msg("Part {number} of {count}", number=number, count=count),
        )
        for number, (part, file) in enumerate(zip(names, written.files, strict=True), 1)
    )
    return Reply(tuple(blocks), documents=tuple(documents))


def joining(name: str, digest: str) -> str:
    """The line of a shell that joins the parts, and looks whether they are whole."""
    return f"cat {name}.??? > {name} && echo '{digest}  {name}' | sha256sum -c"

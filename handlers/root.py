"""What makes its asker root on the host, as commands declare it (`Command.root`).

Whoever gets into a container that holds the host, or changes what it runs, holds the host. So such
a command asks for `engine.root`, which owners alone have.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.command.call import Call
from bot.errors import NotFound
from bot.hosts.roots import told
from bot.hosts.types import Target
from bot.message import Message, msg

_RUNS = ("running", "paused", "restarting")


async def into(call: Call) -> tuple[Message, ...]:
    """For what gets into its targets, or reads what is in them: exec, attach, cp, export."""
    return await _of(call, call.targets, strong=False)


async def starts(call: Call) -> tuple[Message, ...]:
    """For what lets its targets run: counts only what by itself holds the host.

    Else an operator could start nothing that has a folder of the host mounted. What runs already
    gets nothing new.
    """
    down = [target for target in call.targets if not target.state.startswith(_RUNS)]
    return await _of(call, down, strong=True)


async def _of(call: Call, targets: Sequence[Target], *, strong: bool) -> tuple[Message, ...]:
    found: list[Message] = []
    for target in targets:
        try:
            why = told(await call.host.roots.of(target.id), strong=strong)
        except NotFound:
            continue  # it has gone since: the command itself will say so
        if len(call.targets) == 1:
            found += why
        else:
            found += [msg("{name}: {why}", name=target.name, why=one) for one in why]
    return tuple(found)

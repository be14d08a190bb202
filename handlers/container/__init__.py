"""The verbs of `docker container`."""

from handlers.container.attach import attach
from handlers.container.card import card
from handlers.container.commit import commit
from handlers.container.copy import cp, put
from handlers.container.diff import diff
from handlers.container.exec import exec_
from handlers.container.export import export
from handlers.container.inspect import inspect
from handlers.container.lifecycle import kill, pause, restart, start, stop, unpause
from handlers.container.logs import logs
from handlers.container.ls import ls
from handlers.container.outdated import outdated
from handlers.container.port import port
from handlers.container.prune import prune
from handlers.container.rename import rename
from handlers.container.rm import rm
from handlers.container.run import create, run
from handlers.container.stats import stats
from handlers.container.top import top
from handlers.container.typing import attach_line, exec_line
from handlers.container.update import update
from handlers.container.upgrade import upgrade
from handlers.container.wait import wait

COMMANDS = (
    ls,
    card,
    logs,
    stats,
    top,
    inspect,
    diff,
    port,
    outdated,
    exec_,
    attach,
    run,
    create,
    start,
    stop,
    restart,
    kill,
    pause,
    unpause,
    rename,
    rm,
    update,
    upgrade,
    commit,
    cp,
    put,
    export,
    prune,
    wait,
    exec_line,
    attach_line,
)

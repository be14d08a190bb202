"""The verbs of `docker compose`, for stacks that are there: found by the labels of containers."""

from handlers.stack.lifecycle import pause, restart, start, stop, unpause
from handlers.stack.logs import logs
from handlers.stack.ls import ls
from handlers.stack.ps import ps
from handlers.stack.pull import pull
from handlers.stack.rm import rm
from handlers.stack.up import up

COMMANDS = (
    ls,
    ps,
    logs,
    start,
    stop,
    restart,
    pause,
    unpause,
    pull,
    rm,
    up,
)

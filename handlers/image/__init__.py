"""The verbs of `docker image`."""

from handlers.image.build import build
from handlers.image.history import history
from handlers.image.import_ import import_
from handlers.image.inspect import inspect
from handlers.image.load import load
from handlers.image.ls import ls
from handlers.image.prune import prune
from handlers.image.pull import pull
from handlers.image.push import push
from handlers.image.rm import rm
from handlers.image.save import save
from handlers.image.tag import tag

COMMANDS = (
    ls,
    history,
    inspect,
    pull,
    push,
    build,
    save,
    load,
    import_,
    tag,
    rm,
    prune,
)

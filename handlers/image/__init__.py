"""The verbs of `docker image`."""

from handlers.image.import_ import import_
from handlers.image.load import load
from handlers.image.ls import ls
from handlers.image.prune import prune
from handlers.image.save import save

COMMANDS = (
    ls,
    save,
    load,
    import_,
    prune,
)

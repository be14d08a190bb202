"""What a build tells: at which step it is, what that prints, and which image comes of it.

The classic builder announces `Step 3/7 : RUN make`, and prints what the step prints. All of it is
kept up to a bound, so that it can go along as a document.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

from bot.hosts.messages import Told
from bot.message import Untrusted, msg
from bot.reply import Block, Excerpt, Text

_STEP = re.compile(r"Step (\d{1,5})/(\d{1,5}) : (.*)", re.DOTALL)
_IMAGE = re.compile(r"Successfully built ([0-9a-f]{12,64})")
# What the builder says of the containers and layers that it makes, and in which colour.
_OWN = (" ---> ", "Removing intermediate container ")
_COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}m")
_LINES, _LONGEST = 12, 400
_KEPT = 2 * 1024 * 1024  # characters
_PIECE = 4096
_WIDE = 24


@dataclass(slots=True)
class Steps:
    """How far it is. `step` of `steps`; `what` that step does; `image` the id in the end."""

    step: int = 0
    steps: int = 0
    what: str = ""
    image: str = ""
    cut: bool = False
    _open: str = ""
    _lines: deque[str] = field(default_factory=lambda: deque(maxlen=_LINES))
    _all: deque[str] = field(default_factory=deque)
    _size: int = 0

    def hear(self, told: Told) -> None:
        """Take one message in."""
        aux = told.aux.get("ID")
        if isinstance(aux, str):
            self.image = aux[:80]
        text = _COLOUR.sub("", told.text)
        if not text:
            return
        self._keep(text)
        if found := _STEP.match(text):
            self.step, self.steps = int(found[1]), int(found[2])
            self.what, self._open = found[3].strip()[:_LONGEST], ""
            self._lines.clear()
        elif found := _IMAGE.match(text):
            self.image = self.image or found[1]
        else:
            *ended, self._open = (self._open + text).split("\n")
            self._open = self._open[-_LONGEST:]
            said = (line for line in ended if line.strip() and not line.startswith(_OWN))
            self._lines.extend(line[:_LONGEST] for line in said)

    @property
    def last(self) -> str:
        """The last lines of the step that it is at."""
        lines = (*self._lines, self._open) if self._open.strip() else tuple(self._lines)
        return "\n".join(lines[-_LINES:])

    @property
    def log(self) -> str:
        """All that it printed; of very much, the end."""
        return "".join(self._all)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The bar, the step, and its last lines."""
        if not self.steps:
            return ()
        done = max(self.step - 1, 0)
        bar = ("█" * round(done / self.steps * _WIDE)).ljust(_WIDE, "░")
        blocks: list[Block] = [Excerpt(Untrusted(bar)), self.place()]
        if self.last:
            blocks.append(Excerpt(Untrusted(self.last)))
        return tuple(blocks)

    def place(self) -> Text:
        """Which step it is, and what that does."""
        what = Untrusted(self.what)
        return Text(msg("Step {step} of {all}: {what}", step=self.step, all=self.steps, what=what))

    def _keep(self, text: str) -> None:
        if self._all and len(self._all[-1]) < _PIECE:
            self._all[-1] += text  # a program may print letter by letter
        else:
            self._all.append(text)
        self._size += len(text)
        while self._size > _KEPT and len(self._all) > 1:
            self._size -= len(self._all.popleft())
            self.cut = True

"""What is known of all containers of one host."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from bot.hosts.types import Container, Event
from bot.recent import Recent
from bot.watch.subject import Subject, subject_of
from bot.watch.watched import ALIVE, TELLING, Watched, after, listed

_KEPT = 86_400.0  # seconds for which one that is gone is missed
_HEARD = TELLING | {"create", "rename"}
# The Engine tells that one has ended before its lists show it (moby `daemon/monitor.go`).
_SETTLES = 10.0
MOST = 4096
_LONGEST = 256  # characters of a label, more than a rule can ask for


class Memory:
    """The containers of a host. `labels` are those that rules ask for; no others are kept."""

    def __init__(self, host: str, labels: Collection[str]) -> None:
        self.host = host
        self._labels = frozenset(labels)
        self._kept: dict[str, Watched] = {}
        self._died: Recent[str, float] = Recent(MOST)
        self.changed: set[str] = set()

    def ask_for(self, labels: Collection[str]) -> bool:
        """Keep these from now on; whether some are new, which only the next list tells."""
        new = not self._labels.issuperset(labels)
        self._labels = frozenset(labels)
        return new

    def __iter__(self) -> Iterator[Watched]:
        return iter(self._kept.values())

    def stored(self, name: str) -> Watched | None:
        """A container by its name, as it is to be kept."""
        return self._kept.get(name)

    def worst(self, subjects: Collection[Subject]) -> dict[Subject, Watched]:
        """The container of each of these that an alert of it is most likely about."""
        found: dict[Subject, Watched] = {}
        for one in self:
            subject = one.subject
            if subject in subjects:
                found[subject] = max(found.get(subject, one), one, key=_badness)
        return found

    def load(self, known: Iterable[Watched]) -> None:
        """Take up what the last run knew."""
        self._kept = {one.name: one for one in known}

    def hear(self, event: Event, now: float) -> bool:
        """Take in an event, as of now by our own clock; whether it matters."""
        action, name = event.action.raw.partition(":")[0], event.name.raw
        if event.type != "container" or action not in _HEARD:
            return False
        if action == "rename":
            self._renamed(event, event.attributes.get("oldName", "").removeprefix("/"))
        known = self._kept.get(name)
        if known is None:
            subject = subject_of(self.host, name, event.attributes)
            known = Watched(name, event.id.raw, subject, running=action != "create")
        if action == "die":
            self._died[name] = now
        self._put(after(known, event) if action in TELLING else known, event.attributes)
        return True

    def compare(self, rows: Iterable[Container], now: float, unsure: Collection[str] = ()) -> None:
        """Take in a list of all of them, as of now; of the `unsure` more was heard than it says."""
        missing = {name for name, one in self._kept.items() if one.id not in unsure}
        for row in rows:
            missing.discard(row.name.raw)
            if row.id in unsure:
                continue
            if row.state in ALIVE and 0 <= now - self._died.get(row.name.raw, 0.0) < _SETTLES:
                continue
            self._put(listed(self._kept.get(row.name.raw), row, self.host, now), row.labels)
        for name in missing:
            one = self._kept[name]
            if one.gone is None:
                self._put(replace(one, running=False, code=None, gone=now), one.labels)

    def forget(self, now: float, *, missed: bool) -> None:
        """Drop what is gone: after a day if a rule misses it, else at once."""
        gone = [w for w in self._kept.values() if w.gone is not None]
        surplus = max(len(self._kept) - MOST, 0)
        for place, one in enumerate(sorted(gone, key=lambda w: w.gone or 0.0)):
            if not missed or place < surplus or now - (one.gone or now) > _KEPT:
                del self._kept[one.name]
                self.changed.add(one.name)

    def _renamed(self, event: Event, old: str) -> None:
        """The old name may be a label's: it must be its own."""
        one, new = self._kept.get(old), event.name.raw
        if one is None or one.id != event.id.raw:
            return
        del self._kept[old]
        self.changed.add(old)
        subject = one.subject if one.subject.project else Subject(self.host, new)
        self._kept[new] = replace(one, name=new, subject=subject)

    def _put(self, one: Watched, labels: Mapping[str, str]) -> None:
        kept = {k: v[:_LONGEST] for k, v in labels.items() if k in self._labels}
        one = replace(one, labels=kept)
        if self._kept.get(one.name) != one:
            self._kept[one.name] = one
            self.changed.add(one.name)


def _badness(one: Watched) -> tuple[bool, bool, float]:
    return one.code is not None, one.health == "unhealthy", one.ended

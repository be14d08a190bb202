"""The one thread that writes: what waits at a moment shares a transaction, and one disk sync.

Each job stands in a savepoint: one that raises takes only itself back. A transaction that cannot be
committed fails all its jobs, except that on a full disk the ballast is released and all of them run
once more; so a job must touch nothing but its connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine

from storage.ballast import Ballast
from storage.engine import make_private, translated
from storage.errors import DiskFull
from storage.jobs import Job, Jobs

BATCH = 256


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one job."""

    result: object = None
    error: BaseException | None = None


class Writer:
    """Owns the writing connection; everything here runs on its thread."""

    def __init__(self, engine: Engine, file: Path | None, ballast: Ballast | None) -> None:
        self._engine = engine.execution_options(writes=True)
        self._file = file
        self._ballast = ballast
        self._connection: Connection | None = None

    def work(self, jobs: Jobs) -> None:
        """Run batches until the queue ends."""
        while batch := jobs.take(BATCH):
            self.run(batch)
        self._drop()

    def run(self, batch: Sequence[Job[object]]) -> None:
        """Run one batch in one transaction, then tell every job's owner."""
        try:
            outcomes = self._attempt(batch)
        except BaseException as error:  # noqa: BLE001 - each owner gets it; the thread lives on
            for job in batch:
                job.future.set_exception(error)
            return
        for job, outcome in zip(batch, outcomes, strict=True):
            if outcome.error is None:
                job.future.set_result(outcome.result)
            else:
                job.future.set_exception(outcome.error)

    def _attempt(self, batch: Sequence[Job[object]]) -> list[Outcome]:
        try:
            return self._transaction(batch)
        except DiskFull:
            if self._ballast is None or not self._ballast.release():
                raise
            return self._transaction(batch)

    def _transaction(self, batch: Sequence[Job[object]]) -> list[Outcome]:
        try:
            connection = self._connected()
            with connection.begin():
                return [self._one(connection, job) for job in batch]
        except BaseException as error:
            # What state SQLite is in after a failure depends on the failure: start afresh.
            self._drop()
            ours = translated(error, self._file)
            if ours is error:
                raise
            raise ours from error

    def _one(self, connection: Connection, job: Job[object]) -> Outcome:
        savepoint = connection.begin_nested()
        try:
            result = job.run(connection)
            savepoint.commit()
        except BaseException as error:
            ours = translated(error, self._file)
            if isinstance(ours, DiskFull) or not savepoint.is_active:
                raise  # the whole transaction may be gone
            savepoint.rollback()
            return Outcome(error=ours)
        return Outcome(result)

    def _connected(self) -> Connection:
        if self._connection is None:
            if self._file is not None:
                make_private(self._file)
            self._connection = self._engine.connect()
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.invalidate()
            connection.close()

"""A thread that reads: each job sees the database as it was committed when it began."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine

from storage.engine import snapshots, translated
from storage.jobs import Job, Jobs


class Reader:
    """Owns one reading connection; everything here runs on its thread."""

    def __init__(self, engine: Engine, file: Path | None) -> None:
        self._engine = snapshots(engine)
        self._file = file
        self._connection: Connection | None = None

    def work(self, jobs: Jobs) -> None:
        """Run jobs one by one until the queue ends."""
        while batch := jobs.take(1):
            for job in batch:
                self._run(job)
        self._drop()

    def _run(self, job: Job[object]) -> None:
        try:
            connection = self._connected()
            with connection.begin() as snapshot:
                result = job.run(connection)
                snapshot.rollback()
        except BaseException as error:  # noqa: BLE001 - its owner gets it; the thread lives on
            self._drop()
            job.future.set_exception(translated(error, self._file))
        else:
            job.future.set_result(result)

    def _connected(self) -> Connection:
        if self._connection is None:
            connection = self._engine.connect()
            if connection.dialect.name == "sqlite":
                with connection.begin():
                    connection.exec_driver_sql("PRAGMA query_only = ON")
            self._connection = connection
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.invalidate()
            connection.close()

import subprocess
import sys
import threading

import pytest

from bot.hosts.pool import Full, Pool


def test_work_is_done_and_errors_are_handed_on() -> None:
    pool = Pool("test", 2)
    assert pool.submit(lambda: 5).result() == 5
    failed = pool.submit(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        failed.result()
    pool.close()


def test_it_is_bounded_and_what_is_cancelled_never_begins() -> None:
    pool, gate, begun = Pool("test", 1), threading.Event(), threading.Event()
    done: list[int] = []

    def hang() -> None:
        begun.set()
        gate.wait()

    hung = pool.submit(hang)
    begun.wait()
    waiting = [pool.submit(lambda n=n: done.append(n)) for n in range(4)]  # type: ignore[misc]  # a default keeps n
    with pytest.raises(Full):
        pool.submit(lambda: None)
    assert not hung.cancel()
    assert waiting[1].cancel()
    gate.set()
    waiting[3].result()
    assert done == [0, 2, 3]
    pool.submit(lambda: None).result()
    pool.close()
    with pytest.raises(Full):
        pool.submit(lambda: None)


def test_a_thread_that_hangs_does_not_keep_the_process() -> None:
    code = (
        "import threading; from bot.hosts.pool import Pool; begun = threading.Event();"
        "Pool('x', 1).submit(lambda: (begun.set(), threading.Event().wait())); begun.wait()"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0

"""CPU time is counted per process and thread, including finished threads."""

import os
import threading
import time

from scripts.bench import cpu


def spin(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_the_cpu_time_of_a_finished_thread_is_still_counted() -> None:
    me = os.getpid()
    before = cpu.seconds([me])
    thread = threading.Thread(target=spin, args=(0.05,))
    thread.start()
    thread.join()
    assert cpu.seconds([me]) - before >= 0.05


def test_each_thread_has_its_own_cpu_time() -> None:
    spin(0.01)
    found = {ident: used for (_, ident), used in cpu.threads(os.getpid()).items()}
    assert found[os.getpid()] >= 0.01
    assert sum(found.values()) <= cpu.seconds([os.getpid()]) + 0.01


def test_a_process_family_starts_with_its_parent() -> None:
    assert cpu.family(os.getpid())[0] == os.getpid()

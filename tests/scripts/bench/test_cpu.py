"""CPU time is counted by process and by thread, whether or not the thread still runs."""

import os
import threading
import time

from scripts.bench import cpu


def spin(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_what_a_thread_used_stays_counted_after_it_ended() -> None:
    me = os.getpid()
    before = cpu.seconds([me])
    thread = threading.Thread(target=spin, args=(0.05,))
    thread.start()
    thread.join()
    assert cpu.seconds([me]) - before >= 0.05


def test_each_thread_has_its_own_seconds() -> None:
    spin(0.01)
    found = {ident: used for (_, ident), used in cpu.threads(os.getpid()).items()}
    assert found[os.getpid()] >= 0.01
    assert sum(found.values()) <= cpu.seconds([os.getpid()]) + 0.01


def test_a_family_begins_with_its_parent() -> None:
    assert cpu.family(os.getpid())[0] == os.getpid()

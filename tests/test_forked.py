"""Forks: a child has a thread of its own, and neither the locks nor the open files of its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from logs import delivery, line, log_in, numbers

from aidtimeline import MemoryLog
from aidtimeline.errors import LogError
from aidtimeline.events import Delivery
from aidtimeline.log.descriptor import open_file

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks on this system")

HERE = str(Path(__file__).parent)


def exit_code_of_fork(act: Callable[[], object], seconds: float = 20) -> int | None:
    """How a forked process ends in which something is done; None if it hangs."""
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:  # noqa: BLE001  (or two processes would go on with the tests)
            os._exit(1)
        os._exit(0)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


FORKING = """
import sys, threading
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from logs import delivery, log_in, numbers
from test_forked import exit_code_of_fork

folder = Path(sys.argv[1])
log, numbered, ended = log_in(folder), iter(range(10, 10**9)), threading.Event()


def appending():
    while not ended.is_set():
        log.append([delivery(next(numbered) % 100) for _ in range(3)])


def child():
    log.append(delivery(forks))
    assert forks in numbers(folder)


thread = threading.Thread(target=appending)
log.append(delivery(0))
thread.start()
codes = []
for forks in range(10**9, 10**9 + int(sys.argv[3])):
    codes.append(exit_code_of_fork(child, float(sys.argv[4])))
ended.set()
thread.join()
found = numbers(folder)
print(codes.count(0), len(codes), len(found) == len(set(found)), flush=True)
"""


def test_a_fork_while_another_thread_appends_can_append_and_read(tmp_path: Path) -> None:
    """Each of forty: it does not wait for a thread that it has not got, and what is appended is there."""
    arguments = [str(tmp_path), HERE, "40", "20"]
    found = subprocess.run([sys.executable, "-c", FORKING, *arguments], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["40", "40", "True"]


KILLED = """
import os, sys, threading, time
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from logs import delivery, log_in
from aidtimeline.log.disk import Disk

reached = threading.Event()


class Slow(Disk):
    def sync(self, descriptor):
        reached.set()
        time.sleep(3600)


threading.Thread(target=lambda: log_in(Path(sys.argv[1]), Slow()).append(delivery(3)), daemon=True).start()
reached.wait()
child = os.fork()
if child == 0:
    os.close(1)
    os.close(2)
    time.sleep(60)
    os._exit(0)
print(child, flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_child_does_not_keep_the_lock_of_a_dead_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was forked while another thread held it, does nothing, and lives on."""
    monkeypatch.setattr("aidtimeline.log.lock.LOCK_SECONDS", 2)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), HERE], capture_output=True, check=False)
    child = int(killed.stdout)
    try:
        assert killed.returncode == -signal.SIGKILL
        log_in(tmp_path).append(delivery(4))
        os.kill(child, 0)
    finally:
        os.kill(child, signal.SIGKILL)
    assert sorted(numbers(tmp_path)) == [3, 4]


def test_a_child_in_the_middle_of_an_append_leaves_it_to_its_parent(tmp_path: Path) -> None:
    """What the child does not bring to its end is not taken back: it is the parent's, who goes on."""
    log = log_in(tmp_path)
    log.append(delivery(0))
    before = (tmp_path / "events.jsonl").read_bytes()
    child = -1

    def lines() -> Iterator[tuple[str, int, bytes]]:
        nonlocal child
        yield "theirs", 1, line(1)
        yield "theirs", 2, line(2)
        child = os.fork() if child < 0 else child
        if child == 0:
            raise KeyboardInterrupt
        yield "theirs", 3, line(3)

    try:
        log.copy(lines())
    except KeyboardInterrupt:
        os._exit(7)
    except BaseException:  # noqa: BLE001
        os._exit(8)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert (tmp_path / "events.jsonl").read_bytes() == before + line(1) + line(2) + line(3)
    assert numbers(tmp_path) == [0, 1, 2, 3]


def test_a_child_has_none_of_the_files_of_its_parent(tmp_path: Path) -> None:
    """Neither the one that stays open to be appended to, nor one that is being read, which they would read by turns."""
    if not Path("/proc/self/fd").exists():
        pytest.skip("the system does not list what is open")
    log = log_in(tmp_path)
    log.append([delivery(number) for number in range(3_000)])
    reading = log.read()
    first = next(reading)

    def child() -> None:
        opened = [os.readlink(each.path) for each in os.scandir("/proc/self/fd") if os.path.exists(each.path)]
        assert not [path for path in opened if str(tmp_path) in path]
        with pytest.raises(LogError):
            list(reading)
        assert len(list(log.read())) == 3_000
        log.append(delivery(3_000))

    assert exit_code_of_fork(child) == 0
    assert len([first, *reading]) == 3_000
    assert len(log.ids()) == 3_001


def test_a_child_keeps_what_is_not_of_a_log(tmp_path: Path) -> None:
    """Also where a number was that of a file of a log before."""
    (tmp_path / "file").write_bytes(b"")
    descriptor, _ = open_file(str(tmp_path / "file"), os.O_RDWR)
    number = int(descriptor)
    del descriptor
    other = os.open(tmp_path / "other", os.O_RDWR | os.O_CREAT)
    assert other == number
    assert exit_code_of_fork(lambda: os.write(other, b"from the child")) == 0
    os.close(other)
    assert (tmp_path / "other").read_bytes() == b"from the child"


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_can_go_on_with_a_log_in_memory() -> None:
    """With a copy of its own, whatever another thread of its parent was about."""
    log = MemoryLog()
    log.append(delivery(1))

    def child() -> None:
        log.append(delivery(2))
        assert [each.event for each in log.read()] == [delivery(1), delivery(2)]

    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with log._threads.lock:
            held.set()
            done.wait(30)

    other = threading.Thread(target=hold)
    other.start()
    held.wait(30)
    assert exit_code_of_fork(child, 5) == 0
    done.set()
    other.join()
    assert all(isinstance(each.event, Delivery) for each in log.read())
    assert len(log.ids()) == 1

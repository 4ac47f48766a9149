"""A large file is read by a process of its own: nobody can tell, but by the time that it takes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from iatifiles import activity, file, transaction

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux a process is copied")

# A process with threads is not copied, and the one that runs these tests may have some: so each has one of its own.
BEGIN = """
import itertools, os, signal, sys
import attrs
from aidtimeline.errors import UnreadableFile
from aidtimeline.formats.iati import read as read_one
from aidtimeline.formats.importing import ahead
from aidtimeline.formats.importing.importer import import_file
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Beginning, Remark

def read(files):
    return itertools.chain.from_iterable(map(read_one, files))

def children():
    return open("/proc/self/task/%d/children" % os.getpid()).read().split()

file = File(path=sys.argv[1])
"""


def alone(code: str, *arguments: str | Path) -> str:
    """What a process prints that runs this, and has no threads."""
    command = [sys.executable, "-c", BEGIN + code, *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.stderr, done.returncode) == ("", 0)
    return done.stdout


def write(path: Path, many: int, end: str = "") -> Path:
    """A file of so many activities with payments; one in ten states what cannot be read."""
    activities = (
        activity(transaction("3", "1.5" if n % 10 else "much", ref=f"T{n}"), transaction(ref="T"), id=f"XM-{n}")
        for n in range(many)
    )
    path.write_text(file(*activities).removesuffix(end), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("ahead") / "many.xml", 1500)


def test_the_readings_are_those_of_one_process(many: Path) -> None:
    """All of them, in order, of several files as of one; then there is no other process any more."""
    alone(
        """
files = [file, attrs.evolve(file, dataset="other")]
found = list(ahead.ahead(read, files))
assert found == list(read(files))
assert {type(each).__name__ for each in found} == {"Entry", "Beginning", "Whole", "Skipped"}
assert not children()
""",
        many,
    )


def test_an_error_is_raised_where_it_stands(tmp_path: Path) -> None:
    """As in one process: after all that can be read before it, with the same words."""
    broken = write(tmp_path / "broken.xml", 1500, end="</iati-activities>")
    alone(
        """
def until(readings):
    found = []
    try:
        for each in readings:
            found.append(each)
    except UnreadableFile as error:
        return found, str(error)
assert until(ahead.ahead(read, [file])) == until(read([file]))
assert len(until(read([file]))[0]) > 5000
assert not children()
""",
        broken,
    )


def test_if_the_other_process_dies_this_one_reads_on(many: Path) -> None:
    """Nothing is missing, and nothing there twice."""
    alone(
        """
readings = ahead.ahead(read, [file])
found = [next(readings) for _ in range(1000)]
[child] = children()
os.kill(int(child), signal.SIGKILL)
assert [*found, *readings] == list(read([file]))
assert not children()
""",
        many,
    )


def test_what_cannot_be_sent_is_read_here(many: Path) -> None:
    """A reading may hold what is of this process alone, such as a function without a name."""
    alone(
        """
def named(files):
    for each in read(files):
        yield attrs.evolve(each, thing_of=lambda ref: ref) if isinstance(each, Beginning) else each
found = list(ahead.ahead(named, [file]))
assert [type(each) for each in found] == [type(each) for each in read([file])]
assert found[0].thing_of("a") == "a"
""",
        many,
    )


def test_who_wants_no_more_leaves_no_process_behind(many: Path) -> None:
    """A reading that is broken off ends the other process."""
    alone(
        """
readings = ahead.ahead(read, [file])
next(readings)
assert children()
readings.close()
assert not children()
""",
        many,
    )


def test_progress_is_that_of_the_other_process(many: Path) -> None:
    """It grows, to all of the file."""
    alone(
        """
seen = []
list(ahead.ahead(read, [attrs.evolve(file, progress=seen.append)]))
assert seen == sorted(seen) and len(set(seen)) > 3 and seen[-1] > 0.9, seen
""",
        many,
    )


def test_an_import_records_the_same(many: Path, tmp_path: Path) -> None:
    """Byte for byte, and its report is the same. Both are done with one process and with two."""
    printed = alone(
        """
from datetime import datetime, UTC
from pathlib import Path
at = datetime(2026, 11, 28, tzinfo=UTC)
begun = []
os.register_at_fork(before=lambda: begun.append(1))
for size in (10**12, 0):
    ahead.LARGE = size
    folder = Path(sys.argv[2]) / str(size)
    report = import_file(folder, "iati", file, recorded_at=at)
    print(len(begun), report)
lines = [(Path(sys.argv[2]) / size / "iati.jsonl").read_bytes() for size in ("0", str(10**12))]
assert lines[0] == lines[1]
""",
        many,
        tmp_path,
    )
    one, two = printed.splitlines()
    assert one.replace("0 ", "1 ", 1) == two


def test_ctrl_c_ends_both(tmp_path: Path) -> None:
    """Nothing is recorded, and no process is left."""
    large = write(tmp_path / "large.xml", 20_000)
    code = BEGIN + 'import_file(sys.argv[2], "iati", file)'
    command = [sys.executable, "-c", code, str(large), str(tmp_path / "log")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as running:
        listed = Path(f"/proc/{running.pid}/task/{running.pid}/children")
        while running.poll() is None and not listed.read_text().split():
            time.sleep(0.01)
        [child] = listed.read_text().split()
        time.sleep(0.3)
        os.killpg(running.pid, signal.SIGINT)
        _, said = running.communicate()
    assert running.returncode == -signal.SIGINT
    assert said.count(b"Traceback") == 1
    assert not Path(f"/proc/{child}").exists()
    assert not list((tmp_path / "log").glob("*.jsonl"))

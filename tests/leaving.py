"""What a process keeps of timelines and logs that it has done with. Run by itself, where no other test has been."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aidtimeline import AidtimelineError, Delivery, EventLog, LogError, Source, Timeline, UsageError
from aidtimeline.formats.importing.importer import import_file
from aidtimeline.formats.reading.files import File
from aidtimeline.log.disk import Disk
from aidtimeline.log.lock import LOCK, release, taken


def report(number: int) -> Delivery:
    """A report of so many trucks."""
    source = Source(publisher="Rubryka", published="2023-11-28")
    return Delivery(date="2023-11-20", donor="JP", item="truck", quantity=number, sources=[source])


def is_free(folder: Path) -> bool:
    """Whether nobody has locked a log."""
    descriptor = taken(str(folder / LOCK), Disk())
    if descriptor is None:
        return False
    release(descriptor, Disk())
    return True


def things() -> dict[str, Any]:
    """The files that this process has open, its threads, those of the system among them, and its children."""
    with contextlib.suppress(ChildProcessError):
        raise SystemExit(f"a child: {os.waitpid(-1, os.WNOHANG)}")
    files = len(os.listdir("/proc/self/fd"))
    return {"files": files, "threads": threading.active_count(), "tasks": len(os.listdir("/proc/self/task"))}


@contextlib.contextmanager
def nothing_stays(what: str) -> Iterator[None]:
    """What is done within leaves no file open, no thread and no child: else this process ends with what stays."""
    before = things()
    yield
    if things() != before:
        raise SystemExit(f"{what}: {before} became {things()}")


def ask(engine: Any, how: str) -> None:
    """Have a timeline answer; it is closed, dropped, or left by an exception."""
    with contextlib.ExitStack() as stack:
        timeline = Timeline.open("events", engine=engine)
        if how != "dropped":
            stack.enter_context(timeline)
        view = timeline.as_of("2023-11-28")
        view.counts()
        timeline.sql("select count(*) from facts")
        if how == "failed":
            with contextlib.suppress(UsageError):
                view.counts(by="nothing")
            stack.close()


class Broken(Disk):
    """A disk that cannot flush."""

    def sync(self, descriptor: int) -> None:
        """Fail."""
        raise OSError("mine")


def write(folder: Path) -> None:
    """Fail to append, by the disk and by the events, and to import a file that is cut."""

    def events() -> Iterator[Delivery]:
        yield report(5)
        raise RuntimeError("mine")

    for error, log, given in (
        (LogError, EventLog(folder, disk=Broken()), [report(6), report(7)]),
        (RuntimeError, EventLog(folder), events()),
    ):
        with contextlib.suppress(error):
            log.append(given)
            raise SystemExit("nothing failed")
    (folder / "cut.json").write_text('{"data": {"flows": [')
    with contextlib.suppress(AidtimelineError):
        import_file(folder, "fts", File(path=folder / "cut.json"))
        raise SystemExit("nothing failed")
    (folder / "cut.json").unlink()
    if not is_free(folder):
        raise SystemExit("the log is locked")


if __name__ == "__main__":
    new = Path("new")
    EventLog(new).append(report(1))
    names = sorted(os.listdir(new))
    for _ in range(2):
        write(new)  # what is loaded once stays loaded
        gc.collect()
    with nothing_stays("an append that failed"):
        write(new)
        gc.collect()  # an error knows the log by its traceback
    if sorted(os.listdir(new)) != names or len(list(EventLog(new).read())) != 1:
        raise SystemExit(f"in the folder stays {sorted(os.listdir(new))}")
    for engine in ("fold", "embedded"):
        for how in ("closed", "dropped", "failed"):
            ask(engine, how)
            with nothing_stays(f"{engine}, {how}"):
                ask(engine, how)
    sys.exit(0)

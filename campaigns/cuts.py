"""Cut a log at every byte, let its recovery die at every step, and recover again.

    python campaigns/cuts.py [--records N] [--every N] [--report FILE] [--broken HOW]

Two logs are cut at each of their bytes: one of single records, and one whose last records are a batch that was never
committed. All that is before the cut and was committed counts as acknowledged. Besides, each bit of each line end is
flipped where it is the last, which takes nothing from its line, and the last line gets holes where it goes over a
sector. The next writer recovers; it dies at its first step, at its second, and so on, or the disk is full from that
step on. After that, readers must find all that was acknowledged and no half batch, and another writer goes on. In the
end what was acknowledged is there byte for byte, the new line follows it, and what was cut off is set aside, once.

With `--broken` the log throws away what it should keep, and the campaign must fail.
"""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

import report

from aidtimeline import Delivery, Record, Source
from aidtimeline.codec import encode, record_id
from aidtimeline.log.aside import TORN
from aidtimeline.log.ending import SECTOR
from aidtimeline.log.file import LogFile
from aidtimeline.log.note import PENDING, Note
from aidtimeline.testing.faults import FaultyDisk, every_step

NAME = "events.jsonl"
IN_BATCH = 5
AT = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = Source(publisher="Rubryka", published="2023-11-28")


class Deletes(FaultyDisk):
    """What is set aside is thrown away."""

    def sync(self, descriptor: int) -> None:
        """Empty the files of what is set aside."""
        super().sync(descriptor)
        if os.readlink(f"/proc/self/fd/{descriptor}").endswith(TORN):
            os.ftruncate(descriptor, 0)


class DeletesTheLast(FaultyDisk):
    """The last line of what is kept is thrown away."""

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut off the last line as well."""
        kept = os.pread(descriptor, size, 0)
        super().truncate(descriptor, kept.rfind(b"\n", 0, -1) + 1)


BROKEN = {None: FaultyDisk, "repair-deletes-the-rest": Deletes, "repair-deletes-a-line": DeletesTheLast}


def main() -> None:
    """Run the campaign."""
    parser = report.options(__doc__, BROKEN)
    parser.add_argument("--records", type=int, default=200, metavar="N", help="in the log (default %(default)s)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every how many bytes (default %(default)s)")
    given = report.begin(parser)
    figures: Counter[str] = Counter({"lost": 0, "not set aside": 0})
    failures: list[str] = []
    with TemporaryDirectory(dir=given.folder) as folder:
        for cut in _cuts(given.records, given.every):
            figures["cuts"] += 1
            failures += _recover(Path(folder, NAME), cut, BROKEN[given.broken], figures)
            if len(failures) > 20:
                break
    if not (figures["recoveries: died"] and figures["recoveries: no space"]):
        failures.append("no recovery went wrong: the run shows nothing")
    report.finish(given, figures, failures)


@dataclass(frozen=True)
class Cut:
    """A log that was cut: the content of its file, and what was acknowledged of it."""

    held: bytes
    acknowledged: bytes
    kept: bytes
    """What must be in the file after recovery. A line that lacks only its line end is not thrown away."""
    cut_off: bytes
    """What must be set aside."""
    note: bytes = b""
    """The note of the batch that is pending, if one is."""


def _cuts(records: int, every: int) -> Iterator[Cut]:
    lines = [_line(number) for number in range(records)]
    whole, committed = b"".join(lines), b"".join(lines[:-IN_BATCH])
    with TemporaryFile() as file:
        file.write(committed)
        file.flush()
        note = Note.of(NAME, file.fileno(), len(committed), lines[-IN_BATCH:]).text
    for number in range(0, records, max(1, every // 10)):
        yield from _damaged(b"".join(lines[: number + 1]))
    for end in range(0, len(whole) + 1, every):
        held = whole[:end]
        acknowledged = held[: held.rfind(b"\n") + 1]
        if end > len(acknowledged) and whole[end : end + 1] == b"\n":
            yield Cut(held, acknowledged, held + b"\n", b"")
        else:
            yield Cut(held, acknowledged, acknowledged, held[len(acknowledged) :])
        if end == len(whole):
            yield Cut(held, whole, whole, b"", note=note)
        elif end >= len(committed):
            yield Cut(held, committed, committed, held[len(committed) :], note=note)


def _damaged(held: bytes) -> Iterator[Cut]:
    """The last line end with each of its bits flipped; and the last line, not acknowledged yet, with a hole."""
    for bit in range(8):
        yield Cut(held[:-1] + bytes([held[-1] ^ 1 << bit]), held[:-1], held, b"")
    start = held.rfind(b"\n", 0, -1) + 1
    for sector in range(start - start % SECTOR, len(held), SECTOR):
        first, end = max(start, sector), min(sector + SECTOR, len(held))
        holed = held[:first] + bytes(end - first) + held[end:]
        yield Cut(holed, held[:start], held[:start], holed[start:])


def _line(number: int) -> bytes:
    event = Delivery(date="2023", item="truck", quantity=number, sources=SOURCE)
    return encode(Record(record_id(event), AT, event)).encode() + b"\n"


def _recover(path: Path, cut: Cut, broken: type[FaultyDisk], figures: Counter[str]) -> Iterator[str]:
    """What is wrong with a log after a recovery that went wrong, and after the next recovery."""
    first, second = _line(-1), _line(-2)
    for fault, make in (("died", broken), ("no space", lambda at: broken(at, errno.ENOSPC, lasting=True))):
        _put_back(path, cut)
        for disk in every_step(lambda disk: _next_writer(path, disk, first), make):
            figures[f"recoveries: {fault}" if disk.reached else "recoveries that ended"] += 1
            where = f"cut at {len(cut.held)}, {fault} at step {disk.at}"
            seen = _seen(path)
            if not seen.startswith(cut.acknowledged) or (not disk.reached and seen != cut.kept + first):
                figures["lost"] += 1
                yield f"{where}: readers do not find what was acknowledged"
            if sum(map(len, _asides(path))) > len(cut.cut_off):
                yield f"{where}: more is set aside than was cut off"
            _next_writer(path, broken(None), second)
            figures["recoveries after that"] += 1
            if path.read_bytes() not in (cut.kept + second, cut.kept + first + second):
                figures["lost"] += 1
                yield f"{where}: the next writer does not leave what was acknowledged"
            torn = _asides(path)
            if cut.cut_off in torn:
                torn.remove(cut.cut_off)
            elif cut.cut_off:
                figures["not set aside"] += 1
                yield f"{where}: what was cut off is gone"
            if not all(map(first.startswith, torn)):
                yield f"{where}: something else was set aside"
            _put_back(path, cut)


def _asides(path: Path) -> list[bytes]:
    return [each.read_bytes() for each in path.parent.glob(f"{NAME}.*{TORN}")]


def _next_writer(path: Path, disk: FaultyDisk, line: bytes) -> None:
    """Append as a log does: first take back the batch of a dead writer."""
    file = LogFile(str(path), disk)
    with suppress(OSError) if disk.error else nullcontext():
        if path.with_name(NAME + PENDING).exists():
            file.recover()
        file.append([line])


def _seen(path: Path) -> bytes:
    """What readers see of the file."""
    with LogFile(str(path), FaultyDisk(None)).snapshot() as snapshot:
        return b"".join(line for line, _ in snapshot.lines())


def _put_back(path: Path, cut: Cut) -> None:
    for each in path.parent.iterdir():
        each.unlink()
    path.write_bytes(cut.held)
    if cut.note:
        path.with_name(NAME + PENDING).write_bytes(cut.note)


if __name__ == "__main__":
    main()

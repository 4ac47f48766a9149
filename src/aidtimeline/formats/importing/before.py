"""What came of a file before. If neither it nor what the log has of it has changed since, nothing is new in it.

Then it need not be read, nor the log. What is kept of an import lies beside the table of facts, and may be deleted at
any time. It holds for the same file under the same name, read in the same way, by the same code and with the same
vocabulary, and for a log that begins with what it had after that import. Of all that is compared there are digests.

An import that records nothing, or only entries that are new, is kept: after it, all that the file has is unchanged. It
is not kept if it changed, linked or withdrew anything, or met a version that is newer: how such an import is done
again is left to doing it.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from hashlib import file_digest, sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

import aidtimeline
from aidtimeline.codec import decode
from aidtimeline.errors import UnreadableLog
from aidtimeline.formats.importing.known import Known
from aidtimeline.formats.importing.reports import EARLIER, OLDER, Report
from aidtimeline.formats.importing.statements import matters
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Remark, Skipped
from aidtimeline.log import EventLog, kept
from aidtimeline.log.status import Status
from aidtimeline.values.dates import format_instant, parse_instant

LARGE = 2**20
"""From this size on, in bytes, what came of a file is kept: reading it takes longer than looking it up."""

MOST_GROWN = 2**23
"""If a log has grown by more bytes than this, the file is read again."""

_READERS = ("msgspec", "openpyxl", "babel")

#: What of a part only says what the file has of it, and is not needed again.
_NO_KEY = {"spares": None, "value": None}


@frozen
class Import:
    """A file to be imported into the log of a folder, and the digest of all that what comes of it depends on."""

    folder: Path
    format: str
    file: File
    digest: str

    @property
    def places(self) -> Sequence[Path]:
        """Where what came of it may be kept, the best place first. Each version of a file has the same."""
        called = json.dumps([self.format, self.file.name, self.file.dataset])
        name = f"import-{sha256(called.encode()).hexdigest()[:32]}.json"
        return [place / name for place in kept.places(self.folder)]


def import_of(folder: str | os.PathLike[str], format: str, file: File) -> Import | None:
    """A file to be imported, as it is now; None if it is too small to be worth it, or cannot be looked at twice."""
    try:
        status = os.stat(file.path)
        if not stat.S_ISREG(status.st_mode) or status.st_size < LARGE or not (code := _code()):
            return None
        vocabulary = sorted(each for each in Path(folder, "vocabulary").glob("*") if each.is_file())
        said = [
            *(
                code,
                format,
                file.name,
                str(file.published),
                str(file.until),
                file.covers,
                file.dataset,
                file.encoding,
                _digest_of(file.path),
            ),
            None if file.mapping is None else _digest_of(file.mapping),
            [(each.name, _digest_of(each)) for each in vocabulary],
        ]
    except OSError:  # reading it says what is wrong
        return None
    return Import(Path(folder), format, file, sha256(json.dumps(said).encode()).hexdigest())


def recalled(wanted: Import, recorded_at: datetime) -> Report | None:
    """What comes of a file that was imported before, by an earlier instant; None if it has to be read."""
    for place in wanted.places:
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            before = kept.read(place)
            if before["digest"] != wanted.digest or recorded_at < parse_instant(before["recorded_at"]):
                continue
            covered = _still_covered(wanted.folder, before["covered"], frozenset(before["datasets"]))
            if covered is not None:
                if covered != before["covered"]:
                    kept.write(place, {**before, "covered": covered})
                return _report(before["report"])
    return None


def keep(done: Import, report: Report, known: Known, grown: Mapping[str, int], recorded_at: datetime) -> None:
    """Keep what came of a file, if it was read as it is now.

    And if the log holds what was seen of it before, and the bytes by which its files have `grown`, and nothing else.
    """
    if (
        report.refused
        or not set(report.outcomes) <= {"new", "unchanged"}
        or not report.counts.keys().isdisjoint((OLDER, EARLIER))
    ):
        return
    said = report.again()
    again = {
        "outcomes": said.outcomes,
        "counts": said.counts,
        "values": {currency: [str(each) for each in amounts] for currency, amounts in said.values.items()},
        "skipped": [{**asdict(each, recurse=False), **_NO_KEY} for notes in said.skipped.values() for each in notes],
        "remarks": [{**asdict(each), "spares": None} for notes in said.remarks.values() for each in notes],
    }
    sizes = {name: extent.end for name, extent in known.looked.items()}
    sizes |= {name: sizes.get(name, 0) + more for name, more in grown.items()}
    with contextlib.suppress(OSError):
        covered = _cover(done.folder, sizes)
        if covered is None or import_of(done.folder, done.format, done.file) != done:
            return
        datasets = sorted(known.datasets)
        about = {"digest": done.digest, "recorded_at": format_instant(recorded_at), "datasets": datasets}
        for place in done.places:
            with contextlib.suppress(OSError):
                kept.ready(place.parent)
                kept.write(place, {**about, "covered": covered, "report": again})
                return


def _report(found: dict[str, Any]) -> Report:
    report = Report()
    report.outcomes.update(found["outcomes"])
    report.counts.update(found["counts"])
    for currency, (read, skipped) in found["values"].items():
        report.values[currency] = Decimal(read), Decimal(skipped)
    for each in found["skipped"]:
        report.skipped[each["reason"]].append(Skipped(**each))
    for each in found["remarks"]:
        report.remarks[each["reason"]].append(Remark(**each))
    return report


def _cover(folder: Path, sizes: Mapping[str, int]) -> list[dict[str, Any]] | None:
    """What the log holds; None if its files have other sizes than these, or a line of it is not whole."""
    from aidtimeline.engines.embedded.files import Covered, Reader, opened  # noqa: PLC0415

    paths = {path.name: str(path) for path in EventLog(folder).files()}
    if paths.keys() != sizes.keys():
        return None
    covered = []
    for name, path in paths.items():
        looked_at, status = time.time_ns(), Status.of(path)
        with opened(path).snapshot() as snapshot:
            reader = Reader(snapshot)
            for _ in reader.blocks():
                pass
        if reader.end != sizes[name] or snapshot.end != sizes[name] or not snapshot.is_all:
            return None
        covered.append(asdict(Covered(name, reader.end, reader.lines, reader.digest.hexdigest(), looked_at, status)))
    return covered


def _still_covered(folder: Path, said: list[dict[str, Any]], datasets: frozenset[str]) -> list[dict[str, Any]] | None:
    """What was covered, looked at now; None if the log has changed, or grown by what matters to the datasets."""
    from aidtimeline.engines.embedded.files import Covered, Reader, opened  # noqa: PLC0415

    before = {each["name"]: Covered.of(each) for each in said}
    paths = {path.name: str(path) for path in EventLog(folder).files()}
    if not before.keys() <= paths.keys():
        return None
    now, grown = [], 0
    for name, path in paths.items():
        covered = before[name].looked_at_again(path) if name in before else None
        if covered is None and name in before:
            return None
        with opened(path).snapshot() as snapshot:
            reader = Reader(snapshot) if covered is None else Reader(snapshot, covered.end, covered.lines)
            grown += snapshot.end - reader.end
            if grown > MOST_GROWN or snapshot.end < reader.end:
                return None
            new = (line for _, _, block in reader.blocks() for line in block.split(b"\n") if line.strip())
            if any(_matters(line, datasets) for line in new):
                return None
            if reader.end != snapshot.end or not snapshot.is_all:
                return None
        if covered is not None:
            now.append(asdict(covered))
    return now


def _matters(line: bytes, datasets: frozenset[str]) -> bool:
    """Whether a line of the log may change what comes of a file of these datasets."""
    try:
        return matters(decode(line), datasets)
    except UnreadableLog:
        return True


def _digest_of(path: Path) -> str:
    with open(path, "rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


@cache
def _code() -> str:
    """A digest of the code that reads files; empty if it cannot be looked at."""
    found = sorted(Path(aidtimeline.__file__).parent.rglob("*.py"))
    said = [sys.version, *_versions(), *(f"{each} {_digest_of(each)}" for each in found)]
    return sha256("\n".join(said).encode()).hexdigest() if found else ""


def _versions() -> Iterator[str]:
    for name in _READERS:
        with contextlib.suppress(PackageNotFoundError):
            yield f"{name} {version(name)}"

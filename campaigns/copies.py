"""Copy a log's folder while it is written, bring the copy up to date later, and go on there.

    python campaigns/copies.py [--every N] [--seed S] [--report FILE] [--broken HOW]

A log is written by singles and batches; one batch breaks off, and the next writer recovers. After each step the folder
is noted as it is. A copy is made of each of these states, and brought up to date with each later one, as backups do it:
files that are there are copied, those that are gone stay in the copy. What was acknowledged must be there for readers,
and of each batch all or nothing; and again after an append to the copy. What an append sets aside, `check` must list.

With `--broken` a note of a batch is believed whatever it speaks of, and the campaign must fail.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import report

from aidtimeline import EventLog
from aidtimeline.errors import AidtimelineError
from aidtimeline.events import Delivery
from aidtimeline.log import aside, note
from aidtimeline.testing.conformance import AT, delivery
from aidtimeline.testing.faults import Died, FaultyDisk, put_back

#: What is appended, one after the other; some batches are as long as others, or say the same.
APPENDS = ((1,), (2, 3, 4), (5,), (6, 7, 8), (9,), (6,), (10, 11), (12, 13, 14), (6, 7, 8), (15,))
BREAKS_OFF = 3
"""Which append breaks off, and is done again later."""
NEXT = (90, 91)


@dataclass(frozen=True)
class State:
    """The files of a folder at some moment, what was acknowledged by then, and what was being appended."""

    files: Mapping[str, bytes]
    acknowledged: frozenset[int]
    added: tuple[int, ...]
    begun: frozenset[int]
    """All that was ever begun."""


class Noting(FaultyDisk):
    """A disk that notes what stands in a folder before each of its steps."""

    def __init__(self, folder: Path, at: int | None = None) -> None:
        super().__init__(at)
        self.folder = folder
        self.noted: list[dict[str, bytes]] = []

    def step(self) -> None:
        """Note what stands there, if it is something new."""
        held = _held(self.folder)
        if not self.noted or self.noted[-1] != held:
            self.noted.append(held)
        super().step()


def _held(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def _states(folder: Path, breaks_at: int) -> Iterator[State]:
    """The states of a log, in their order; an append breaks off at one of its steps."""
    acknowledged: frozenset[int] = frozenset()
    begun: frozenset[int] = frozenset()
    for number, added in enumerate(APPENDS):
        disk = Noting(folder, breaks_at if number == BREAKS_OFF else None)
        begun |= {*added}
        try:
            EventLog(folder, disk=disk).append([delivery(each) for each in added], recorded_at=AT)
            ended = acknowledged | {*added}
        except Died:
            ended = acknowledged
        for each in disk.noted:
            yield State(each, acknowledged, added, begun)
        acknowledged = ended
        yield State(_held(folder), acknowledged, added, begun)


def _wrong(copy: Path, early: State, late: State, figures: Counter[str]) -> Iterator[str]:
    """What is wrong with a copy of an early state, brought up to date with a late one."""
    put_back(str(copy), {**early.files, **late.files})
    found = _read(copy)
    if isinstance(found, str) or not late.acknowledged <= found <= late.begun:
        figures["lost"] += 1
        yield f"a reader finds {found}, and {sorted(late.acknowledged)} were acknowledged"
        return
    if (half := found & {*late.added} - late.acknowledged) and half != {*late.added} - late.acknowledged:
        figures["half batches"] += 1
        yield f"a reader finds {sorted(half)} of {late.added}"
    EventLog(copy, disk=FaultyDisk(None)).append([delivery(each) for each in NEXT], recorded_at=AT)
    then = _read(copy)
    if isinstance(then, str) or not late.acknowledged | {*NEXT} <= then:
        figures["lost"] += 1
        yield f"after an append, a reader finds {then}, and {sorted(late.acknowledged)} were acknowledged"
        return
    ids = EventLog(copy).ids()
    records = {id_ for path in aside.asides(copy) for *_, id_ in aside.records_in(path)}
    figures["copies with records that were set aside"] += bool(records)
    if records.difference(ids) and not any(each.severity == "error" for each in aside.problems(copy, ids)):
        yield "records were set aside, and no error says so"


def _read(folder: Path) -> frozenset[int] | str:
    try:
        found = [each.event for each in EventLog(folder).read()] if EventLog(folder).files() else []
    except AidtimelineError as error:
        return str(error)
    return frozenset(int(each.quantity.low) for each in found if isinstance(each, Delivery) and each.quantity)


def _pairs(states: Sequence[State], every: int, chance: random.Random) -> Iterator[tuple[State, State]]:
    """Each state with itself and each later one, or some of them."""
    for number, early in enumerate(states):
        for late in states[number:]:
            if chance.randrange(every) == 0:
                yield early, late


def _believed(said: note.Note, _path: str, _descriptor: int, size: int) -> tuple[note.Fits, int]:
    """Believe a note whatever the file holds."""
    return (note.Fits.HALF, said.start) if size >= said.start else (note.Fits.NOT, size)


def main() -> None:
    """Run the campaign."""
    parser = report.options(__doc__, ["note-not-bound"])
    parser.add_argument(
        "--every", type=int, default=1, metavar="N", help="one of how many copies (default %(default)s)"
    )
    given = report.begin(parser)
    if given.broken:
        setattr(note.Note, "fits", _believed)  # noqa: B010
    figures: Counter[str] = Counter({"lost": 0, "half batches": 0})
    failures: list[str] = []
    chance = random.Random(given.seed)
    with TemporaryDirectory(dir=given.folder) as folder:
        for breaks_at in range(8, 14):
            log, copy = Path(folder, f"log-{breaks_at}"), Path(folder, f"copy-{breaks_at}")
            log.mkdir()
            copy.mkdir()
            states = list(_states(log, breaks_at))
            figures["states"] += len(states)
            for early, late in _pairs(states, given.every, chance):
                figures["copies"] += 1
                figures["with a note that was left"] += "events.jsonl.pending" in early.files.keys() - late.files.keys()
                failures += _wrong(copy, early, late, figures)
            if failures:
                break
    if not figures["with a note that was left"] or not figures["copies with records that were set aside"]:
        failures.append("no copy kept a note, or nothing was set aside: the run shows nothing")
    report.finish(given, figures, failures)


if __name__ == "__main__":
    main()

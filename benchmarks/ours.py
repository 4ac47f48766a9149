"""The side of the library, one step a process. For `performance.py`.

The step `fold` is run by an older version of the library too, so nothing else is imported above than what that has.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from made import CUTS, EXACT
from measure import Laps, run_step

from aidtimeline import Counts, Delivery, EventLog, Source, Timeline

LOG = "log"
APPENDED = 5
BATCH = 1000


def fold(folder: Path, _records: int) -> tuple[Laps, Any]:
    """Read every line, verify it, and add up by item on a day: the reference, with no cache."""
    laps = Laps()
    as_of, known_at = CUTS[0]

    def folded() -> tuple[Any, Any]:
        view = Timeline(EventLog(folder / LOG).read()).as_of(as_of, known_at=known_at)
        return view, view.replay(Counts(by="item"))

    view, counts = laps(folded)
    return laps, _answer(view, counts)


def reference(folder: Path, _records: int) -> list[Any]:
    """The answers of the fold at every pair of cuts."""
    timeline = Timeline(EventLog(folder / LOG).read())
    views = (timeline.as_of(as_of, known_at=known_at) for as_of, known_at in CUTS)
    return [_answer(view, view.replay(Counts(by="item"))) for view in views]


def build(folder: Path, _records: int) -> tuple[Laps, Any]:
    """Open a log that was never opened before, and ask one question."""
    laps = Laps()
    with _fresh(folder, os.link) as log:
        view, counts = laps(lambda: _ask(_open(log), *CUTS[0]))
        return laps, [_answer(view, counts)]


def in_two(folder: Path, _records: int) -> tuple[Laps, Any]:
    """The same by two processes."""
    from aidtimeline.engines import caching  # noqa: PLC0415

    laps = Laps()
    with _fresh(folder, os.link) as log:

        def built() -> tuple[Any, Any]:
            caching.build(log, jobs=2)
            return _ask(_open(log), *CUTS[0])

        view, counts = laps(built)
        return laps, [_answer(view, counts)]


def cuts(folder: Path, _records: int) -> tuple[Laps, Any]:
    """One question at every pair of cuts, each for the first time in this process."""
    laps = Laps()
    timeline = _open(folder / LOG)
    _ask(timeline, "2024-01-01", None)
    asked = [laps(lambda cut=cut: _ask(timeline, *cut)) for cut in CUTS]  # type: ignore[misc]
    return laps, [_answer(*each) for each in asked]


def appended(folder: Path, _records: int) -> tuple[Laps, Any]:
    """Append a record, open the log again, and ask; the answer is what each record has added."""
    laps = Laps()
    as_of = CUTS[0][0]
    with _fresh(folder, shutil.copy) as log:
        writer = EventLog(log)
        lows = [_ask(_open(log), as_of, None)[1]["truck"].low]
        for number in range(APPENDED):
            source = Source(publisher="Herald 01", published=as_of)
            event = Delivery(date=as_of, item="truck", quantity=7, ref=f"new, no. {number}", sources=source)

            def append_and_ask(event: Delivery = event) -> Any:
                writer.append(event)
                return _ask(_open(log), as_of, None)

            lows.append(laps(append_and_ask)[1]["truck"].low)
    return laps, [str(after - before) for before, after in pairwise(lows)]


def opening(folder: Path, _records: int) -> tuple[Laps, Any]:
    """Open the index of a log, and look up a batch of records that are new, and one that is there.

    If no index is kept yet, it is kept afterwards: recording again what is there writes nothing else.
    """
    laps = Laps()
    there = next(EventLog(folder / LOG).read())
    batch = [f"{number:032x}" for number in range(BATCH)]

    def look_up() -> list[bool]:
        ids = EventLog(folder / LOG).ids()
        return [there.id in ids, any(id_ in ids for id_ in batch)]

    found = laps(look_up)
    return laps, [*found, EventLog(folder / LOG).append(there) == [there]]


def one(folder: Path, _records: int) -> tuple[Laps, Any]:
    """One question as of a day, where another was asked before."""
    laps = Laps()
    timeline = _open(folder / LOG)
    _ask(timeline, "2024-01-01", None)
    _, counts = laps(lambda: _ask(timeline, *CUTS[0]))
    return laps, _rows(counts)


def series(folder: Path, _records: int) -> tuple[Laps, Any]:
    """The same for every day: its answer of that day is the same."""
    laps = Laps()
    timeline = _open(folder / LOG)
    _ask(timeline, "2024-01-01", None)
    found = laps(lambda: timeline.series(Counts(by="item")))
    day = CUTS[0][0]
    return laps, {str(row.item): _ends(found[row.item, row.unit].at(day)) for row in found}


def typed(folder: Path, _records: int) -> tuple[Laps, Any]:
    """A projection of a user's own over every fact of the log, in a process that has asked nothing yet."""
    laps = Laps()
    _open(folder / LOG).close()  # so that there is a table
    read, sums = laps(lambda: _open(folder / LOG).as_of("2026-12-31").replay(Exact()))
    return laps, {"read": read, "exact": {item: int(quantity) for item, quantity in sorted(sums.items())}}


class Exact:
    """How many facts there are, and what came to the place where all is exact, by item."""

    def initial(self) -> tuple[int, Counter[str]]:
        """No fact yet."""
        return 0, Counter()

    def step(self, state: tuple[int, Counter[str]], fact: Any) -> tuple[int, Counter[str]]:
        """One fact more."""
        read, sums = state
        if fact.location == EXACT:
            sums[fact.item] += fact.quantity.low
        return read + 1, sums

    def merge(self, one: tuple[int, Counter[str]], other: tuple[int, Counter[str]]) -> tuple[int, Counter[str]]:
        """Those of both."""
        return one[0] + other[0], one[1] + other[1]

    def finish(self, state: tuple[int, Counter[str]]) -> tuple[int, Counter[str]]:
        """The state itself."""
        return state


def handed(folder: Path, _records: int) -> dict[str, Any]:
    """How many of the records are linked with others, and how many of the facts a question hands to the reference."""
    from aidtimeline.engines.embedded.asked import Asked, Cuts, apart  # noqa: PLC0415

    timeline = _open(folder / LOG)
    engine: Any = timeline.engine
    selection = Counts(by="item").selection
    [(linked,)] = engine.store.rows("SELECT count(*) FROM linked")
    asked: dict[str, tuple[int, int]] = {}
    for as_of, known_at in CUTS:
        cut = timeline.as_of(as_of, known_at=known_at)
        each = Asked(engine.store, Cuts(cut.as_of, cut.known_at))
        [(plain,)] = engine.store.rows(
            f"SELECT count(*) FROM facts WHERE {each.holds} AND {each.selected(selection)} AND NOT {apart(False)}"
        )
        over = sum(1 for fact in each.handed_over(selection, shares=False) if fact.kind == "delivery")
        asked[f"{as_of}, known at {known_at}" if known_at else as_of] = over, plain + over
    return {"linked": linked, "records": timeline.engine.size(), "asked": asked}


def _open(log: Path) -> Timeline:
    """With the engine that rows are about, however small the log; "auto" takes it where the log is large."""
    return Timeline.open(log, engine="embedded")


def _ask(timeline: Timeline, as_of: str, known_at: str | None) -> tuple[Any, Any]:
    view = timeline.as_of(as_of, known_at=known_at)
    return view, view.counts(by="item")


def _answer(view: Any, counts: Any) -> dict[str, Any]:
    """All that a table says; and what is not timed: a narrow question, money, and the sums that the maker knows."""
    return {
        "counts": _rows(counts),
        "narrow": _rows(view.counts(by=("item", "donor", "recipient"))),
        "money": _rows(view.money(by="donor")),
        "exact": {row.item: int(row.low) for row in view.counts(by="item", where={"location": EXACT})},
    }


def _rows(table: Iterable[Iterable[object]]) -> list[list[str]]:
    return [[str(value) for value in row] for row in table]


def _ends(bounds: Any) -> list[str]:
    return [str(bounds.low), str(bounds.high)]


@contextmanager
def _fresh(folder: Path, copy: Callable[[Path, Path], Any]) -> Iterator[Path]:
    """A new folder with the lines of the log, and nothing else."""
    with TemporaryDirectory(dir=folder) as fresh:
        for path in (folder / LOG).glob("*.jsonl"):
            copy(path, Path(fresh, path.name))
        yield Path(fresh)


STEPS = (fold, reference, build, in_two, cuts, appended, opening, one, series, typed, handed)

if __name__ == "__main__":
    run_step({step.__name__: step for step in STEPS})

"""The rows of the table of targets: each a small function that measures one work, and holds the answers equal.

A new row is a function of a `Bench` here, and its place in `ROWS`. Its docstring is what the page says of it. The sides
`ours` and `peer` are held against the target.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import peer_duckdb
from bench import HERE, Bench, Measured, Target, equal
from made import CUTS
from measure import Figures, whole

LIBRARY, BEFORE, DUCKDB, EVENTSOURCING = "aidtimeline", "aidtimeline before", "DuckDB", "eventsourcing"
COMMAND = "import sys; from aidtimeline.cli import main; sys.argv[0] = 'aidtimeline'; main()"
IMPORT = "from time import perf_counter; begin = perf_counter(); import aidtimeline; print(perf_counter() - begin)"


def memory(figures: Figures) -> float:
    """The peak of the process."""
    return figures.mebibytes


def build(bench: Bench) -> list[Measured]:
    """**First build and answer.** A log is opened for the first time, every line verified, and one question answered.
    DuckDB reads the same lines into a table in memory, all fields, verifying nothing.
    """
    turns = bench.turns(
        ours=lambda: bench.step("ours.py", "build"), peer=lambda: bench.step("peer_duckdb.py", "create")
    )
    equal("first answer", *(each.answer for each in turns["ours"]), bench.reference[:1])
    _exact(bench, [each.answer for each in turns["peer"]], [0])
    ours = f"{LIBRARY} opens, answers"
    return [
        Measured("first build and answer", ours, f"{DUCKDB} creates its table", turns, Target(12)),
        Measured(
            "memory of the first build",
            ours,
            "",
            {"ours": turns["ours"]},
            Target(1024, "MiB", alone=True),
            memory,
            "MiB",
        ),
    ]


def in_two(bench: Bench) -> list[Measured]:
    """**With `jobs=2`.** The same by two processes, which were asked for, beside one. It takes two processors that have
    nothing else to do.
    """
    turns = bench.turns(ours=lambda: bench.step("ours.py", "in_two"), peer=lambda: bench.step("ours.py", "build"))
    equal("first answer of two processes", *(each.answer for each in turns["ours"]), bench.reference[:1])
    turns["ours"] = [replace(each, processor=None) for each in turns["ours"]]  # it does not have that of the others
    sides = (f"{LIBRARY}, jobs=2", f"{LIBRARY} opens, answers")
    return [Measured("first build and answer with jobs=2", *sides, turns, Target(0.6))]


def warm(bench: Bench) -> list[Measured]:
    """**Warm.** The command line asks a log that was asked before: `aidtimeline counts`, from the start of the process
    to its end. DuckDB asks the same of the lines in one shot, also as a whole process.
    """
    as_of, _ = CUTS[0]
    log = str(bench.folder / "log")
    ours = [sys.executable, "-c", COMMAND, "--log", log, "counts", "--as-of", as_of, "--json"]
    peer = [sys.executable, "-c", peer_duckdb.one_shot(bench.folder)]
    expected = bench.reference[0]["counts"]
    whole(ours)
    turns = bench.turns(ours=lambda: whole(ours), peer=lambda: whole(peer))
    for each in turns["ours"]:
        rows = [[str(value) for value in row.values()] for row in json.loads(each.answer)["rows"]]
        equal("counts --json", rows, [row[: len(rows[0])] for row in expected])
    equal(DUCKDB, *(each.answer for each in turns["peer"]))
    return [
        Measured("warm: new process, whole command", f"{LIBRARY} counts", f"{DUCKDB}, one shot", turns, Target(0.5))
    ]


def cuts(bench: Bench) -> list[Measured]:
    """**Another as_of or known_at.** In one process, the question at eight pairs of dates, each for the first time.
    DuckDB answers with plain SQL that leaves out what was retracted, on its own table: right in the exact place
    only, where the answers are held equal. Seconds are those of one question.
    """
    turns = bench.turns(
        ours=lambda: bench.step("ours.py", "cuts"), peer=lambda: bench.step("peer_duckdb.py", "questions")
    )
    equal("another cut", *(each.answer for each in turns["ours"]), bench.reference)
    _exact(bench, [each.answer for each in turns["peer"]], range(len(CUTS)))
    sides = (LIBRARY, f"{DUCKDB}, naive SQL")
    return [Measured("another as_of or known_at, in process", *sides, turns, Target(1))]


def appended(bench: Bench) -> list[Measured]:
    """**Append one, ask again.** A record is appended durably, the log opened again, and the question answered, with
    the record in it. Beside it the same with ten thousand records.
    """
    small = replace(bench, folder=bench.folder / "small", records=10_000)
    turns = bench.turns(ours=lambda: bench.step("ours.py", "appended"), peer=lambda: small.step("ours.py", "appended"))
    equal("append one", *(each.answer for each in turns["ours"] + turns["peer"]))
    ours, peer = f"{LIBRARY} appends, answers", "the same at 10,000"
    alone = {"ours": turns["ours"]}
    return [
        Measured("append one, ask again", ours, "", alone, Target(0.06, "s", alone=True)),
        Measured("append one, beside 10,000 records", ours, peer, turns, Target(2)),
    ]


def opening(bench: Bench) -> list[Measured]:
    """**First append of a process.** Opening the index that is kept of a log, and looking up a thousand records, in a
    process that has imported the library. And `aidtimeline record` of one record, from the start of the process to its
    end, beside the library before, which reads the log for that.
    """
    for _ in range(2):  # the index is kept; a log that was young is no longer
        bench.step("ours.py", "opening")
    opened = bench.turns(ours=lambda: bench.step("ours.py", "opening"))
    equal("looking up", [True, False, True], *(each.answer for each in opened["ours"]))
    drafts, numbers = bench.folder / "drafts.jsonl", count(time.time_ns())

    def record(name: str, source: Path | None = None) -> Figures:
        log = bench.folder / name  # each side has a log of its own
        if not log.exists():
            shutil.copytree(bench.folder / "log", log, ignore=shutil.ignore_patterns(".*"))
        draft = {"kind": "delivery", "date": "2023-11", "item": "truck", "quantity": next(numbers)}
        drafts.write_text(json.dumps({**draft, "sources": [{"publisher": "Herald 01"}]}))
        found = whole([sys.executable, "-c", COMMAND, "--log", str(log), "record", str(drafts)], source)
        equal("recorded", found.answer.strip(), json.loads((log / "events.jsonl").read_text().splitlines()[-1])["id"])
        return found

    for _ in range(2):
        record("recorded")
    turns = bench.turns(ours=lambda: record("recorded"), peer=lambda: record("recorded before", bench.older))
    sides = (f"{LIBRARY} record", "record before")
    return [
        Measured("opening for an append", f"{LIBRARY} looks up 1,000", "", opened, Target(0.05, "s", alone=True)),
        Measured("recording one: new process, whole command", *sides, turns, Target(0.5)),
    ]


def series(bench: Bench) -> list[Measured]:
    """**Series of every item over every day.** Beside the question as of one day, where another was answered before."""
    turns = bench.turns(ours=lambda: bench.step("ours.py", "series"), peer=lambda: bench.step("ours.py", "one"))
    rows = turns["peer"][0].answer
    equal("series", *(each.answer for each in turns["ours"]), {row[0]: row[2:4] for row in rows})
    return [Measured("series of every item over every day", f"{LIBRARY}, series", "one as-of", turns, Target(20))]


def ten_times(bench: Bench) -> list[Measured]:
    """**Ten times as many records.** The memory of the first build, and the question at eight pairs of dates as above,
    beside as many records as the other rows have. The fold would need too much memory; so answers are compared in
    the exact place only.
    """
    large = replace(bench, folder=bench.folder / "ten-times", records=bench.records * 10)
    built = replace(large, runs=1).turns(ours=lambda: large.step("ours.py", "build"))
    turns = bench.turns(ours=lambda: large.step("ours.py", "cuts"), peer=lambda: bench.step("ours.py", "cuts"))
    _exact(large, [[each["exact"] for each in figures.answer] for figures in turns["ours"]], range(len(CUTS)))
    return [
        Measured(
            f"memory of the first build, {large.records:,} records",
            f"{LIBRARY} opens, answers, ten times",
            "",
            built,
            Target(3 * 1024, "MiB", alone=True),
            memory,
            "MiB",
        ),
        Measured("another cut, ten times as many records", f"{LIBRARY}, ten times", LIBRARY, turns, Target(12)),
    ]


def typed(bench: Bench) -> list[Measured]:
    """**A typed fold.** A projection of a user's own, in Python, over every fact of the log, from a table of facts
    that is there, opened for it.
    Beside it the package `eventsourcing` reads and decodes as many of its events from a SQLite file, one for each line,
    and adds up the same. Seconds are those of one fact, or one event.
    """
    if not (bench.folder / "events.sqlite").exists():
        bench.step("peer_eventsourcing.py", "write")
    turns = bench.turns(
        ours=lambda: bench.step("ours.py", "typed"), peer=lambda: bench.step("peer_eventsourcing.py", "select")
    )
    equal("typed folds", *(each.answer["exact"] for each in turns["ours"] + turns["peer"]))
    equal("events", bench.records, *(each.answer["read"] for each in turns["peer"]))
    ours, peer = f"{LIBRARY}, typed fold", f"{EVENTSOURCING} reads"
    return [
        Measured(
            "a user's typed fold",
            ours,
            "",
            {"ours": turns["ours"]},
            Target(200_000, "facts/s", at_least=True, alone=True),
            lambda figures: figures.answer["read"] / figures.seconds,
            "facts/s",
        ),
        Measured(
            "a user's typed fold, beside events of a package",
            f"{ours}, each",
            f"{peer}, each",
            {name: list(map(_each, side)) for name, side in turns.items()},
            Target(3, "as fast", at_least=True),
        ),
    ]


def _each(figures: Figures) -> Figures:
    """The figures of one of the facts or events that were read."""
    read = figures.answer["read"]
    processor = None if figures.processor is None else figures.processor / read
    return replace(figures, seconds=figures.seconds / read, processor=processor)


def fold(bench: Bench) -> list[Measured]:
    """**The fold itself.** Every line is read strictly and verified, and counted by item as of a day: the reference,
    with no cache, on one core. Beside it the library before it was made faster. All answers are equal, to the last
    flag.
    """
    made = bench.made
    turns = bench.turns(
        ours=lambda: bench.step("ours.py", "fold"), peer=lambda: bench.step("ours.py", "fold", source=bench.older)
    )
    answers = [each.answer for each in turns["ours"] + turns["peer"]]
    equal("the fold now and before", *answers)
    equal("the fold and the maker", answers[0]["exact"], next(iter(made["exact"].values())))
    sides = (f"{LIBRARY}, replay", BEFORE)
    return [
        Measured("the fold itself", *sides, turns, Target(3, "as fast", at_least=True)),
        Measured("memory of the fold", *sides, turns, Target(0.5), memory, "MiB"),
    ]


def imported_again(bench: Bench) -> list[Measured]:
    """**Import again, nothing new.** A file of IATI activities is imported into a log that does not exist, and then
    again. `iati.py` compares both with bare parsing.
    """
    activities = min(max(bench.records * 6 // 100, 100), 60_000)

    def step(name: str) -> Figures:
        return bench.step("iati.py", f"{name}-flat", records=activities)

    events = sum(low for kind, (low, _) in step("write").answer.items() if kind != "cents")
    turns = bench.turns(peer=lambda: step("import"), ours=lambda: step("again"))
    equal("import", *(each.answer for each in turns["peer"]), {"new": [events, events]})
    equal("import again", *(each.answer for each in turns["ours"]), {"unchanged": [events, events]})
    work = f"import again, nothing new ({activities:,} activities)"
    return [Measured(work, f"{LIBRARY} imports again", "the first import", turns, Target(0.5))]


def command_line(bench: Bench) -> list[Measured]:
    """**Command line on `events/`.** `aidtimeline as-of` on the log of the repository, from the start of the process
    to its end, beside the library before. `import aidtimeline` is timed within a new interpreter.
    """
    command = [sys.executable, "-c", COMMAND, "--log", str(HERE.parent / "events"), "as-of", "2023-11-28"]
    many = replace(bench, runs=bench.runs * 3)
    turns = many.turns(ours=lambda: whole(command), peer=lambda: whole(command, bench.older))
    equal("as-of on events/", *(each.answer for each in turns["ours"] + turns["peer"]))
    imports = many.turns(ours=_imported)
    return [
        Measured("command line on `events/`", f"{LIBRARY} as-of", "as-of before", turns, Target(1)),
        Measured("`import aidtimeline`", "import", "", imports, Target(0.05, "s", alone=True)),
    ]


def appends(bench: Bench) -> list[Measured]:
    """**Durable appends.** One record at a time, beside a bare write and `fdatasync` of a ready line (the target is
    for a disk that takes 0.2 ms for it); and a thousand at once, beside the package `eventsourcing` on SQLite.
    `append.py` shows what is between. Seconds are those of one append.
    """
    turns = bench.turns(
        singles=lambda: bench.step("append.py", "singles", records=200),
        batches=lambda: bench.step("append.py", "batches", records=10),
    )
    bare, package = "bare write and fdatasync", EVENTSOURCING
    one = {"ours": _of(turns["singles"], LIBRARY), "peer": _of(turns["singles"], bare)}
    thousand = {"ours": _of(turns["batches"], LIBRARY), "peer": _of(turns["batches"], package)}
    return [
        Measured("durable appends: one", f"{LIBRARY} appends", bare, one, Target(1.5)),
        Measured(
            "durable appends: a thousand",
            f"{LIBRARY} appends 1,000",
            f"{package} saves 1,000",
            thousand,
            Target(4, "as fast", at_least=True),
        ),
    ]


def _of(turns: list[Figures], side: str) -> list[Figures]:
    """One side of a step that times several sides by itself."""
    return [replace(each, seconds=each.answer[side], processor=None) for each in turns]


def _imported() -> Figures:
    found = whole([sys.executable, "-c", IMPORT])
    return replace(found, seconds=float(found.answer), processor=None)


def _exact(bench: Bench, answers: list[Any], numbers: Iterable[int]) -> None:
    """Hold what a peer says of the exact place against the sums of the maker."""
    exact = list(bench.made["exact"].values())
    equal("the peer and the maker", [exact[number] for number in numbers], *answers)


ROWS: dict[str, Callable[[Bench], list[Measured]]] = {
    row.__name__: row
    for row in (
        *(build, in_two, warm, cuts, appended, opening, series, ten_times),
        *(fold, typed, imported_again, command_line, appends),
    )
}
USUAL = [name for name in ROWS if name != "ten_times"]
"""The rows that are measured unless others are named. (Ten million records take a quarter of an hour.)"""
